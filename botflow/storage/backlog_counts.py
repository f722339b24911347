"""How many rows wait in the tables where a backlog can form: for metrics, and `depths` also for the overload check.

Every query reads an index of unfinished rows, and at most COUNTED entries of it, so its cost follows the backlog and
not the history. Open executions are no backlog: people may leave a conversation open for ever. They are counted in an
index too, version by version, and seldom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal_column, select, union_all

from botflow.engine.inbound import RUN
from botflow.records.queues import EXECUTIONS, TURNS, QueueName
from botflow.records.runs import UNDER_WAY
from botflow.storage.engines.column_types import UtcTime
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import effects, executions, inbounds, outbounds, sessions, workflow_versions
from botflow.storage.turns.row_mapping import is_new, is_unsettled

COUNTED = 50_000  # more than this of one kind are not counted
OPEN_COUNTED = 200_000  # of one status, in one version


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The number of waiting rows, and for how many seconds the oldest one has waited; 0 without rows."""

    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The rows that wait. `sessions` have inbounds in the queue; `timers` and `effects` are overdue."""

    sessions: int
    timers: Waiting
    effects: Waiting
    outbox: dict[str, Waiting]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """The new inbounds of one queue and priority. `oldest_s` is the age of the oldest one that a process could run,
    else 0: an inbound that waits for another turn of its session says nothing about the load."""

    queue: QueueName
    priority: int
    waiting: int
    running: int
    oldest_s: float


class CensusTaker:
    """Counts waiting rows, on both databases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def depths(self) -> list[QueueDepth]:
        """Return how many inbounds wait to be claimed and how many run, by queue and priority; one statement."""
        rows = await self._engine.read(lambda connection: connection.execute(_depths()).all())
        return [
            QueueDepth(
                queue=EXECUTIONS if row.is_run else TURNS,
                priority=row.priority,
                waiting=row.waiting,
                running=row.running,
                oldest_s=_waiting(row.waiting, row.since, row.now).oldest_s,
            )
            for row in rows
        ]

    async def open_executions(self) -> dict[str, int]:
        """Return how many executions are under way, by status; one statement."""
        row = await self._engine.read(lambda connection: connection.execute(_open_executions()).one())
        return {status: int(count or 0) for status, count in zip(UNDER_WAY, row, strict=True)}

    async def take(self) -> Census:
        """Return the present backlog; four statements."""
        return await self._engine.read(_census)


@cache  # every web process asks this again and again
def _depths() -> Select[Any]:
    columns = ("session_id", "priority", "owner", "received_at")
    new = select(*(inbounds.c[name] for name in columns)).where(is_new(), inbounds.c.priority.is_not(None))
    seen = new.limit(COUNTED).subquery()
    held = select(inbounds.c.session_id).where(is_new(), inbounds.c.owner.is_not(None)).distinct().subquery()
    is_run = sessions.c.channel == RUN
    waits = seen.c.owner.is_(None)
    could_run = and_(waits, held.c.session_id.is_(None))
    return (
        select(
            is_run.label("is_run"),
            seen.c.priority,
            func.count(case((waits, 1))).label("waiting"),
            func.count(seen.c.owner).label("running"),
            func.min(case((could_run, seen.c.received_at)), type_=UtcTime()).label("since"),
            now().label("now"),
        )
        .join(sessions, sessions.c.id == seen.c.session_id)
        .outerjoin(held, held.c.session_id == seen.c.session_id)
        .group_by(is_run, seen.c.priority)
    )


@cache
def _open_executions() -> Select[Any]:
    """Sum up over all versions: the index has the version before the status, and no other index has the status."""
    sums = []
    for status in UNDER_WAY:
        mine = (executions.c.flow_version == workflow_versions.c.id, executions.c.status == status)
        some = select(executions.c.status).where(*mine).correlate(workflow_versions).limit(OPEN_COUNTED).subquery()
        sums.append(func.sum(select(func.count()).select_from(some).scalar_subquery()).label(status))
    return select(*sums).select_from(workflow_versions)


def _census(connection: Connection) -> Census:
    queued = select(inbounds.c.session_id).where(is_new()).limit(COUNTED).subquery()
    timers = select(sessions.c.wake_at.label("since")).where(sessions.c.wake_at <= now()).limit(COUNTED)
    late = select(effects.c.due_at.label("since")).where(effects.c.due_at <= now()).limit(COUNTED)
    held = outbounds.c.state == literal_column("'held'")
    parts = union_all(_parts(is_unsettled()), _parts(held)).subquery()
    by_state = select(parts.c.state, func.count(), func.min(parts.c.since), now()).group_by(parts.c.state)
    return Census(
        sessions=connection.execute(select(func.count(queued.c.session_id.distinct()))).scalar_one(),
        timers=_waiting(*connection.execute(_oldest(timers)).one()),
        effects=_waiting(*connection.execute(_oldest(late)).one()),
        outbox={state: _waiting(*rest) for state, *rest in connection.execute(by_state).all()},
    )


def _parts(condition: ColumnElement[bool]) -> Select[Any]:
    found = select(outbounds.c.state, outbounds.c.created_at.label("since")).where(condition).limit(COUNTED).subquery()
    return select(found)


def _oldest(rows: Select[Any]) -> Select[*tuple[Any, ...]]:
    found = rows.subquery()
    return select(func.count(), func.min(found.c.since), now()).select_from(found)


def _waiting(count: int, since: datetime | None, at: datetime) -> Waiting:
    # A time that an application's clock has written may be ahead of the database's clock.
    return Waiting(count=count, oldest_s=max(0.0, (at - since).total_seconds()) if since else 0.0)
