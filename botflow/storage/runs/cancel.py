"""Ends an execution from outside: the writes of a cancellation, in the caller's transaction.

The session's version moves, which fences a turn under way. Its inbounds become stale, so the next beat of the process
that runs the turn reports the lease as lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, literal_column, select, update

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.engines.dialects import now
from botflow.storage.tables import effects, executions, inbounds, sessions, turns
from botflow.storage.turns.row_mapping import is_new

ENDED = ("completed", "failed", "cancelled")


def cancel_children(connection: Connection, parent: int, version: int, group: str | None) -> None:
    """Cancel the unfinished runs that `parent` waited for in `group`; with None, those of any wait up to `version`.

    Runs that it started without waiting for them continue.
    """
    mine = select(executions.c.session_id, executions.c.parent_token).where(
        executions.c.parent_session == parent, executions.c.parent_token != "", executions.c.status.not_in(ENDED)
    )
    for session, token in connection.execute(mine.order_by(executions.c.session_id)).all():
        if token == group or (group is None and int(token) <= version):
            cancel_run(connection, session, tell_parent=False)


def cancel_run(connection: Connection, session: int, *, tell_parent: bool) -> bool:
    """Cancel the session's execution and its children; False when no execution is under way.

    Queued inbounds with `consent`, such as opt-outs, are not part of any execution, so they are kept.
    """
    queued = select(inbounds.c.seq).where(inbounds.c.session_id == session, is_new())
    connection.execute(queued.with_for_update())  # before the session, like a turn's commit
    locked = select(sessions.c.version, sessions.c.state).where(sessions.c.id == session).with_for_update()
    row = connection.execute(locked).one()
    frames = row.state.get("frames", ())
    ended = (
        update(executions)
        .where(executions.c.session_id == session, executions.c.status.not_in(ENDED))
        .values(status="cancelled", ended_at=now(), variables=frames[0].get("variables", {}) if frames else {})
    )
    if not connection.execute(ended).rowcount:
        return False
    version, state = row.version + 1, {name: row.state[name] for name in ("address",) if name in row.state}
    connection.execute(
        update(sessions)
        .where(sessions.c.id == session)
        .values(version=version, state=state, flow_version=None, wake_at=None, paused=False)
    )
    over = update(inbounds).where(inbounds.c.content["consent"].as_string().is_(None))
    connection.execute(over.where(inbounds.c.session_id == session, is_new()).values(state=literal_column("'stale'")))
    left = update(inbounds).where(is_new(), inbounds.c.session_id == session)
    connection.execute(left.values(owner=None, priority=MESSAGE_PRIORITY))
    record(connection, session, "cancelled")
    following: list[dict[str, Any]] = [{"kind": "cancel", "body": {"group": None}}]
    if tell_parent and (parent := row.state.get("parent") or _parent_named(connection, session)):
        following.append({"kind": "done", "body": {**parent, "status": "cancelled", "output": None, "error": None}})
    _follow(connection, session, version, following)
    return True


def record(connection: Connection, session: int, change: str, *, node: str = "", holds: bool = False) -> int:
    """Write a change from outside into the session's log, as a turn without an inbound; return its seq.

    `done_seq` moves along if nothing is queued, unless the change `holds` the queue.
    """
    columns: dict[str, Any] = {"last_seq": sessions.c.last_seq + 1, "updated_at": now()}
    if not holds:
        first_new = select(func.min(inbounds.c.seq) - 1).where(inbounds.c.session_id == session, is_new())
        columns["done_seq"] = func.coalesce(first_new.scalar_subquery(), sessions.c.last_seq + 1)
    moved = (
        update(sessions)
        .where(sessions.c.id == session)
        .values(**columns)
        .returning(sessions.c.last_seq, sessions.c.version)
    )
    seq, version = connection.execute(moved).one()
    connection.execute(
        insert(turns).values(
            session_id=session,
            seq=seq,
            at=now(),
            version=version,
            status=change,
            trace=[[change, node] if node else [change]],
        )
    )
    return int(seq)


def _follow(connection: Connection, session: int, version: int, following: Sequence[dict[str, Any]]) -> None:
    """Store effects to be carried out; the tick finds them within a second."""
    shared = {"session_id": session, "version": version, "attempts": 0, "due_at": now()}
    connection.execute(
        insert(effects).values([{**shared, "index": index, **effect} for index, effect in enumerate(following)])
    )


def _parent_named(connection: Connection, session: int) -> dict[str, Any] | None:
    """Return the parent that waits for a run which has not begun: the trigger names it."""
    trigger = select(inbounds.c.content).where(inbounds.c.session_id == session, inbounds.c.seq == 1)
    content = connection.execute(trigger).scalar()
    parent: dict[str, Any] | None = ((content or {}).get("parameters") or {}).get("parent")
    return parent
