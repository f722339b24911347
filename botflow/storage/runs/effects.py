"""Effects that wait to be carried out, on both databases: all that follows a commit except messages.

One transaction carries an effect out and deletes its row: so it happens once, however often it is tried. The rows it
writes have natural keys as well, so that this does not depend on the effect's row alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from botflow.engine.effects import CloseHandoff, OpenHandoff, ReportEnd
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import RunStart, StoredEffect
from botflow.records.sessions import SessionKey
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.changes.cancel import cancel_children, cancel_with_children, fail_completed
from botflow.storage.runs.forks.plays import play_next
from botflow.storage.runs.handoff_rows import close_rows, open_row
from botflow.storage.runs.starts.start import start_run
from botflow.storage.tables import effects, executions, inbounds, sessions, workflows
from botflow.storage.turns.row_mapping import TRACE

# The context of the trace of the turn that has the effect, as long as no later one has moved the session. It is not in
# the effect's body, where processes of the former release do not expect it.
_TRACE = case((sessions.c.version == effects.c.version, sessions.c.state[TRACE].as_string()), else_="")
LEASE_S = 10.0
LONGEST_LEASE = 6  # times the first one
DEEPEST = 32  # levels that are counted at all


class Effects:
    """Hands out due effects, and carries them out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def claim(self, limit: int, lease_s: float = LEASE_S) -> list[StoredEffect]:
        """Claim due effects; attempts + 1. No other process gets them for `lease_s`, longer with every attempt."""
        return await self._engine.write(_claim, limit, lease_s)

    async def start(self, effect: StoredEffect, starts: Sequence[RunStart]) -> bool:
        """Start these runs and delete the effect; False when it has been carried out before."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                for start in starts:
                    start_run(connection, start)
            return is_ours

        return await self._engine.write(carry_out)

    async def fail(self, effect: StoredEffect, event: str, deepest: int) -> bool:
        """Delete the effect of an event that is not told any more, and let its run, if it has completed, say so: it
        has failed, and its error names the circle. False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                circle = " → ".join(_circle(connection, effect.session))
                message = f"the event {event!r} was dropped: runs start each other more than {deepest} deep: {circle}"
                fail_completed(connection, effect.session, code="run.too_deep", message=message)
            return is_ours

        return await self._engine.write(carry_out)

    async def report(self, effect: StoredEffect, end: ReportEnd) -> bool:
        """Tell the parent how the run ended, and delete the effect; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                _tell(connection, end, effect.session, effect.trace)
            return is_ours

        return await self._engine.write(carry_out)

    async def converse(self, effect: StoredEffect, begin: Callable[[Connection], ReportEnd]) -> bool:
        """Let `begin` start a conversation, tell the session that asked for it, and delete the effect, all in one
        transaction; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                _tell(connection, begin(connection), effect.session, effect.trace)
            return is_ours

        return await self._engine.write(carry_out)

    async def cancel(self, effect: StoredEffect, group: str | None) -> bool:
        """Cancel the session's children of this group, None for all, and delete the effect; False as above.

        Children that have not begun never will: their start is deleted, or commits before the children are selected.
        """
        wanted = effects.c.body["group"].as_string()
        starts = delete(effects).where(
            effects.c.session_id == effect.session,
            effects.c.kind.in_(("start", "converse")),
            effects.c.version <= effect.version,
            wanted != "" if group is None else wanted == group,
        )

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                connection.execute(starts)
                cancel_children(connection, effect.session, effect.version, group)
            return is_ours

        return await self._engine.write(carry_out)

    async def play(self, effect: StoredEffect) -> bool:
        """Let a fork of a conversation hear what comes next; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                play_next(connection, effect.session, effect.priority)
            return is_ours

        return await self._engine.write(carry_out)

    async def end(self, effect: StoredEffect, execution: str) -> bool:
        """End an execution whose `finally` has taken too long after its cancellation; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                _end(connection, effect.session, execution)
            return is_ours

        return await self._engine.write(carry_out)

    async def open_handoff(self, effect: StoredEffect, request: OpenHandoff, tell: RunStart | None) -> bool:
        """List a handoff for people, and start the run that tells them of it if it still waits; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                waits = open_row(connection, effect.session, request)
                if waits and tell is not None:
                    start_run(connection, tell)
            return is_ours

        return await self._engine.write(carry_out)

    async def close_handoff(self, effect: StoredEffect, end: CloseHandoff) -> bool:
        """Take a handoff off the list; False as above."""

        def carry_out(connection: Connection) -> bool:
            is_ours = _settle(connection, effect)
            if is_ours:
                close_rows(connection, effect.session, end.outcome, version=end.version)
            return is_ours

        return await self._engine.write(carry_out)


def _end(connection: Connection, session: int, execution: str) -> None:
    cancelling = (executions.c.id == UUID(execution), executions.c.status == "cancelling")
    if connection.execute(select(executions.c.id).where(*cancelling)).first() is not None:
        cancel_with_children(connection, session, skip_finally=True)


def _claim(connection: Connection, limit: int, lease_s: float) -> list[StoredEffect]:
    due = (
        select(
            *(effects, sessions.c.workflow_id, workflows.c.organization_id),
            *(sessions.c.channel, sessions.c.external_id, sessions.c.flow_version, executions.c.priority),
            _TRACE.label("trace"),
        )
        .join(sessions, sessions.c.id == effects.c.session_id)
        .outerjoin(workflows, workflows.c.id == sessions.c.workflow_id)
        .outerjoin(executions, (executions.c.session_id == effects.c.session_id) & executions.c.trigger.is_not(None))
        .where(effects.c.due_at <= now())
        .order_by(effects.c.due_at, effects.c.session_id, effects.c.version, effects.c.index)
        .limit(limit)
        .with_for_update(skip_locked=True, of=effects)
    )
    rows = connection.execute(due).all()
    depths = {session: _depth(connection, session) for session in {row.session_id for row in rows}}
    for attempts in {row.attempts for row in rows}:
        taken = [_place(row) for row in rows if row.attempts == attempts]
        connection.execute(
            update(effects)
            .where(_is_one_of(taken))
            .values(attempts=attempts + 1, due_at=now(lease_s * min(2**attempts, LONGEST_LEASE)))
        )
    return [_effect(row, depths[row.session_id]) for row in rows]


def _depth(connection: Connection, session: int) -> int:
    """Return the depth of a run that this session would start: the number of runs above it, plus one."""
    start = select(literal(session, BigInteger).label("session"), literal(0).label("depth"))
    up = start.cte("up", recursive=True)
    parents = (
        select(executions.c.parent_session, up.c.depth + 1)
        .join(up, (executions.c.session_id == up.c.session) & executions.c.trigger.is_not(None))
        .where(executions.c.parent_session.is_not(None), up.c.depth < DEEPEST)
    )
    up = up.union_all(parents)
    depth: int = connection.execute(select(func.max(up.c.depth) + 1)).scalar_one()
    return depth


def _circle(connection: Connection, session: int) -> list[str]:
    """Return the workflows of a session and of those above it, the topmost first; only once around, in a circle."""
    slugs: list[str] = []
    above: int | None = session
    while above is not None and len(slugs) < DEEPEST:
        mine = select(workflows.c.slug).join(sessions, sessions.c.workflow_id == workflows.c.id)
        slug = connection.execute(mine.where(sessions.c.id == above)).scalar_one()
        slugs.insert(0, slug)
        if slugs[-1] == slug and len(slugs) > 1:
            break
        run = (executions.c.session_id == above) & executions.c.trigger.is_not(None)
        above = connection.execute(select(executions.c.parent_session).where(run)).scalar()
    return slugs


def _settle(connection: Connection, effect: StoredEffect) -> bool:
    place = (effect.session, effect.version, effect.index)
    return bool(connection.execute(delete(effects).where(_is_one_of([place]))).rowcount)


def _tell(connection: Connection, end: ReportEnd, child: int, trace: str) -> None:
    """Queue the result for the parent, unless its execution is over or has it already."""
    key = f"done:{end.group}:{end.branch}"
    lock = select(sessions.c.flow_version).where(sessions.c.id == end.session)
    parent = connection.execute(lock.with_for_update(key_share=True)).first()
    if parent is None or parent.flow_version is None:
        return
    known = select(inbounds.c.seq).where(inbounds.c.session_id == end.session, inbounds.c.key == key)
    if connection.execute(known).first() is not None:
        return
    counted = (
        update(sessions)
        .where(sessions.c.id == end.session)
        .values(last_seq=sessions.c.last_seq + 1)
        .returning(sessions.c.last_seq)
    )
    news = {"branch": end.branch, "status": end.status, "output": end.output, "error": end.error}
    run = select(executions.c.priority).where(executions.c.session_id == end.session, executions.c.trigger.is_not(None))
    priority = connection.execute(run).scalar()
    own = select(executions.c.id).where(executions.c.session_id == child, executions.c.trigger.is_not(None))
    if child != end.session and (execution := connection.execute(own).scalar()) is not None:
        news["execution"] = str(execution)
    connection.execute(
        insert(inbounds).values(
            session_id=end.session,
            seq=connection.execute(counted).scalar_one(),
            received_at=now(),
            seed=new_seed(),
            flow_version=parent.flow_version,
            attempt=0,
            state="new",
            kind="child_done",
            key=key,
            provider="",
            content={"token": end.group, "parameters": news, **({TRACE: trace} if trace else {})},
            priority=MESSAGE_PRIORITY if priority is None else priority,
        )
    )


def _place(row: Any) -> tuple[int, int, int]:
    return row.session_id, row.version, row.index


def _is_one_of(places: Sequence[tuple[int, int, int]]) -> ColumnElement[bool]:
    return tuple_(effects.c.session_id, effects.c.version, effects.c.index).in_(places)


def _effect(row: Any, depth: int) -> StoredEffect:
    key = SessionKey(row.workflow_id, row.channel, row.external_id)
    return StoredEffect(
        session=row.session_id,
        version=row.version,
        index=row.index,
        kind=row.kind,
        body=row.body,
        attempts=row.attempts + 1,
        workflow=row.workflow_id,
        organization=row.organization_id or 0,  # which none has
        flow_version=row.flow_version or 0,
        priority=MESSAGE_PRIORITY if row.priority is None else row.priority,
        depth=depth,
        is_fork=key.is_fork,
        is_anonymous=key.is_anonymous,
        trace=row.trace or "",
    )
