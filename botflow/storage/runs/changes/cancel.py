"""Ends an execution from outside, by a cancellation or as an operator says, in the caller's transaction.

The session's version moves, which fences a turn under way. Its inbounds become stale, so the next beat of the process
that runs the turn reports the lease as lost. An execution whose `finally` must run is not ended here: it is asked to
end (`begin_cancelling.py`), and ended here only when the caller skips its `finally` or that takes too long.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, literal_column, select, update

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import CANCELLED, ENDED, Outcome
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.begin_cancelling import begin_cancelling
from botflow.storage.runs.changes.outside_changes import follow, record
from botflow.storage.runs.changes.session_locks import lock_with_queue
from botflow.storage.runs.ended_executions import news_of_end
from botflow.storage.runs.handoff_rows import close_rows
from botflow.storage.tables import effects, executions, inbounds, sessions
from botflow.storage.turns.row_mapping import is_new, shown_variables

AT_ONCE = 100  # runs below a cancelled one that end in its transaction; the effect ends the others


def cancel_children(connection: Connection, parent: int, version: int, group: str | None) -> None:
    """Cancel the unfinished runs that `parent` waited for in `group`; with None, those of any wait up to `version`.

    Runs that it started without waiting for them continue.
    """
    mine = select(executions.c.session_id, executions.c.parent_token).where(
        executions.c.parent_session == parent, executions.c.parent_token != "", executions.c.status.not_in(ENDED)
    )
    for session, token in connection.execute(mine.order_by(executions.c.session_id)).all():
        is_meant = token == group or (group is None and int(token) <= version)
        if is_meant and not begin_cancelling(connection, session):
            end_run(connection, session, CANCELLED, tell_parent=False)


def cancel_with_children(connection: Connection, session: int, *, skip_finally: bool = False) -> None:
    """Cancel the session's execution, and in the same transaction up to AT_ONCE of the runs that it waits for, at any
    depth: a child must not complete after its parent was cancelled. An effect cancels the others.

    An execution with a `finally` to run is asked to end; with `skip_finally` it ends at once, and so do those below.
    """
    if not skip_finally and begin_cancelling(connection, session):
        return  # the turn that begins `finally` gives up the runs that it waits for
    end_with_children(connection, session, CANCELLED, skip_finally=skip_finally)


def end_with_children(connection: Connection, session: int, outcome: Outcome, *, skip_finally: bool = False) -> None:
    """End the session's execution at once, and cancel the runs that it waits for, like `cancel_with_children`."""
    if not end_run(connection, session, outcome, tell_parent=True):
        return
    above, cancelled = [session], 0
    while above and cancelled < AT_ONCE:
        parent = above.pop(0)
        starts = delete(effects).where(effects.c.session_id == parent, effects.c.kind == "start")
        connection.execute(starts.where(effects.c.body["group"].as_string() != ""))
        children = select(executions.c.session_id).where(
            executions.c.parent_session == parent, executions.c.parent_token != "", executions.c.status.not_in(ENDED)
        )
        some = children.order_by(executions.c.session_id).limit(AT_ONCE - cancelled)
        for child in connection.execute(some).scalars().all():
            if skip_finally or not begin_cancelling(connection, child):
                end_run(connection, child, CANCELLED, tell_parent=False)
                above.append(child)
            cancelled += 1


def end_run(connection: Connection, session: int, outcome: Outcome, *, tell_parent: bool) -> bool:
    """End the session's execution, and cancel its children by an effect; False when no execution is under way.

    Queued inbounds with `consent`, such as opt-outs, are not part of any execution, so they are kept.
    """
    row = lock_with_queue(connection, session, sessions.c.version, sessions.c.state)
    assert row is not None, "its execution is to end"
    ended = (
        update(executions)
        .where(executions.c.session_id == session, executions.c.status.not_in(ENDED))
        .values(
            status=outcome.status,
            output=outcome.output,
            error=outcome.error,
            ended_at=now(),
            variables=shown_variables(row.state),
        )
        .returning(executions.c.id, executions.c.status, executions.c.flow_version, executions.c.trigger)
    )
    execution = connection.execute(ended).first()
    if execution is None:
        return False
    version, state = row.version + 1, {name: row.state[name] for name in ("address",) if name in row.state}
    connection.execute(
        update(sessions)
        .where(sessions.c.id == session)
        .values(version=version, state=state, flow_version=None, wake_at=None, paused=False)
    )
    if "handoff" in row.state:
        close_rows(connection, session, "cancelled")
    over = update(inbounds).where(inbounds.c.content["consent"].as_string().is_(None))
    connection.execute(over.where(inbounds.c.session_id == session, is_new()).values(state=literal_column("'stale'")))
    left = update(inbounds).where(is_new(), inbounds.c.session_id == session)
    connection.execute(left.values(owner=None, priority=MESSAGE_PRIORITY))
    error = dict(outcome.error) if outcome.error else None
    values = [error["node"], error["code"], error["message"]] if error else ()
    record(connection, session, outcome.status, values=values)
    connection.execute(delete(effects).where(effects.c.session_id == session, effects.c.kind == "end"))
    following: list[dict[str, Any]] = [{"kind": "cancel", "body": {"group": None}}]
    if tell_parent and (parent := row.state.get("parent") or _parent_named(connection, session)):
        end = {"status": outcome.status, "output": outcome.output, "error": error}
        following.append({"kind": "done", "body": {**parent, **end}})
    following += news_of_end(connection, session, execution, error)
    follow(connection, session, version, following)
    return True


def fail_completed(connection: Connection, session: int, *, code: str, message: str) -> None:
    """Let a completed run have failed: what it asked for after its end is impossible. Another run is left alone."""
    connection.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())
    is_completed = (
        executions.c.session_id == session,
        executions.c.trigger.is_not(None),
        executions.c.status == ENDED[0],
    )
    error = {"node": "", "code": code, "message": message}
    if connection.execute(update(executions).where(*is_completed).values(status="failed", error=error)).rowcount:
        moved = update(sessions).where(sessions.c.id == session)
        connection.execute(moved.values(version=sessions.c.version + 1))
        record(connection, session, "failed", values=["", code, message])


def _parent_named(connection: Connection, session: int) -> dict[str, Any] | None:
    """Return the parent that waits for a run which has not begun: the trigger names it."""
    trigger = select(inbounds.c.content).where(inbounds.c.session_id == session, inbounds.c.seq == 1)
    content = connection.execute(trigger).scalar()
    parent: dict[str, Any] | None = ((content or {}).get("parameters") or {}).get("parent")
    return parent
