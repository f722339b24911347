"""Pausing, resuming, cancelling and retrying an execution, on both databases, in the caller's transaction.

Each moves the session's version, which fences a turn under way: that turn is lost or runs again, never in part. Each is
a turn of its own in the session's log. Each returns `changed`, or why it did nothing: `unknown` without such an
execution, or for one of another organization than the one that is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, func, insert, literal_column, select, update

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import ENDED, Checkpoint, LifecycleChange
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.cancel import cancel_with_children
from botflow.storage.runs.changes.locked_execution import (
    LockedExecution,
    inbound_row,
    lock_execution,
    queue_inbound,
    set_execution,
    set_session,
)
from botflow.storage.runs.changes.outside_changes import follow, record
from botflow.storage.tables import checkpoints, executions, forks, inbounds
from botflow.storage.turns.row_mapping import is_new


def pause(connection: Connection, execution: str, organization: int | None) -> LifecycleChange:
    """Pause it. A turn under way is abandoned, and its attempt does not count. `ended` when the execution is over.

    The pause is an inbound in the session's queue until the execution resumes, so that no message overtakes it.
    """
    found = lock_execution(connection, execution, organization)
    if found is None or found.status in (*ENDED, "paused", "cancelling"):
        return _unchanged(found)
    set_session(connection, found, paused=True)
    attempt = case((inbounds.c.attempt > 0, inbounds.c.attempt - 1), else_=0)
    given_up = update(inbounds).where(inbounds.c.session_id == found.session, is_new())
    connection.execute(given_up.where(inbounds.c.owner.is_not(None)).values(attempt=attempt, owner=None))
    connection.execute(given_up.values(priority=None))  # none of its inbounds can be claimed
    seq = record(connection, found.session, "paused", holds=True)
    connection.execute(
        insert(inbounds).values(
            **inbound_row(found, seq, kind="pause", key=f"pause:{found.version + 1}", content=None),
            flow_version=0,
        )
    )
    set_execution(connection, found, status="paused")
    return "changed"


def resume(connection: Connection, execution: str, organization: int | None) -> LifecycleChange:
    """Resume it, and fire overdue timers; `not_paused` when it is not paused."""
    found = lock_execution(connection, execution, organization)
    if found is None or found.status != "paused":
        return "unknown" if found is None else "not_paused"
    has_person = bool(found.state.get("handoff", {}).get("person"))
    set_session(connection, found, paused=has_person)
    mine = inbounds.c.session_id == found.session
    connection.execute(update(inbounds).where(mine, inbounds.c.kind == "pause").values(state=literal_column("'done'")))
    if not has_person:
        connection.execute(update(inbounds).where(mine, is_new()).values(priority=MESSAGE_PRIORITY))
    record(connection, found.session, "resumed")
    if "persona" in found.state:  # what was to be played next has found it paused
        follow(connection, found.session, found.version + 1, [{"kind": "play", "body": {}}])
    queued = connection.execute(select(func.count()).where(mine, is_new())).scalar_one()
    status = "running" if found.is_run and queued else "waiting"
    set_execution(connection, found, status=status if found.state.get("frames") else "pending")
    return "changed"


def cancel(connection: Connection, execution: str, organization: int | None, *, skip_finally: bool) -> LifecycleChange:
    """Cancel it, its children and its queued inbounds; an ask under way is abandoned within two seconds.

    An execution with a `finally` to run is `cancelling` until that has run; with `skip_finally` it ends at once.
    `repeated` when it is cancelled already: a caller that has not seen the answer may ask again. `ended` when it is
    over.
    """
    found = lock_execution(connection, execution, organization)
    if found is not None and found.status in (("cancelled",) if skip_finally else ("cancelling", "cancelled")):
        return "repeated"
    if found is None or found.status in ENDED:
        return _unchanged(found)
    cancel_with_children(connection, found.session, skip_finally=skip_finally)
    return "changed"


def retry(
    connection: Connection, execution: str, organization: int | None, checkpoint: int | None, *, from_start: bool
) -> LifecycleChange:
    """Run it again from a checkpoint (the last one if not named), or from its start with the same input.

    `not_ended`, `not_a_run`, `completed` (name a checkpoint or `from_start`), `no_checkpoint` or `is_fork` (it has no
    start, or no checkpoint because it is a conversation's) when refused.
    """
    found = lock_execution(connection, execution, organization)
    if found is None or found.status not in ENDED:
        return "unknown" if found is None else "not_ended"
    if not found.is_run:
        return "not_a_run"
    if found.status == "completed" and checkpoint is None and not from_start:
        return "completed"
    kept = None if from_start else _checkpoint(connection, found.session, checkpoint)
    if kept is None and checkpoint is not None:
        return "no_checkpoint"
    if _is_fork(connection, found.session) and (kept is None or "persona" in kept.state):
        return "is_fork"
    _take_up(connection, found, kept)
    return "changed"


def list_checkpoints(connection: Connection, session: int) -> list[Checkpoint]:
    """Return the checkpoints from which the session's run can be retried, newest first."""
    columns = (checkpoints.c.version, checkpoints.c.node, checkpoints.c.at)
    mine = select(*columns).where(checkpoints.c.session_id == session).order_by(checkpoints.c.version.desc())
    return [Checkpoint(version=row.version, node=row.node, at=row.at) for row in connection.execute(mine).all()]


def _checkpoint(connection: Connection, session: int, version: int | None) -> Any:
    """Return the checkpoint of `version`, or the last one; None, which means the beginning, without one."""
    mine = select(checkpoints).where(checkpoints.c.session_id == session)
    if version is not None:
        mine = mine.where(checkpoints.c.version == version)
    return connection.execute(mine.order_by(checkpoints.c.version.desc()).limit(1)).first()


def _take_up(connection: Connection, found: LockedExecution, kept: Any) -> None:
    """Restore the checkpoint's state under a new version, and queue the inbound that continues the run."""
    trigger = connection.execute(_trigger_of(found.session)).one()
    state = dict(kept.state) if kept is not None else {}
    node = kept.node if kept is not None else ""
    flow_version = kept.flow_version if kept is not None else trigger.flow_version
    set_session(connection, found, state=state, flow_version=flow_version if state else None, wake_at=None)
    connection.execute(
        insert(checkpoints).values(
            session_id=found.session,
            version=found.version + 1,
            at=now(),
            node=node,
            flow_version=flow_version,
            state=state,
        )
    )
    record(connection, found.session, "taken_up", node=node)
    following = _going_on(state, trigger, f"retry:{found.version + 1}")
    queue_inbound(connection, found, **following, flow_version=flow_version)
    again = {"status": "running", "retries": func.coalesce(executions.c.retries, 0) + 1}
    set_execution(connection, found, ended_at=None, error=None, output=None, variables=None, **again)


def _is_fork(connection: Connection, session: int) -> bool:
    """Say whether the run is a fork: it has no beginning of its own, and of a conversation it has heard what there was
    to hear."""
    return connection.execute(select(forks.c.step).where(forks.c.session_id == session)).first() is not None


def _unchanged(found: LockedExecution | None) -> LifecycleChange:
    """Return the result when nothing was changed: `changed` if it is paused already, for that was the aim."""
    if found is None:
        return "unknown"
    if found.status == "cancelling":
        return "cancelling"
    return "changed" if found.status == "paused" else "ended"


def _trigger_of(session: int) -> Any:
    columns = ("received_at", "seed", "flow_version", "kind", "provider", "content")
    return select(*(inbounds.c[name] for name in columns)).where(inbounds.c.session_id == session, inbounds.c.seq == 1)


def _going_on(state: Mapping[str, Any], trigger: Any, key: str) -> dict[str, Any]:
    """Return the columns of the inbound that continues from `state`: the trigger again, a resume, or a timeout."""
    wait = state.get("wait")
    if wait is None:  # the same inbound, so that the execution keeps its id
        return {
            "kind": trigger.kind,
            "key": key,
            "content": trigger.content,
            "received_at": trigger.received_at,
            "seed": trigger.seed,
        }
    kind = "resume" if "resume" in wait.get("accepts", ()) else "timeout"
    return {"kind": kind, "key": key, "content": {"token": wait["token"]}}
