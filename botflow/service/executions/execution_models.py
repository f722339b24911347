"""Executions as the service answers them: in lists, one with its details, its steps, log lines and artifacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from botflow.records.runs import Artifact as ArtifactRecord
from botflow.records.runs import ExecutionStatus
from botflow.runtime.runs.executions import ExecutionDetail
from botflow.runtime.runs.log import LogEntry
from botflow.runtime.runs.steps import Step, Steps, StepStatus
from botflow.service.executions.execution import Described, Execution, listed_values
from botflow.service.models import Shown


class Tokens(Shown):
    """Tokens of models."""

    prompt: int
    completion: int


class ShownCheckpoint(Shown):
    """Where a run may be retried from: before `node`, "" for its beginning. `version` names it."""

    version: int
    node: str
    at: datetime


class ExecutionDetails(Execution):
    """One run from trigger to end, with its values, what it has used, and its checkpoints (newest first)."""

    user: str | None
    """The user whose credentials it may use."""
    input: Any
    output: Any
    metadata: dict[str, Any] | None
    variables: dict[str, Any]
    """Those of the workflow's own graph, at the end or so far."""
    progress: dict[str, Any] | None
    """What its node reported last."""
    parent_session: int | None
    """The session of the execution that started it."""
    branch: str | None
    """Its name there."""
    paused_at: datetime | None
    """When it was last paused; so for the next two."""
    resumed_at: datetime | None
    retried_at: datetime | None
    completed_at: datetime | None
    """When it ended, if it has completed; so for the next two."""
    failed_at: datetime | None
    cancelled_at: datetime | None
    duration_s: float | None
    turns: int
    attempts: int
    asks: int
    """Calls of models and actions."""
    tokens: Tokens
    cost_usd: float | None
    """US dollars, null if a model's price is not known."""
    checkpoints: list[ShownCheckpoint]

    @classmethod
    def of_detail(cls, found: ExecutionDetail) -> ExecutionDetails:
        record, spent = found.record, found.spent
        ended_at = record.ended_at
        return cls(
            **listed_values(record),
            user=record.user_name,
            input=record.input,
            output=record.output,
            metadata=record.metadata,
            variables=record.variables,
            progress=record.progress,
            parent_session=record.parent_session,
            branch=record.branch,
            paused_at=found.changed_at.get("paused"),
            resumed_at=found.changed_at.get("resumed"),
            retried_at=found.changed_at.get("taken_up"),
            completed_at=ended_at if record.status == "completed" else None,
            failed_at=ended_at if record.status == "failed" else None,
            cancelled_at=ended_at if record.status == "cancelled" else None,
            duration_s=(ended_at - record.started_at).total_seconds() if ended_at else None,
            turns=spent.turns,
            attempts=spent.attempts,
            asks=spent.asks,
            tokens=Tokens(prompt=spent.prompt_tokens, completion=spent.completion_tokens),
            cost_usd=spent.cost_usd,
            checkpoints=[ShownCheckpoint.model_validate(each) for each in found.checkpoints],
        )


class ExecutionStep(Described):
    """One visit of one node."""

    number: int
    node: str
    type: str
    status: StepStatus
    started_at: datetime | None
    ended_at: datetime | None
    handle: str | None
    """The handle by which it left the node."""
    output: Any
    error: dict[str, Any] | None
    attempts: int
    asks: int
    tokens: Tokens
    cost_usd: float | None
    can_fork: bool
    """Whether another execution may begin before this step."""


class ExecutionTraces(Described):
    """All steps of an execution, oldest first; of one that is over, also the nodes that it never reached."""

    steps: list[ExecutionStep]
    first_failed: int | None
    """The number of the first step that failed."""
    last_completed: int | None
    ready_to_resume: str | None
    """The node from which it can be retried."""

    @classmethod
    def of(cls, found: Steps) -> ExecutionTraces:
        return cls(
            steps=[_step(each) for each in found.steps],
            first_failed=found.first_failed,
            last_completed=found.last_completed,
            ready_to_resume=found.ready_to_resume or None,
        )


class ShownLogEntry(Described):
    """One line of an execution's log. `version` and `index` order the lines."""

    version: int
    index: int
    at: datetime
    level: Literal["debug", "info", "warning", "error"]
    event: str
    node: str | None
    message: str | None
    fields: dict[str, Any]
    """The event's own."""

    @classmethod
    def of(cls, entry: LogEntry) -> ShownLogEntry:
        return cls(
            version=entry.version,
            index=entry.index,
            at=entry.at,
            level=entry.level,
            event=entry.event,
            node=entry.node or None,
            message=entry.message or None,
            fields=dict(entry.fields),
        )


class ShownArtifact(Described):
    """A large result that is stored with its execution, without its content."""

    key: str
    kind: str
    """output, artifact or metadata."""
    content_type: str
    size: int
    """Bytes."""
    created_at: datetime

    @classmethod
    def of(cls, artifact: ArtifactRecord) -> ShownArtifact:
        return cls.model_validate(artifact)


class StartedExecution(Shown):
    """A started execution. It runs as soon as a worker takes it."""

    id: str
    status: ExecutionStatus


class QueuedExecution(Shown):
    """An execution that waits for a worker. `jobId` names what is queued: the first inbound of its session."""

    execution_id: str
    status: Literal["queued"] = "queued"
    job_id: str


class TriggerResult(Shown):
    """An execution that was started: it runs in the background."""

    execution_id: str
    status: str


class StartedByEvent(Shown):
    """The executions that an event has started, one of each workflow that listens for it."""

    executions: list[TriggerResult]


def _step(step: Step) -> ExecutionStep:
    return ExecutionStep(
        number=step.number,
        node=step.node,
        type=step.type,
        status=step.status,
        started_at=step.started_at,
        ended_at=step.ended_at,
        handle=step.handle or None,
        output=step.output,
        error=step.error,
        attempts=step.attempts,
        asks=step.asks,
        tokens=Tokens(prompt=step.prompt_tokens, completion=step.completion_tokens),
        cost_usd=step.cost_usd,
        can_fork=step.place is not None,
    )
