"""The rows of erasures: begin one, take it up, keep how far it is, finish it, list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, null, select, text, update

from botflow.records.access import Principal
from botflow.records.erasures import Erasing, ErasureRecord, Person
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.pages import Order
from botflow.storage.tables import erased_sessions, erasures, organizations, redactions
from botflow.storage.tables.erasures import IS_RUNNING

FIRST_STAGE = "list"
_ORDER = Order(columns=(erasures.c.id,), descending=True)
_RECORD = tuple(erasures.c[name] for name in ErasureRecord.__dataclass_fields__)


def begin_erasure(connection: Connection, who: Principal, person: Person, hashed: str) -> ErasureRecord:
    """Store that a person is to be erased; `hashed` is the keyed hash under which the log knows them.

    While an erasure of the same person is under way, that one is returned.
    """
    # Two requests at once take turns: the later one finds the erasure that the other has begun.
    row_of_all = select(organizations.c.id).where(organizations.c.id == who.organization)
    connection.execute(row_of_all.with_for_update(key_share=True))
    mine = select(*_RECORD).where(erasures.c.organization_id == who.organization, erasures.c.person == hashed)
    running = connection.execute(mine.where(text(IS_RUNNING))).first()
    if running is not None:
        return _record(running)
    row = insert(erasures).values(
        organization_id=who.organization,
        state="running",
        stage=FIRST_STAGE,
        cursor=[],
        person=hashed,
        names=person.to_json(),
        counts={},
        requested_by=who.actor,
        requested_at=clock_time(connection),
    )
    made = _record(connection.execute(row.returning(*_RECORD)).one())
    record_change(connection, who, "person.erased", f"person:{hashed}", after={"erasure": made.id})
    return made


class Look(NamedTuple):
    """The erasures of all organizations that are under way, and the newest of all."""

    running: tuple[int, ...]
    newest: int


def look(connection: Connection) -> Look:
    """Return what there is to erase. It is another one whenever an erasure has begun or ended meanwhile."""
    running = connection.execute(select(erasures.c.id).where(text(IS_RUNNING)).order_by(erasures.c.id)).scalars()
    return Look(tuple(running), connection.execute(select(func.coalesce(func.max(erasures.c.id), 0))).scalar_one())


def take_up(connection: Connection, id: int) -> Erasing | None:
    """Lock an erasure under way; None when it is over, or another process works on it at this moment."""
    mine = select(erasures).where(erasures.c.id == id, text(IS_RUNNING)).with_for_update(skip_locked=True)
    row = connection.execute(mine).first()
    if row is None:
        return None
    return Erasing(
        id=row.id,
        organization=row.organization_id,
        person=Person.from_json(row.names),
        stage=row.stage,
        cursor=list(row.cursor or ()),
        counts={kind: dict(sums) for kind, sums in row.counts.items()},
        requested_at=row.requested_at,
        age_s=(clock_time(connection) - row.requested_at).total_seconds(),
    )


def keep(connection: Connection, erasing: Erasing) -> None:
    """Keep how far it is."""
    values = {"stage": erasing.stage, "cursor": erasing.cursor, "counts": erasing.counts}
    connection.execute(update(erasures).where(erasures.c.id == erasing.id).values(**values))


def finish(connection: Connection, id: int) -> bool:
    """Note that an erasure is over, and forget whom it was about; False when it was over already."""
    mine = update(erasures).where(erasures.c.id == id, text(IS_RUNNING))
    over = {"state": "done", "names": null(), "cursor": null(), "finished_at": clock_time(connection)}
    if not connection.execute(mine.values(**over)).rowcount:
        return False
    connection.execute(erased_sessions.delete().where(erased_sessions.c.erasure_id == id))
    return True


def keep_receipt(connection: Connection, id: int, receipt: Mapping[str, Any], signature: str) -> None:
    values = {"receipt": dict(receipt), "signature": signature}
    connection.execute(update(erasures).where(erasures.c.id == id).values(**values))


def lock_erasure(connection: Connection, id: int) -> ErasureRecord | None:
    """Return an erasure whose receipt this transaction renews, after those that renew it at the moment."""
    row = connection.execute(select(*_RECORD).where(erasures.c.id == id).with_for_update(key_share=True)).first()
    return _record(row) if row is not None else None


def find_erasure(connection: Connection, id: int, organization: int | None = None) -> ErasureRecord | None:
    """Return an erasure, of this organization only if one is given; None when there is none."""
    mine = select(*_RECORD).where(erasures.c.id == id)
    if organization is not None:
        mine = mine.where(erasures.c.organization_id == organization)
    row = connection.execute(mine).first()
    return _record(row) if row is not None else None


def list_erasures(
    connection: Connection, organization: int, after: Sequence[Any] | None, limit: int
) -> list[ErasureRecord]:
    """Return at most `limit` + 1 erasures, the newest first."""
    mine = select(*_RECORD).where(erasures.c.organization_id == organization)
    return [_record(row) for row in connection.execute(_ORDER.page(mine, after, limit))]


def providers_of(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, dict[str, int]]]:
    """Return how many messages each channel's provider is to delete, by state, for each of these erasures."""
    columns = (redactions.c.erasure_id, redactions.c.channel, redactions.c.state)
    counted = select(*columns, func.count()).where(redactions.c.erasure_id.in_(ids)).group_by(*columns)
    found: dict[int, dict[str, dict[str, int]]] = {id: {} for id in ids}
    for id, channel, state, count in connection.execute(counted):
        found[id].setdefault(channel, {"pending": 0, "done": 0, "unknown": 0, "failed": 0})[state] = count
    return found


def _record(row: Row[Any]) -> ErasureRecord:
    return ErasureRecord(**row._mapping)
