"""What operators change of a session: its variables, notes in its history, its end.

All of it is written in the caller's transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select, update

from botflow.engine.inbound import RUN
from botflow.engine.session import Session
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.runs.changes.cancel import cancel_with_children
from botflow.storage.runs.changes.outside_changes import record
from botflow.storage.runs.handoff_rows import close_rows
from botflow.storage.runs.handoffs import PAUSE, LockedSession, lock_session
from botflow.storage.tables import inbounds, sessions, workflows
from botflow.storage.turns.row_mapping import is_new


def lock_session_of(connection: Connection, organization: int, session: int) -> LockedSession | None:
    """Lock a person's session; None when the organization has no such session, or it is a run's."""
    mine = (
        select(sessions.c.channel)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(sessions.c.id == session, workflows.c.organization_id == organization)
    )
    channel = connection.execute(mine).scalar()
    return lock_session(connection, session) if channel is not None and channel != RUN else None


def replace_state(connection: Connection, locked: LockedSession, session: Session, names: list[str]) -> None:
    """Store the session with other variables, named for the history, under a new version.

    A turn under way loses by that, and is claimed again to run on the new variables; no attempt is counted for it.
    """
    give_up_leases(connection, locked.id)
    moved = update(sessions).where(sessions.c.id == locked.id)
    connection.execute(moved.values(version=locked.version + 1, state=session.to_json()))
    record(connection, locked.id, "edited", values=["", *names])


def give_up_leases(connection: Connection, session: int) -> None:
    """Let the turn under way be claimed again, without counting an attempt; the caller moves the session's version."""
    running = update(inbounds).where(
        inbounds.c.session_id == session, is_new(), inbounds.c.owner.is_not(None), inbounds.c.attempt > 0
    )
    priority = func.coalesce(inbounds.c.priority, MESSAGE_PRIORITY)
    connection.execute(running.values(attempt=inbounds.c.attempt - 1, owner=None, priority=priority))


def add_note(connection: Connection, locked: LockedSession, node: str, values: list[Any]) -> int:
    """Write an operator's note into the session's history; return its place, a turn's seq."""
    return record(connection, locked.id, "noted", values=[node, *values])


def end_conversation(connection: Connection, locked: LockedSession) -> None:
    """End the session's execution as a cancellation does, and a handoff; its timers are dead with it."""
    if locked.session.handoff is not None:
        state = {name: value for name, value in locked.state.items() if name != "handoff"}
        held = select(inbounds.c.seq).where(inbounds.c.session_id == locked.id, inbounds.c.kind == PAUSE, is_new())
        moved = update(sessions).where(sessions.c.id == locked.id)
        connection.execute(
            moved.values(version=sessions.c.version + 1, state=state, paused=case((held.exists(), True), else_=False))
        )
        record(connection, locked.id, "returned")
        close_rows(connection, locked.id, "cancelled")
    cancel_with_children(connection, locked.id)
    _end_first_turn(connection, locked.id)


def _end_first_turn(connection: Connection, session: int) -> None:
    """Let go the messages that are to begin an execution: it has no row, by which it could be cancelled."""
    begins = (inbounds.c.session_id == session, is_new(), inbounds.c.kind.in_(("message", "opened")))
    is_idle = sessions.c.flow_version.is_(None) & (sessions.c.state["cancel"].as_string().is_(None))
    moved = update(sessions).where(
        sessions.c.id == session, is_idle, select(inbounds.c.seq).where(*begins, _says_no_consent()).exists()
    )
    if connection.execute(moved.values(version=sessions.c.version + 1)).rowcount:
        dropped = update(inbounds).where(*begins, _says_no_consent())
        connection.execute(dropped.values(state=literal_column("'stale'"), owner=None))
        record(connection, session, "cancelled")


def _says_no_consent() -> ColumnElement[bool]:
    """Match inbounds that are no opt-out or the like, which belong to no execution."""
    consent: ColumnElement[str] = inbounds.c.content["consent"].as_string()
    return consent.is_(None)
