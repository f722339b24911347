"""The rows that storage and runtime pass each other: frozen values, times aware UTC, JSON plain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.session import Parent, Session
from botflow.engine.turn import Turn, TurnStatus

OutboundState = Literal[
    "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
]
InboundState = Literal["new", "done", "stale", "dead"]
Queue = Literal["more", "empty"]  # what a session's queue holds after a turn
EffectKind = Literal["start", "done", "emit", "cancel"]
LifecycleChange = Literal[
    "changed", "unknown", "ended", "not_paused", "not_ended", "completed", "not_a_run", "no_checkpoint"
]
ExecutionStatus = Literal["pending", "running", "waiting", "paused", "completed", "failed", "cancelled"]


class SessionKey(NamedTuple):
    """Who talks to what: unique in the deployment. `workflow` is the workflow row's id."""

    workflow: int
    channel: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session as read. `id` 0 means that there is no row yet. `flow_version` is set while an execution runs.

    Inbounds up to `done_seq` are finished; when `last_seq` is greater, something is queued. `parked` after an opt-out.
    """

    key: SessionKey
    session: Session = field(default_factory=Session)
    id: int = 0
    last_seq: int = 0
    done_seq: int = 0
    flow_version: int | None = None
    parked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPart:
    """One message as its provider takes it, and the state its row begins in: `sent` for chat (a log read by cursor),
    `handed` when the committing request answers with it, `ready` when somebody must still claim and send it.

    `segments` is what the provider charges for; None where it does not count."""

    message: SendMessage
    state: OutboundState
    segments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCommit:
    """Everything that one turn writes, fenced by what it read (`read`).

    `flow_version` is the version the turn ran; it is stored on the session while the execution waits. `parked` is the
    session's new opt-out state. `read.last_seq + 1` is the seq the inbound gets on the fast path.
    """

    read: StoredSession
    inbound: Inbound
    turn: Turn
    parts: tuple[OutboundPart, ...]
    flow_version: int
    parked: bool = False


class TurnId(NamedTuple):
    """The natural key of an inbound and of its turn."""

    session: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What failed may be sent once more, after `after_s`; with `slower`, nothing leaves that sender before then.

    `times`: how often a part may be sent again that the provider had accepted; a refusal counts attempts instead.
    """

    after_s: float
    slower: bool = False
    times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOutbound:
    """One outbound row. Its wire id is `<version>.<index>`: the order of a session's messages is (version, index).

    Whoever claims it also learns `age_s`, how long ago it was said by the database's clock; `is_stopped`, whether its
    recipient has opted out; and how many `segments` it has.
    """

    session: int
    version: int
    index: int
    seq: int
    state: OutboundState
    message: SendMessage
    key: SessionKey
    created_at: datetime
    provider_id: str = ""
    attempts: int = 0
    segments: int = 1
    age_s: float = 0.0
    is_stopped: bool = False

    @property
    def recipient(self) -> str:
        """The address it goes to; `message.channel`, else the session's, says on which channel."""
        return self.message.to or self.key.external_id

    @property
    def wire_id(self) -> str:
        return f"{self.version}.{self.index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPart:
    """A part that nobody sends until an operator decides, as it is shown to them."""

    id: tuple[int, int, int]  # session, version, index
    workflow: str
    channel: str
    sender: str
    recipient: str
    text: str
    error_code: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInbound:
    """A queued inbound: everything a retry needs to be the same turn.

    `attempt` counts the attempts begun, without those that were let go; `has_answers`: one has journalled. Of a burst
    `inbound` says what all say, up to the one with the seq `through`; `restarts` counts the messages that came before
    the answer and made the attempt begin anew.
    """

    id: TurnId
    state: InboundState
    attempt: int
    inbound: Inbound
    flow_version: int
    has_answers: bool = False
    execution: str = ""  # that its turn belongs to, or would start
    through: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of an inbound: where its turn stands, and the parts it said (none until it is done).

    `status` is how the turn left the conversation, where whoever wrote the receipt knows it.
    """

    id: TurnId
    state: InboundState
    outbounds: tuple[StoredOutbound, ...] = ()
    status: TurnStatus | Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalledAnswer:
    """One Answer of an attempt: `index` counts the turn's Asks from 0; `fingerprint` says which Ask it answered."""

    index: int
    fingerprint: str
    value: dict[str, Any]  # {"value": ..., "failure": {"code", "message"} | None, "usage": {...}}
    ask: dict[str, Any] = field(default_factory=dict)  # the Ask as JSON, for the AI-call log


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """One stored version: `documents` is the bundle {workflow id: document}, the root's under `workflow_slug`."""

    workflow: int
    slug: str
    version: int
    number: int
    digest: str
    documents: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptEntry:
    """One line of a conversation: what a person wrote (`in`) or the workflow said (`out`).

    `id` is the wire id: `<seq>` for what came in (prefixed `i`), `<version>.<index>` for what went out.
    """

    direction: Literal["in", "out"]
    id: str
    seq: int
    at: datetime
    text: str
    body: dict[str, Any] = field(default_factory=dict)
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One row of a list of sessions."""

    id: int
    workflow: str
    channel: str
    external_id: str
    status: Literal["waiting", "queued", "idle", "parked"]
    node: str
    turns: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """`is_new` is False when the key was known; `status` and `input` are then those of the run that it was."""

    execution: str
    session: int
    is_new: bool
    status: str = "pending"
    input: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an execution took so far: turns, attempts at them, calls into the world, tokens and US dollars."""

    turns: int
    attempts: int
    asks: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLog:
    """One journalled answer; `node` where the ask says whose it was."""

    at: datetime
    node: str
    kind: str
    usage: dict[str, Any]
    failure: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A large result that is kept with its execution; `size` is in bytes."""

    key: str
    kind: str
    content_type: str
    size: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a run may be taken up again: before `node`, "" for its beginning; `version` names it."""

    version: int
    node: str
    at: datetime
