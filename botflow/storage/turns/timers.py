"""What the tick looks for, on both databases: waits whose time has come, and inbounds that nobody runs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.storage.engines.engine import Engine, dialect_of
from botflow.storage.tables import inbounds, sessions
from botflow.storage.turns.row_mapping import is_new

DEAD_AFTER_S = 10.0
TAKES_MESSAGE = "(coalesce(sessions.state->'wait'->'accepts' ? 'message', true) OR inbounds.content ? 'consent')"
SQLITE_TAKES_MESSAGE = """
(sessions.state -> '$.wait.accepts' IS NULL OR instr(sessions.state -> '$.wait.accepts', '"message"')
  OR inbounds.content -> '$.consent' IS NOT NULL)
"""


class Timers:
    """The TimerStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._takes_message = text(TAKES_MESSAGE if dialect_of(engine).is_postgres else SQLITE_TAKES_MESSAGE)

    async def fire_due_waits(self, limit: int) -> list[int]:
        columns = ("id", "last_seq", "flow_version", "wake_at", "channel", "state")
        due = (
            select(*(sessions.c[name] for name in columns))
            .where(sessions.c.wake_at <= self._engine.now(), ~sessions.c.paused)
            .order_by(sessions.c.wake_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        async with self._engine.write() as connection:
            rows = (await connection.execute(due)).all()
            if rows:
                await self._queue_timeouts(connection, rows)
        return [row.id for row in rows]

    async def waiting_timeouts(self, limit: int) -> int:
        """One that has waited as long as an orphan does not count: a paused session's would hold up all others."""
        recent = (
            select(inbounds.c.seq)
            .where(is_new(), inbounds.c.kind == "timeout", inbounds.c.renewed_at >= self._engine.now(-DEAD_AFTER_S))
            .limit(limit)
            .subquery()
        )
        async with self._engine.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(recent))).scalar_one())

    async def defer_orphans(self, limit: int) -> list[int]:
        """A job that is deferred again gets its ten seconds before it counts as lost like the first one.

        A sign of life from the future is none: the clock has been put back since. What nobody may begin yet is no
        orphan: all of a paused session, and a message while its session waits for something else.
        """
        silent, ahead = self._engine.now(-DEAD_AFTER_S), self._engine.now(DEAD_AFTER_S)
        living = inbounds.alias("living")
        is_run = select(living.c.seq).where(
            living.c.session_id == inbounds.c.session_id,
            is_new(living),
            living.c.owner.is_not(None),
            living.c.renewed_at.between(silent, ahead),
        )
        orphans = (
            select(inbounds.c.session_id, inbounds.c.seq)
            .join(sessions, sessions.c.id == inbounds.c.session_id)
            .where(is_new(), ~inbounds.c.renewed_at.between(silent, ahead), ~is_run.exists())
            .where(~sessions.c.paused, or_(inbounds.c.kind != "message", sessions.c.parked, self._takes_message))
            .order_by(inbounds.c.renewed_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True, of=inbounds)
        )
        async with self._engine.write() as connection:
            rows = (await connection.execute(orphans)).all()
            for session, seq in rows:
                await connection.execute(
                    update(inbounds)
                    .where(inbounds.c.session_id == session, inbounds.c.seq == seq)
                    .values(owner=None, renewed_at=self._engine.now())
                )
            found = sorted({row.session_id for row in rows})
            await self._engine.defer_advances(connection, found, again=True)
        return found

    async def _queue_timeouts(self, connection: AsyncConnection, due: Sequence[Any]) -> None:
        """Store one timeout per session; a message that came before the due time will go before it."""
        ids = [row.id for row in due]
        timeouts = [
            {
                "session_id": row.id,
                "seq": row.last_seq + 1,
                "received_at": self._engine.now(),
                "seed": secrets.randbits(63),
                "flow_version": row.flow_version,
                "attempt": 0,
                "state": "new",
                "kind": "timeout",
                "key": f"timeout:{row.state['wait']['token']}",
                "provider": "",
                "content": {"token": row.state["wait"]["token"], "due": row.wake_at.isoformat()},
                "renewed_at": self._engine.now(),
            }
            for row in due
        ]
        await connection.execute(
            update(sessions).where(sessions.c.id.in_(ids)).values(last_seq=sessions.c.last_seq + 1, wake_at=None)
        )
        await connection.execute(insert(inbounds).values(timeouts))
        await self._engine.defer_advances(connection, ids, timer=True)
