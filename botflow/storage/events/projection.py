"""What a turn's trace tells: the beginnings and ends of executions and steps. Pure, and without what people said.

Changes that the API writes are turns as well, whose trace has the change's name: see `storage.runs.outside_changes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botflow.engine.events import (
    EdgeFollowed,
    ExecutionCancelled,
    ExecutionCompleted,
    ExecutionFailed,
    ExecutionStarted,
    FrameEntered,
    HandoffRequested,
    NodeFailed,
    SessionExpired,
    WaitStarted,
)
from botflow.engine.handoffs import PRIORITIES
from botflow.records.events import EventType

HANDOFF = "handoff"  # with the session, the version is its id
Told = tuple[EventType, dict[str, Any]]
Trace = Sequence[Sequence[Any]]
# What ends a step whose node its own event does not name.
ENDS = (ExecutionCompleted.kind, ExecutionCancelled.kind, SessionExpired.kind, "moved")


def events_of(trace: Trace, open_node: str = "") -> list[Told]:
    """Return the events of a turn, oldest first. `open_node` is where the execution was before it, "" if that is not
    known: see `needs_open_node`."""
    return list(_Turn(open_node=open_node).follow(trace))


def needs_open_node(trace: Trace) -> bool:
    """Whether the turn ends a step that a former turn began, without naming its node."""
    for kind, *fields in trace:
        if kind in ENDS:
            return True
        if kind in (ExecutionStarted.kind, EdgeFollowed.kind, FrameEntered.kind) and fields[-1]:
            return False
    return False


def open_node_of(trace: Trace) -> str | None:
    """Return the node where the execution is after the turn, "" if it has ended; None if the turn does not tell."""
    node: str | None = None
    for kind, *fields in trace:
        if kind in (ExecutionStarted.kind, WaitStarted.kind, FrameEntered.kind, EdgeFollowed.kind):
            node = fields[0] if kind in (ExecutionStarted.kind, WaitStarted.kind) else fields[-1]
        elif kind in ("moved", "taken_up") and fields:
            node = fields[0]
        elif kind in (*ENDS, ExecutionFailed.kind):
            node = ""
    return node


@dataclass(slots=True, kw_only=True)
class _Turn:
    """Follows a trace; `open_node` is the step that has begun and not ended, `failed` the node that failed last."""

    open_node: str = ""
    failed: str = ""

    def follow(self, trace: Trace) -> Iterator[Told]:
        for kind, *fields in trace:
            yield from self._told(kind, fields)

    def _told(self, kind: str, fields: list[Any]) -> Iterator[Told]:
        match kind:
            case ExecutionStarted.kind:
                yield "workflow.started", {"node": fields[0]}
                yield self._begin(fields[0])
            case EdgeFollowed.kind:
                node, handle, target = fields
                is_failure = handle == "error" and node == self.failed
                yield self._end(node, "failed" if is_failure else "completed", handle=handle)
                if target:
                    yield self._begin(target)
            case FrameEntered.kind:
                yield self._begin(fields[1])
            case WaitStarted.kind:
                self.open_node = fields[0]
            case NodeFailed.kind:
                self.failed = fields[0]
            case ExecutionCompleted.kind:
                yield from self._end_open("completed")
                yield "workflow.completed", {}
            case ExecutionFailed.kind:
                if fields:  # not one that was ended from outside without a reason
                    if fields[0]:
                        yield self._end(fields[0], "failed", code=fields[1])
                    yield "workflow.failed", {"node": fields[0], "code": fields[1]}
                else:
                    yield "workflow.failed", {"node": "", "code": ""}
            case ExecutionCancelled.kind | SessionExpired.kind:
                yield from self._end_open("cancelled")
                yield "workflow.cancelled", {"reason": "expired" if kind == SessionExpired.kind else "cancelled"}
            case "moved":
                yield from self._end_open("cancelled")
                yield "workflow.moved", {"node": fields[0]}
                yield self._begin(fields[0])
            case "paused":
                yield "workflow.paused", {}
            case "resumed":
                yield "workflow.resumed", {}
            case "taken_up":
                yield "workflow.retried", {"node": fields[0] if fields else ""}
                if fields:
                    yield self._begin(fields[0])
            case HandoffRequested.kind:
                node, queue, priority, version = fields
                about = {"node": node, "queue": queue, "priority": PRIORITIES[priority], HANDOFF: version}
                yield "handoff.requested", about
            case "handed_off":
                yield "session.handed_off", {}
            case "returned":
                yield "session.returned", {}

    def _begin(self, node: str) -> Told:
        self.open_node = node
        kind: EventType = "step.started"
        return kind, {"node": node}

    def _end(self, node: str, outcome: str, **more: str) -> Told:
        self.open_node = ""
        kind: EventType = "step.ended"
        return kind, {"node": node, "outcome": outcome, **more}

    def _end_open(self, outcome: str) -> Iterator[Told]:
        if self.open_node:
            yield self._end(self.open_node, outcome)
