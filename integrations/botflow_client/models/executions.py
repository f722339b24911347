"""Answers: executions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run from trigger to end."""

    id: str
    workflow: str
    version: int
    """The number of the workflow's version that it is on, 0 for one that is not stored any more."""
    status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
    trigger: str
    """What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened."""
    session: int
    channel: str
    """The channel of its conversation, `run` for a run without a person."""
    key: str
    """The person of its conversation; of a run the key that it was started with, or its own id."""
    priority: Literal["low", "normal", "high", "critical"]
    retries: int
    node: str
    """The node where it is, "" when it has ended or not begun."""
    started_at: datetime
    ended_at: datetime | None
    wakes_at: datetime | None
    """When it goes on by itself."""
    error: dict[str, Any] | None
    """Why it failed: `{node, code, message}`, and `data` if an operator gave some."""
    forked_from: ShownOrigin | None
    """Of a fork its original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedExecution:
    """A started execution. It runs as soon as a worker takes it."""

    id: str
    status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionDetails:
    """One run from trigger to end, with its values, what it has used, and its checkpoints (newest first)."""

    id: str
    workflow: str
    version: int
    """The number of the workflow's version that it is on, 0 for one that is not stored any more."""
    status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
    trigger: str
    """What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened."""
    session: int
    channel: str
    """The channel of its conversation, `run` for a run without a person."""
    key: str
    """The person of its conversation; of a run the key that it was started with, or its own id."""
    priority: Literal["low", "normal", "high", "critical"]
    retries: int
    node: str
    """The node where it is, "" when it has ended or not begun."""
    started_at: datetime
    ended_at: datetime | None
    wakes_at: datetime | None
    """When it goes on by itself."""
    error: dict[str, Any] | None
    """Why it failed: `{node, code, message}`, and `data` if an operator gave some."""
    forked_from: ShownOrigin | None
    """Of a fork its original."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTraces:
    """All steps of an execution, oldest first; of one that is over, also the nodes that it never reached."""

    steps: list[ExecutionStep]
    first_failed: int | None
    """The number of the first step that failed."""
    last_completed: int | None
    ready_to_resume: str | None
    """The node from which it can be retried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLogEntry:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMessage:
    """A message of the person (`in`) or to them (`out`). `state` says what became of it: `sent`, `delivered`, …

    `author` is the operator who wrote it, null for the person's messages and the workflow's. `to` is set on a
    message to another address.
    """

    id: str
    turn: int
    direction: Literal["in", "out"]
    at: datetime
    text: str
    state: str
    author: str | None
    author_picture: str | None
    to: str | None
    error_code: str | None
    media: list[dict[str, Any]]
    quick_replies: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    location: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArtifact:
    """A large result that is stored with its execution, without its content."""

    key: str
    kind: str
    """output, artifact or metadata."""
    content_type: str
    size: int
    """Bytes."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedExecution:
    """An execution that waits for a worker. `jobId` names what is queued: the first inbound of its session."""

    execution_id: str
    status: Literal["queued"] = "queued"
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerResult:
    """An execution that was started: it runs in the background."""

    execution_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedByEvent:
    """The executions that an event has started, one of each workflow that listens for it."""

    executions: list[TriggerResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrigin:
    """Where a fork began."""

    execution_id: str
    step: int
    """The number of the step that it begins before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of models."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCheckpoint:
    """Where a run may be retried from: before `node`, "" for its beginning. `version` names it."""

    version: int
    node: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStep:
    """One visit of one node."""

    number: int
    node: str
    type: str
    status: Literal["running", "suspended", "completed", "failed", "cancelled", "skipped"]
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
