"""Executions, their starts and their effects, as storage and runtime pass them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, get_args

from botflow.engine.inbound import RUN
from botflow.engine.session import Parent
from botflow.values import value

EffectKind = Literal[
    "start", "converse", "done", "emit", "cancel", "end", "play", "hand_off", "close_handoff", "tell_end"
]
LifecycleChange = Literal[
    "changed",
    "repeated",
    "unknown",
    "ended",
    "cancelling",
    "not_paused",
    "not_ended",
    "completed",
    "not_a_run",
    "no_checkpoint",
    "paused",
    "not_waiting",
    "no_node",
    "is_fork",
]
ExecutionStatus = Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
STATUSES: tuple[str, ...] = get_args(ExecutionStatus)
ENDED = ("completed", "failed", "cancelled")
UNDER_WAY = tuple(status for status in STATUSES if status not in ENDED)


@value(frozen=True, slots=True, kw_only=True)
class ExecutionFilter:
    """Which executions a list has: those that have every value that is not None.

    `organization` is the one that they belong to; every call from outside names it. `version` is a number of the
    workflow's. `under_way` leaves out those that have ended. `parent` is the session of the execution that started
    them. `top_level` leaves out what other executions started as a part of theirs: branches, and runs of `logic.run`;
    `but_branches` branches and forks. They started at `started_after` or later, and earlier than `started_before`.
    """

    organization: int | None = None
    workflow: str | None = None
    version: int | None = None
    status: str | None = None
    under_way: bool = False
    session: int | None = None
    parent: int | None = None
    top_level: bool = False
    but_branches: bool = False
    started_after: datetime | None = None
    started_before: datetime | None = None


EVERY_EXECUTION = ExecutionFilter()


@value(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an execution ends from outside. `error` is why it failed, as `{node, code, message}` and maybe `data`."""

    status: Literal["completed", "failed", "cancelled"]
    output: Any = None
    error: Mapping[str, Any] | None = None


@value(frozen=True, slots=True, kw_only=True)
class EndedExecution:
    """An execution that has ended in a version, and what those who hear of it are told."""

    version: int
    told: Mapping[str, Any]


CANCELLED = Outcome(status="cancelled")


@value(frozen=True, slots=True, kw_only=True)
class StoredEffect:
    """An effect of a committed turn that is still to be carried out; (session, version, index) is its key.

    `workflow`, `organization`, `flow_version`, `priority`, `is_fork` and `is_anonymous` are its session's; `depth`
    counts the runs above the one that it would start. `trace` is the context of its turn's trace, "" for none.
    """

    session: int
    version: int
    index: int
    kind: EffectKind
    body: dict[str, Any]
    attempts: int
    workflow: int
    organization: int
    flow_version: int
    priority: int = 0
    depth: int = 0
    is_fork: bool = False
    is_anonymous: bool = False
    trace: str = ""

    @property
    def name(self) -> str:
        return f"{self.session}.{self.version}.{self.index}"


@value(frozen=True, slots=True, kw_only=True)
class RunStart:
    """A run to start: which version of which workflow, by which trigger, and with which input.

    `parameters` are the trigger inbound's (see Inbound); `input` is one of them. `key` makes the run unique in its
    workflow: the same key again returns the same run; without a key, every start makes a new run.
    `trace` is the context of the trace that its first turn belongs to.
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
    trace: str = ""


@value(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """`is_new` is False when the key was known; `status` and `input` are then those of the existing run."""

    execution: str
    session: int
    is_new: bool
    status: str = "pending"
    input: Any = None


@value(frozen=True, slots=True)
class ForkedFrom:
    """The execution that a fork began from, and the number of the step that it begins before."""

    execution: str
    step: int


@value(frozen=True, slots=True, kw_only=True)
class ExecutionRecord:
    """One run from trigger to end, in its present state. `version` is the number of the workflow's version.

    `node` is its current node, `wakes_at` the time when it continues by itself; `key` is the caller's, or its own id.
    `started_at` is when its start was requested. A child has its parent's session, and as `branch` its name there.
    `trigger` is api, event, schedule, webhook, manual, child, fork, message or opened. `variables` are those of the
    workflow's own graph, at the end or so far.
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
    trigger: str
    priority: int | None
    retries: int
    user_name: str | None
    input: Any
    output: Any
    error: dict[str, Any] | None
    metadata: dict[str, Any] | None
    variables: dict[str, Any]
    progress: dict[str, Any] | None
    node: str
    wakes_at: datetime | None
    parent_session: int | None = None
    branch: str | None = None
    forked_from: ForkedFrom | None = None

    @property
    def who(self) -> str:
        """The conversation's person; of a run the user whose credentials it may use, or ""."""
        return self.key if self.channel != RUN else self.user_name or ""


@value(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an execution has used so far: turns, attempts at them, external calls, tokens and US dollars.

    `cost_usd` is None if a model's price is not known.
    """

    turns: int
    attempts: int
    asks: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


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
    """One journalled answer; `node` if the ask names its node, and `visit`, which tells the turn's visits apart."""

    at: datetime
    node: str
    kind: str
    usage: dict[str, Any]
    failure: dict[str, Any] | None
    visit: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A large result that is stored with its execution; `size` is in bytes."""

    key: str
    kind: str
    content_type: str
    size: int
    created_at: datetime


@value(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a run may be retried from: before `node`, "" for its beginning; `version` is its key."""

    version: int
    node: str
    at: datetime
