"""Past-tense facts that a turn records: together the execution's log. `to_json` is the trace's compact form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

from botflow.values import value


@value(frozen=True, slots=True)
class Event:
    """One fact. In JSON it is a list: the kind, then the fields in order."""

    kind: ClassVar[str] = ""

    def to_json(self) -> list[Any]:
        return [self.kind, *_fields_of(type(self))(self)]  # type: ignore[arg-type]  # mypy thinks of a value's hash


@cache
def _fields_of(kind: type[Event]) -> Callable[[Event], tuple[Any, ...]]:
    """Return what reads the fields of such an event: a turn writes three or four of them."""
    names: tuple[str, ...] = kind.__match_args__
    read = attrgetter(*names) if names else lambda event: ()
    return read if len(names) != 1 else lambda event: (read(event),)


@value(frozen=True, slots=True)
class ExecutionStarted(Event):
    kind: ClassVar[str] = "started"
    node: str


@value(frozen=True, slots=True)
class ExecutionCompleted(Event):
    kind: ClassVar[str] = "completed"


@value(frozen=True, slots=True)
class ExecutionFailed(Event):
    kind: ClassVar[str] = "failed"
    node: str
    code: str
    message: str


@value(frozen=True, slots=True)
class ExecutionCancelled(Event):
    kind: ClassVar[str] = "cancelled"


@value(frozen=True, slots=True)
class ExecutionClosing(Event):
    """The execution ends as `status` (completed, failed, cancelled or expired) once its `finally` bodies have run."""

    kind: ClassVar[str] = "closing"
    status: str


@value(frozen=True, slots=True)
class EdgeFollowed(Event):
    kind: ClassVar[str] = "edge"
    node: str
    handle: str
    target: str


@value(frozen=True, slots=True)
class ConditionDecided(Event):
    """A conditional node chose; `saw` holds the values that its conditions read."""

    kind: ClassVar[str] = "decided"
    node: str
    handle: str
    saw: dict[str, Any]


@value(frozen=True, slots=True)
class RouteChosen(Event):
    """A model chose a handle, or abstained (""): `said` is what it answered.

    `confidence` (0 to 1) and `runner_up`, the best route that was not chosen, are there if the model gives them.
    """

    kind: ClassVar[str] = "routed"
    node: str
    handle: str
    said: Any
    confidence: float | None = None
    runner_up: str = ""

    def to_json(self) -> list[Any]:
        facts = [self.kind, self.node, self.handle, self.said]
        return facts if self.confidence is None else [*facts, self.confidence, self.runner_up]


@value(frozen=True, slots=True)
class AnswerRefused(Event):
    """A person's answer did not fit the question; `reason` is a stable code."""

    kind: ClassVar[str] = "refused"
    node: str
    reason: str


@value(frozen=True, slots=True)
class NodeFailed(Event):
    """`crash` is the exception of the node's own code, for the log of the process; it is not part of the trace."""

    kind: ClassVar[str] = "error"
    node: str
    code: str
    message: str
    crash: BaseException | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> list[Any]:
        return [self.kind, self.node, self.code, self.message]


@value(frozen=True, slots=True)
class FrameEntered(Event):
    kind: ClassVar[str] = "entered"
    frame: str
    node: str


@value(frozen=True, slots=True)
class FrameLeft(Event):
    kind: ClassVar[str] = "left"
    frame: str


@value(frozen=True, slots=True)
class WaitStarted(Event):
    kind: ClassVar[str] = "waits"
    node: str


@value(frozen=True, slots=True)
class NodeRetried(Event):
    """A node failed and is tried again after a pause."""

    kind: ClassVar[str] = "retried"
    node: str
    code: str
    message: str
    failed: int


@value(frozen=True, slots=True)
class OutputKept(Event):
    """The output of a node in a single run; a large one is cut."""

    kind: ClassVar[str] = "output"
    node: str
    output: Any


@value(frozen=True, slots=True)
class LogWritten(Event):
    """A line for the execution's log; `level` is debug, info, warning or error."""

    kind: ClassVar[str] = "log"
    node: str
    level: str
    message: str


@value(frozen=True, slots=True)
class ContactRead(Event):
    """What the turn has read of its person: a replay of the turn reads the same, whatever has changed since."""

    kind: ClassVar[str] = "contact_read"
    contact: dict[str, Any]


@value(frozen=True, slots=True)
class ContactChanged(Event):
    """A node has set a field of its person's contact, None for no value."""

    kind: ClassVar[str] = "contact"
    node: str
    field: str
    value: Any


@value(frozen=True, slots=True)
class GroupChanged(Event):
    """A node has put its person into a group, or taken them out."""

    kind: ClassVar[str] = "group"
    node: str
    group: str
    joins: bool


@value(frozen=True, slots=True)
class RunStarted(Event):
    """A child run was requested; `branch` names it among the runs that its node started."""

    kind: ClassVar[str] = "child"
    node: str
    branch: str
    workflow: str


@value(frozen=True, slots=True)
class EventEmitted(Event):
    kind: ClassVar[str] = "emitted"
    node: str
    name: str


@value(frozen=True, slots=True)
class HandoffRequested(Event):
    """The conversation waits for a person, in a queue; `version` is the session's with which the handoff began."""

    kind: ClassVar[str] = "handoff"
    node: str
    queue: str
    priority: int
    version: int


@value(frozen=True, slots=True)
class CheckpointReached(Event):
    """A single run continues with `node` in its next turn."""

    kind: ClassVar[str] = "checkpoint"
    node: str


@value(frozen=True, slots=True)
class Rewound(Event):
    """The person went back to the question `node`; or could not, because of an action since then (node "")."""

    kind: ClassVar[str] = "rewound"
    node: str


@value(frozen=True, slots=True)
class ReminderDue(Event):
    kind: ClassVar[str] = "reminder"
    node: str


@value(frozen=True, slots=True)
class SessionExpired(Event):
    """The contact did not answer before the session expired; the execution has ended."""

    kind: ClassVar[str] = "expired"
    node: str


@value(frozen=True, slots=True)
class InboundIgnored(Event):
    """The inbound visited no node; `reason`: stale_timeout, stale_child, no_trigger, not_waiting, busy, ended, dead;
    opted_out (its person, or by it), opted_in or help (its provider answers that word); handed_off (a person
    answers it, or is to do so)."""

    kind: ClassVar[str] = "ignored"
    reason: str
