"""How much waits in the tables that a backlog can form in: for operators, never for the product itself.

Every look reads an index of what is unfinished, and no more than so many entries of it, so it costs what there is to
do, not what was ever done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, union_all

from botflow.storage.engines.engine import Engine
from botflow.storage.tables import effects, inbounds, outbounds, sessions
from botflow.storage.turns.row_mapping import is_new, is_unsettled

COUNTED = 50_000  # more than this of one kind are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """So many rows, and since when the oldest of them waits; 0 seconds when there is none."""

    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What waits. `sessions` have inbounds in the queue; `timers` and `effects` are overdue."""

    sessions: int
    timers: Waiting
    effects: Waiting
    outbox: dict[str, Waiting]


class CensusTaker:
    """Counts what waits, on both databases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def take(self) -> Census:
        """Return how much waits at this moment; four statements."""
        now = self._engine.now()
        queued = select(inbounds.c.session_id).where(is_new()).limit(COUNTED).subquery()
        timers = select(sessions.c.wake_at.label("since")).where(sessions.c.wake_at <= now).limit(COUNTED)
        late = select(effects.c.due_at.label("since")).where(effects.c.due_at <= now).limit(COUNTED)
        held = outbounds.c.state == literal_column("'held'")
        parts = union_all(_parts(is_unsettled()), _parts(held)).subquery()
        by_state = select(parts.c.state, func.count(), func.min(parts.c.since), now).group_by(parts.c.state)
        async with self._engine.read() as connection:
            talking = (await connection.execute(select(func.count(queued.c.session_id.distinct())))).scalar_one()
            [due] = (await connection.execute(_oldest(timers, now))).all()
            [overdue] = (await connection.execute(_oldest(late, now))).all()
            outbox = (await connection.execute(by_state)).all()
        return Census(
            sessions=talking,
            timers=_waiting(*due),
            effects=_waiting(*overdue),
            outbox={state: _waiting(*rest) for state, *rest in outbox},
        )


def _parts(condition: ColumnElement[bool]) -> Select[Any]:
    found = select(outbounds.c.state, outbounds.c.created_at.label("since")).where(condition).limit(COUNTED).subquery()
    return select(found)


def _oldest(rows: Select[Any], now: Any) -> Select[Any]:
    found = rows.subquery()
    return select(func.count(), func.min(found.c.since), now).select_from(found)


def _waiting(count: int, since: datetime | None, now: datetime) -> Waiting:
    # A moment that an application's clock has written may lie ahead of the database's.
    return Waiting(count=count, oldest_s=max(0.0, (now - since).total_seconds()) if since else 0.0)
