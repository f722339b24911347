"""An execution's steps: one per visit of a node, computed from its turns' events and answers; they are not stored.

An ask names its node. The engine has no clock: a step begins when the one before it ended, and ends when its last
answer was there, or at once without one; the last step of a turn ends with the turn's commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from botflow.engine.events import (
    CheckpointReached,
    EdgeFollowed,
    ExecutionClosing,
    ExecutionCompleted,
    ExecutionFailed,
    ExecutionStarted,
    FrameEntered,
    FrameLeft,
    NodeFailed,
    NodeRetried,
    OutputKept,
    SessionExpired,
    WaitStarted,
)
from botflow.flow.graph import Flow
from botflow.records.forks import Place
from botflow.records.runs import AnswerLog, TurnLog

StepStatus = Literal["running", "suspended", "completed", "failed", "cancelled", "skipped"]


class Outside:
    """Names of the changes that the API writes, not a turn (`storage.runs.outside_changes`), if they concern steps."""

    cancelled = "cancelled"
    taken_up = "taken_up"
    moved = "moved"
    forked = "forked"


@dataclass(slots=True, kw_only=True)
class Step:
    """One visit of one node. `attempts` counts the node's own tries; `error` has code and message. `place` is where a
    fork before it begins, `seq` that turn's; None where no execution can begin."""

    number: int
    node: str
    type: str
    status: StepStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    handle: str = ""
    output: Any = None
    error: dict[str, str] | None = None
    attempts: int = 1
    asks: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0  # None if a model's price is not known
    place: Place | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """All steps, and the numbers of the most wanted ones, or None. `ready_to_resume` is the node where an execution
    that does not run can be retried, "" for its beginning or while it runs."""

    steps: tuple[Step, ...]
    first_failed: int | None
    last_completed: int | None
    ready_to_resume: str


def steps_of(turns: Sequence[TurnLog], under_way: TurnLog | None, flow: Flow | None, *, status: str) -> Steps:
    """Return the steps of these turns, oldest first; of an execution that is over, also the nodes it never reached."""
    history = _History(flow)
    for turn in turns:
        history.add(turn)
    if under_way is not None and history.open is not None and under_way.attempts:
        history.open.status = "running"
        history.spend(under_way.answers, history.open)
    has_ended = status in ("completed", "failed", "cancelled")
    if has_ended and flow is not None:
        history.skip(flow)
    steps = tuple(history.steps)
    failed = [step.number for step in steps if step.status == "failed"]
    completed = [step.number for step in steps if step.status == "completed"]
    return Steps(
        steps=steps,
        first_failed=failed[0] if failed else None,
        last_completed=completed[-1] if completed else None,
        ready_to_resume=history.checkpoint if has_ended or status == "paused" else "",
    )


@dataclass(slots=True)
class _History:
    """Follows the events of turn after turn; `open` is the step that has begun and not ended."""

    flow: Flow | None
    steps: list[Step] = field(default_factory=list)
    open: Step | None = None
    checkpoint: str = ""
    at: datetime | None = None  # when the next step begins
    until: datetime | None = None  # when the last turn ended
    answers: list[AnswerLog] = field(default_factory=list)  # of the turn, those that belong to no step yet
    place: Place | None = None  # of the step that begins with the event at hand
    seq: int = 0
    is_closing: bool = False

    def add(self, turn: TurnLog) -> None:
        # A retry from the start takes the trigger again, and a message may have come while the turn before it ran.
        self.at = turn.received_at if self.until is None else max(turn.received_at, self.until)
        self.until = turn.at
        self.answers = list(turn.answers)
        if self.open is not None and turn.trace and self.open.status == "suspended":
            self.open.status = "running"
        last = self.open
        self.seq = turn.seq
        for count, event in enumerate(turn.trace, start=1):
            self.place = self._place_after(turn, count)
            last = self._follow(event, turn) or last
        if last is not None:
            for answer in self.answers:
                self.spend((answer,), self._at(answer.node) or last)
            if last.ended_at is not None:
                last.ended_at = max(last.ended_at, turn.at)
            if turn.status == "running" and self.open is not None and self.open is not last:
                self.open.started_at = last.ended_at
        if self.open is not None and turn.status not in ("running", "ignored") and self.open.status == "running":
            self.open.status = "suspended"

    def spend(self, answers: Iterable[AnswerLog], step: Step) -> None:
        """Add the cost of these answers to the step."""
        for answer in answers:
            usage = answer.usage
            cost = usage.get("costUsd")
            step.asks += 1
            step.prompt_tokens += usage.get("promptTokens") or 0
            step.completion_tokens += usage.get("completionTokens") or 0
            is_priced = cost is not None or usage.get("promptTokens") is None
            step.cost_usd = step.cost_usd + (cost or 0.0) if is_priced and step.cost_usd is not None else None

    def skip(self, flow: Flow) -> None:
        """Add the nodes of the workflow's own graph that were never visited."""
        visited = {step.node for step in self.steps}
        for node in flow.nodes.values():
            if node.id not in visited and node.id not in {trigger.id for trigger in flow.triggers}:
                self._begin(node.id, "skipped")
                self.steps[-1].started_at, self.steps[-1].place = None, None
        self.open = None

    def _follow(self, event: list[Any], turn: TurnLog) -> Step | None:
        """Process one event; return the step that it ended or suspended, if any."""
        kind, *fields = event
        match kind:
            case ExecutionStarted.kind:
                self._begin(fields[0])
            case Outside.moved:
                left = self._end(self.open.node, turn, "cancelled") if self.open is not None else None
                self._begin(fields[0])
                return left
            case Outside.taken_up | Outside.forked if fields and fields[0]:
                self._begin(fields[0])
            case Outside.taken_up:  # from the start, which the trigger begins again
                self.open = None
            case EdgeFollowed.kind:
                node, handle, target = fields
                step = self._end(node, turn, "failed" if self._is_failing(node) and handle == "error" else "completed")
                step.handle = handle
                if target:
                    self._begin(target)
                return step
            case FrameEntered.kind:
                if self.open is not None:  # it waits, and a model decided that this message is not for it
                    self._spent_until(self.open)
                self._begin(fields[1])
            case OutputKept.kind | NodeRetried.kind | NodeFailed.kind | WaitStarted.kind:
                return self._annotate(kind, fields)
            case CheckpointReached.kind:
                self.checkpoint = fields[0]
            case ExecutionFailed.kind:
                step = self._end(fields[0], turn, "failed")
                step.error = {"code": fields[1], "message": fields[2]}
                return step
            case ExecutionCompleted.kind if self.open is not None:
                self.checkpoint = ""
                return self._end(self.open.node, turn, "completed")
            case ExecutionClosing.kind if fields[0] in ("completed", "cancelled") and self.open is not None:
                return self._end(self.open.node, turn, cast(StepStatus, fields[0]))
            case SessionExpired.kind | Outside.cancelled if self.open is not None:
                return self._end(self.open.node, turn, "cancelled")
        return None

    def _place_after(self, turn: TurnLog, count: int) -> Place | None:
        """Return the place after so many events of the turn, None where no execution can begin."""
        kind = turn.trace[count - 1][0]
        follows = turn.trace[count][0] if count < len(turn.trace) else ""
        if kind in (Outside.taken_up, Outside.forked):
            self.is_closing = False
            return Place(turn.version, 0)
        self.is_closing = self.is_closing or kind == ExecutionClosing.kind
        # An edge back to a loop leads into the middle of the loop's step.
        if self.is_closing or kind == Outside.moved or follows == FrameLeft.kind:
            return None
        return Place(turn.version, count)

    def _annotate(self, kind: str, fields: list[Any]) -> Step | None:
        """Copy an event's facts about a node's visit to its step."""
        step = self._at(fields[0])
        if step is None:
            return None
        match kind:
            case OutputKept.kind:
                step.output = fields[1]
            case NodeRetried.kind:
                step.attempts += 1
            case NodeFailed.kind:
                step.error = {"code": fields[1], "message": fields[2]}
            case _:
                step.status = "suspended"
        return step

    def _at(self, node: str) -> Step | None:
        return next((step for step in reversed(self.steps) if step.node == node), None)

    def _is_failing(self, node: str) -> bool:
        step = self._at(node)
        return step is not None and step.error is not None

    def _begin(self, node: str, status: StepStatus = "running") -> None:
        placed = self.flow.nodes.get(node) if self.flow is not None else None
        self.open = Step(
            number=len(self.steps) + 1,
            node=node,
            type=placed.type if placed is not None else "",
            status=status,
            started_at=self.at,
            place=self.place,
            seq=self.seq,
        )
        self.steps.append(self.open)

    def _end(self, node: str, turn: TurnLog, status: StepStatus) -> Step:
        step = self._at(node)
        if step is None or step.ended_at is not None:
            self._begin(node)  # it has resumed, so no execution can begin there
            step = self.steps[-1]
            step.place = None
        step.status, step.ended_at = status, self._spent_until(step)
        self.open = None
        return step

    def _spent_until(self, step: Step) -> datetime | None:
        """Move the turn's next answers to the step that they are of; return when it ended, and the next one begins."""
        count = 0
        while count < len(self.answers) and self.answers[count].node in (step.node, ""):
            if self.answers[count].visit != self.answers[0].visit:
                break
            count += 1
        mine, self.answers = self.answers[:count], self.answers[count:]
        self.spend(mine, step)
        if mine and self.at is not None:
            self.at = max(self.at, mine[-1].at)
        return self.at
