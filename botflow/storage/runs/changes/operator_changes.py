"""What an operator decides about an execution: that it begins now, how it ends, or at which node it goes on.

Like the other changes of an execution from outside (see lifecycle.py) they move the session's version, which fences a
turn under way, and are turns of their own in the session's log. They run no node: `finally` is left out.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import ENDED, LifecycleChange, Outcome
from botflow.storage.runs.changes.cancel import end_with_children
from botflow.storage.runs.changes.locked_execution import (
    LockedExecution,
    lock_execution,
    queue_inbound,
    queued_of,
    set_execution,
    set_session,
)
from botflow.storage.runs.changes.outside_changes import follow, record
from botflow.storage.tables import inbounds


def begin_now(connection: Connection, execution: str, organization: int | None) -> LifecycleChange:
    """Put a pending execution before all others that wait for a worker. `repeated` when it has begun; `paused`."""
    found = lock_execution(connection, execution, organization)
    if found is None or found.status in ENDED:
        return "unknown" if found is None else "ended"
    if found.status != "pending":
        return "paused" if found.status == "paused" else "repeated"
    first = update(inbounds).where(*queued_of(found.session), inbounds.c.priority.is_not(None))
    connection.execute(first.values(priority=MESSAGE_PRIORITY))
    return "changed"


def end_as(connection: Connection, execution: str, organization: int | None, outcome: Outcome) -> LifecycleChange:
    """End it at once with this outcome, and cancel the runs that it waits for; a turn under way is abandoned, and
    queued messages are left unanswered. A parent that waits for it is told. `ended`, or `cancelling`, when refused."""
    found = lock_execution(connection, execution, organization)
    if found is None or found.status in (*ENDED, "cancelling"):
        return "unknown" if found is None else "cancelling" if found.status == "cancelling" else "ended"
    if outcome.error is not None:
        outcome = Outcome(status=outcome.status, error={"node": _node_of(found), **outcome.error})
    end_with_children(connection, found.session, outcome)
    return "changed"


def move(
    connection: Connection,
    execution: str,
    organization: int | None,
    node: str,
    has_node: Callable[[int, str], bool],
) -> LifecycleChange:
    """Let a waiting execution go on at another node of its graph, with its variables; the runs that it waits for are
    cancelled. Subflows, loops and digressions that it is in are left.

    `has_node` says whether a version has the node in the graph of a flow. `not_waiting` when a turn is under way or
    queued, `no_node`, `ended`, `paused` or `cancelling` when refused.
    """
    found = lock_execution(connection, execution, organization)
    if found is None:
        return "unknown"
    if (refusal := _unmovable(connection, found)) is not None:
        return refusal
    lowest = found.state["frames"][0]
    if not has_node(found.flow_version, lowest.get("flow", "")):
        return "no_node"
    version = found.version + 1
    frame = {name: value for name, value in lowest.items() if name != "notes"} | {"node": node}
    token = f"moved:{version}"
    # The engine visits the node where a session waits for nothing but a resume.
    state = {**found.state, "frames": [frame], "wait": {"token": token, "accepts": ["resume"]}}
    set_session(connection, found, state=state, wake_at=None)
    record(connection, found.session, "moved", node=node)
    follow(connection, found.session, version, [{"kind": "cancel", "body": {"group": None}}])
    resumed = {"kind": "resume", "key": token, "content": {"token": token}}
    queue_inbound(connection, found, **resumed, flow_version=found.flow_version)
    if found.is_run:
        set_execution(connection, found, status="running")
    return "changed"


def _unmovable(connection: Connection, found: LockedExecution) -> LifecycleChange | None:
    """Return why it cannot go on elsewhere now, None if it can."""
    match found.status:
        case "completed" | "failed" | "cancelled":
            return "ended"
        case "paused" | "cancelling":
            return found.status
    if found.state.get("handoff", {}).get("person"):
        return "paused"  # a person has the conversation
    is_at_rest = found.state.get("wait") is not None and "closing" not in found.state
    queued = connection.execute(select(inbounds.c.seq).where(*queued_of(found.session)).limit(1)).first()
    return None if is_at_rest and queued is None else "not_waiting"


def _node_of(found: LockedExecution) -> str:
    frames = found.state.get("frames", ())
    return str(frames[-1]["node"]) if frames else ""
