"""How long organizations keep what is over: a row for each that has decided it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from botflow.records.retention import Retention
from botflow.storage.engines.dialects import clock_time, now, upsert
from botflow.storage.tables import organizations, retentions

EVERY = timedelta(days=1)  # that long after a pruning, or a change, comes the next one
_DAYS = tuple(each.name for each in fields(Retention))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """What an organization has decided. Without a row the revision is 0."""

    retention: Retention = field(default_factory=Retention)
    revision: int = 0
    updated_by: str | None = None
    updated_at: datetime | None = None


def get_retention(connection: Connection, organization: int, *, lock: bool = False) -> RetentionRow:
    """Return what the organization has decided. `lock` waits for what is being pruned by it, and holds off more."""
    if lock:
        mine = select(organizations.c.id).where(organizations.c.id == organization)
        connection.execute(mine.with_for_update(key_share=True))
    row = connection.execute(select(retentions).where(retentions.c.organization_id == organization)).first()
    if row is None:
        return RetentionRow()
    return RetentionRow(
        retention=Retention(**{name: getattr(row, name) for name in _DAYS}),
        revision=row.revision,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )


def put_retention(
    connection: Connection, organization: int, retention: Retention, *, revision: int, updated_by: str
) -> RetentionRow:
    """Store what the organization has decided; its row was locked by `get_retention`."""
    moment = clock_time(connection)
    values = {**asdict(retention), "revision": revision, "updated_by": updated_by, "updated_at": moment}
    values["pruned_at"] = moment  # a mistake can be taken back for a day
    row = upsert(connection, retentions).values(organization_id=organization, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["organization_id"], set_=values))
    return RetentionRow(retention=retention, revision=revision, updated_by=updated_by, updated_at=moment)


def retentions_in_force(connection: Connection, ids: Collection[int]) -> dict[int, Retention]:
    """Return what these organizations have decided, which stays so until the transaction ends: a change that was
    answered is obeyed by every later deletion. An id without an organization is left out."""
    if not ids:
        return {}
    # The row of the organization is locked and not that of the retention, which may be about to come into being.
    known = select(organizations.c.id).where(organizations.c.id.in_(ids)).order_by(organizations.c.id)
    locked = connection.execute(known.with_for_update(read=True)).scalars().all()
    decided = {
        row.organization_id: Retention(**{name: getattr(row, name) for name in _DAYS})
        for row in connection.execute(select(retentions).where(retentions.c.organization_id.in_(locked)))
    }
    return {id: decided.get(id, Retention()) for id in locked}


def claim_pruning(connection: Connection) -> int | None:
    """Return an organization whose rows were not pruned for a day: the caller does it. None when there is no other."""
    due = select(retentions.c.organization_id).where(retentions.c.pruned_at < now(-EVERY.total_seconds()))
    first = due.order_by(retentions.c.organization_id).limit(1).with_for_update(skip_locked=True)
    organization = connection.execute(first).scalar()
    if organization is not None:
        mine = update(retentions).where(retentions.c.organization_id == organization)
        connection.execute(mine.values(pruned_at=clock_time(connection)))
    return organization


def has_retentions(connection: Connection) -> bool:
    """Say whether any organization has decided anything."""
    return connection.execute(select(retentions.c.organization_id).limit(1)).first() is not None
