"""Effects that wait to be carried out, on both databases: what follows a commit besides messages.

Carrying one out is one transaction that takes its row away: it happens once, however often it is tried. What it writes
has natural keys as well, so that nothing rests on the row alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.engine.effects import ReportEnd
from botflow.records.runs import RunStart, StoredEffect
from botflow.storage.engines.engine import Engine
from botflow.storage.jobs import MESSAGE_PRIORITY
from botflow.storage.runs.cancel import cancel_children
from botflow.storage.runs.start import start_run
from botflow.storage.tables import effects, executions, inbounds, sessions

LEASE_S = 10.0  # so long an effect is left to whoever claimed it; longer with every attempt, to a minute
LONGEST_LEASE_S = 60.0
DEEPEST = 32  # levels that are counted at all

# How many runs stand above one of this session.
DEPTH = text(f"""
WITH RECURSIVE up (session, depth) AS (
  SELECT CAST(:session AS bigint), 0
  UNION ALL
  SELECT e.parent_session, up.depth + 1
  FROM up JOIN executions e ON e.session_id = up.session AND e."trigger" IS NOT NULL
  WHERE e.parent_session IS NOT NULL AND up.depth < {DEEPEST})
SELECT max(depth) + 1 FROM up
""")


class Effects:
    """The EffectStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def claim(self, limit: int, session: int | None = None) -> list[StoredEffect]:
        """Take due effects, of one session or of all; attempts + 1. Nobody else gets them while the lease lasts."""
        due = (
            select(effects, sessions.c.workflow_id, sessions.c.flow_version, executions.c.priority)
            .join(sessions, sessions.c.id == effects.c.session_id)
            .outerjoin(
                executions, (executions.c.session_id == effects.c.session_id) & executions.c.trigger.is_not(None)
            )
            .where(effects.c.due_at <= self._engine.now())
            .order_by(effects.c.due_at, effects.c.session_id, effects.c.version, effects.c.index)
            .limit(limit)
            .with_for_update(skip_locked=True, of=effects)
        )
        if session is not None:
            due = due.where(effects.c.session_id == session)
        async with self._engine.write() as connection:
            rows = (await connection.execute(due)).all()
            depths = {row.session_id: 0 for row in rows}
            for owner in depths:
                depths[owner] = (await connection.execute(DEPTH, {"session": owner})).scalar_one()
            for attempts in {row.attempts for row in rows}:
                lease_s = min(LEASE_S * 2**attempts, LONGEST_LEASE_S)
                taken = [_place(row) for row in rows if row.attempts == attempts]
                await connection.execute(
                    update(effects)
                    .where(_is_one_of(taken))
                    .values(attempts=attempts + 1, due_at=self._engine.now(lease_s))
                )
        return [_effect(row, depths[row.session_id]) for row in rows]

    async def start(self, effect: StoredEffect, starts: Sequence[RunStart]) -> bool:
        """Start these runs and be done with the effect; False when it has been carried out before."""
        async with self._engine.write() as connection:
            if not await self._settle(connection, effect):
                return False
            started = [await connection.run_sync(start_run, start) for start in starts]
            await self._engine.defer_advances(connection, [run.session for run in started if run.is_new])
        return True

    async def report(self, effect: StoredEffect, end: ReportEnd) -> bool:
        """Tell the parent how the run ended, and be done with the effect; False as above."""
        async with self._engine.write() as connection:
            if not await self._settle(connection, effect):
                return False
            await self._tell(connection, end, effect.session)
        return True

    async def cancel(self, effect: StoredEffect, group: str | None) -> bool:
        """Cancel the session's children of this group, None for all, and be done with the effect; False as above.

        Those that have not begun never will: a start is taken away, or is over before the children are looked for.
        """
        wanted = effects.c.body["group"].as_string()
        starts = delete(effects).where(
            effects.c.session_id == effect.session, effects.c.kind == "start", effects.c.version <= effect.version
        )
        async with self._engine.write() as connection:
            if not await self._settle(connection, effect):
                return False
            await connection.execute(starts.where(wanted != "" if group is None else wanted == group))
            await cancel_children(connection, self._engine, effect.session, effect.version, group)
        return True

    async def _settle(self, connection: AsyncConnection, effect: StoredEffect) -> bool:
        place = (effect.session, effect.version, effect.index)
        return bool((await connection.execute(delete(effects).where(_is_one_of([place])))).rowcount)

    async def _tell(self, connection: AsyncConnection, end: ReportEnd, child: int) -> None:
        """Queue the news with the parent, unless its execution is over or has it already."""
        key = f"done:{end.group}:{end.branch}"
        lock = select(sessions.c.flow_version).where(sessions.c.id == end.session)
        parent = (await connection.execute(lock.with_for_update(key_share=True))).first()
        if parent is None or parent.flow_version is None:
            return
        known = select(inbounds.c.seq).where(inbounds.c.session_id == end.session, inbounds.c.key == key)
        if (await connection.execute(known)).first() is not None:
            return
        counted = (
            update(sessions)
            .where(sessions.c.id == end.session)
            .values(last_seq=sessions.c.last_seq + 1)
            .returning(sessions.c.last_seq)
        )
        news = {"branch": end.branch, "status": end.status, "output": end.output, "error": end.error}
        own = select(executions.c.id).where(executions.c.session_id == child, executions.c.trigger.is_not(None))
        if child != end.session and (execution := (await connection.execute(own)).scalar()) is not None:
            news["execution"] = str(execution)
        await connection.execute(
            insert(inbounds).values(
                session_id=end.session,
                seq=(await connection.execute(counted)).scalar_one(),
                received_at=self._engine.now(),
                seed=secrets.randbits(63),
                flow_version=parent.flow_version,
                attempt=0,
                state="new",
                kind="child_done",
                key=key,
                provider="",
                content={"token": end.group, "parameters": news},
                renewed_at=self._engine.now(),
            )
        )
        await self._engine.defer_advances(connection, [end.session])


def _place(row: Any) -> tuple[int, int, int]:
    return row.session_id, row.version, row.index


def _is_one_of(places: Sequence[tuple[int, int, int]]) -> ColumnElement[bool]:
    return tuple_(effects.c.session_id, effects.c.version, effects.c.index).in_(places)


def _effect(row: Any, depth: int) -> StoredEffect:
    return StoredEffect(
        session=row.session_id,
        version=row.version,
        index=row.index,
        kind=row.kind,
        body=row.body,
        attempts=row.attempts + 1,
        workflow=row.workflow_id,
        flow_version=row.flow_version or 0,
        priority=MESSAGE_PRIORITY if row.priority is None else row.priority,
        depth=depth,
    )
