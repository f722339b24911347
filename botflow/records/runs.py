"""Executions, what starts them and what follows them, as storage and runtime pass them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal

from botflow.engine.session import Parent
from botflow.values import value

EffectKind = Literal["start", "done", "emit", "cancel"]
LifecycleChange = Literal[
    "changed", "unknown", "ended", "not_paused", "not_ended", "completed", "not_a_run", "no_checkpoint"
]
ExecutionStatus = Literal["pending", "running", "waiting", "paused", "completed", "failed", "cancelled"]


@value(frozen=True, slots=True, kw_only=True)
class StoredEffect:
    """Something that follows a committed turn and is still to be carried out; (session, version, index) names it.

    `workflow`, `flow_version` and `priority` are its session's; `depth` counts the runs above the one it would start.
    """

    session: int
    version: int
    index: int
    kind: EffectKind
    body: dict[str, Any]
    attempts: int
    workflow: int
    flow_version: int
    priority: int = 0
    depth: int = 0

    @property
    def name(self) -> str:
        return f"{self.session}.{self.version}.{self.index}"


@value(frozen=True, slots=True, kw_only=True)
class RunStart:
    """A run to start: which version of which workflow, why, and with what.

    `parameters` are the trigger inbound's (see Inbound); `input` stands in them, too. `key` makes the run unique in its
    workflow: the same one again is the same run; without it, every start is another run.
    """

    workflow: int
    flow_version: int
    trigger: str
    input: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    priority: int | None = None
    user_name: str | None = None
    metadata: Mapping[str, Any] | None = None
    parent: Parent | None = None


@value(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """`is_new` is False when the key was known; `status` and `input` are then those of the run that it was."""

    execution: str
    session: int
    is_new: bool
    status: str = "pending"
    input: Any = None


@value(frozen=True, slots=True, kw_only=True)
class ExecutionRecord:
    """One run from trigger to end, as it stands. `version` is the number of the workflow's version.

    `node` is where it is, `wakes_at` when it goes on by itself; `key` is its caller's, or its own id. `started_at` is
    when it was asked for. A child has its parent's session, and its name there as `branch`.
    """

    id: str
    workflow: str
    version: int
    flow_version: int
    session: int
    channel: str
    key: str
    status: ExecutionStatus
    started_at: datetime
    ended_at: datetime | None
    trigger: str | None
    priority: int | None
    retries: int
    user_name: str | None
    input: Any
    output: Any
    error: dict[str, Any] | None
    metadata: dict[str, Any] | None
    progress: dict[str, Any] | None
    node: str
    wakes_at: datetime | None
    parent_session: int | None = None
    branch: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an execution took so far: turns, attempts at them, calls into the world, tokens and US dollars."""

    turns: int
    attempts: int
    asks: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


@value(frozen=True, slots=True, kw_only=True)
class TurnLog:
    """One turn of an execution: when its inbound came, when it was committed, its events and its answers in order."""

    seq: int
    received_at: datetime
    at: datetime
    version: int
    status: str
    attempts: int
    trace: list[list[Any]]
    answers: tuple[AnswerLog, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class AnswerLog:
    """One journalled answer; `node` where the ask says whose it was."""

    at: datetime
    node: str
    kind: str
    usage: dict[str, Any]
    failure: dict[str, Any] | None


@value(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A large result that is kept with its execution; `size` is in bytes."""

    key: str
    kind: str
    content_type: str
    size: int
    created_at: datetime


@value(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a run may be taken up again: before `node`, "" for its beginning; `version` names it."""

    version: int
    node: str
    at: datetime
