"""Consumers: who is told the events of an organization, and how far each has come.

A process claims a consumer, so that one at a time tells it, in order. It moves on only from the number that it read, as
its owner: a process that was frozen, and whose consumer another has claimed meanwhile, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Update, case, delete, insert, or_, select, update

from botflow.storage.engines.dialects import now, upsert
from botflow.storage.tables import event_consumers, event_feeds, organizations, processes

OBSERVER = "observer:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A consumer that this process tells. `number` is the last event that it has got."""

    organization: int
    id: str
    number: int
    failures: int
    owner: str


def add_consumer(connection: Connection, organization: int, id: str, number: int) -> None:
    """Add a consumer that gets the events after this number."""
    connection.execute(
        insert(event_consumers).values(
            organization_id=organization, id=id, is_enabled=True, number=number, latest=number, failures=0
        )
    )


def add_observers(connection: Connection, names: Sequence[str]) -> list[int]:
    """Add these observers for each organization that lacks one; return those organizations. Their feeds exist."""
    added = []
    for name in names:
        known = select(event_consumers.c.organization_id).where(event_consumers.c.id == OBSERVER + name)
        missing = select(event_feeds).where(event_feeds.c.organization_id.not_in(known))
        for row in connection.execute(missing).all():
            made = upsert(connection, event_consumers).values(
                organization_id=row.organization_id,
                id=OBSERVER + name,
                is_enabled=True,
                number=row.last_number,
                latest=row.last_number,
                failures=0,
            )
            connection.execute(made.on_conflict_do_nothing())
            added.append(row.organization_id)
    return added


def organizations_without_feed(connection: Connection) -> list[int]:
    """Return the organizations whose events nobody keeps yet."""
    fed = select(event_feeds.c.organization_id)
    return list(connection.execute(select(organizations.c.id).where(organizations.c.id.not_in(fed))).scalars())


def claim_consumers(
    connection: Connection, owner: str, limit: int, lease_s: float, observers: Sequence[str]
) -> list[Consumer]:
    """Claim due consumers that no process has: webhooks, and the observers that this process brings."""
    mine = event_consumers.c.id.not_like(f"{OBSERVER}%") | event_consumers.c.id.in_(
        [OBSERVER + name for name in observers]
    )
    is_free = or_(
        event_consumers.c.owned_until.is_(None),
        event_consumers.c.owned_until <= now(),
        event_consumers.c.owner.not_in(select(processes.c.id)),  # it has died
    )
    due = (
        select(event_consumers)
        .where(event_consumers.c.due_at <= now(), is_free, mine)
        .order_by(event_consumers.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = [
        Consumer(organization=row.organization_id, id=row.id, number=row.number, failures=row.failures, owner=owner)
        for row in connection.execute(due).all()
    ]
    for each in claimed:
        connection.execute(_of(each).values(owner=owner, owned_until=now(lease_s)))
    return claimed


def move_on(connection: Connection, consumer: Consumer, number: int, lease_s: float) -> bool:
    """Note that it has got all events up to `number`; False when another process has the consumer, or it was moved."""
    moved = _owned(consumer).values(number=number, failures=0, owned_until=now(lease_s))
    return connection.execute(moved).rowcount > 0


def release(connection: Connection, consumer: Consumer) -> None:
    """Give up the lease. It stays due if there are more events, which the row itself says: see `sequencing`."""
    due = case((event_consumers.c.number < event_consumers.c.latest, now()))
    mine = _of(consumer).where(event_consumers.c.owner == consumer.owner)
    connection.execute(mine.values(owner=None, owned_until=None, due_at=due))


def postpone(connection: Connection, consumer: Consumer, after_s: float) -> bool:
    """Count a failed try of the next event, and try it again in `after_s` seconds; False like `move_on`."""
    later = {"failures": event_consumers.c.failures + 1, "due_at": now(after_s), "owner": None, "owned_until": None}
    return connection.execute(_owned(consumer).values(**later)).rowcount > 0


def place_consumer(connection: Connection, organization: int, id: str, number: int, latest: int) -> None:
    """Let it get the events after `number` next, again or for the first time; who tells it now stops."""
    due = now() if number < latest else None
    placed = {
        "number": number,
        "latest": latest,
        "failures": 0,
        "due_at": due,
        "owner": None,
        "owned_until": None,
        "is_enabled": True,
    }
    connection.execute(_at(organization, id).values(**placed))


def get_place(connection: Connection, organization: int, id: str) -> tuple[int, int] | None:
    """Return the last event that it has got, and how often the next one failed."""
    columns = (event_consumers.c.number, event_consumers.c.failures)
    mine = (event_consumers.c.organization_id == organization, event_consumers.c.id == id)
    row = connection.execute(select(*columns).where(*mine)).first()
    return (row.number, row.failures) if row is not None else None


def disable_consumer(connection: Connection, organization: int, id: str) -> None:
    """Tell it nothing any more."""
    stopped = {"is_enabled": False, "due_at": None, "owner": None, "owned_until": None}
    connection.execute(_at(organization, id).values(**stopped))


def delete_consumer(connection: Connection, organization: int, id: str) -> None:
    mine = (event_consumers.c.organization_id == organization, event_consumers.c.id == id)
    connection.execute(delete(event_consumers).where(*mine))


def _at(organization: int, id: str) -> Update:
    return update(event_consumers).where(event_consumers.c.organization_id == organization, event_consumers.c.id == id)


def _of(consumer: Consumer) -> Update:
    return _at(consumer.organization, consumer.id)


def _owned(consumer: Consumer) -> Update:
    is_as_read: ColumnElement[bool] = event_consumers.c.number == consumer.number
    return _of(consumer).where(event_consumers.c.owner == consumer.owner, is_as_read)
