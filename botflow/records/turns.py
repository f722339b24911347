"""Inbounds and the turns that answer them, as storage and runtime pass them."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from botflow.engine.inbound import Inbound
from botflow.records.outbounds import OutboundPart, StoredOutbound
from botflow.records.sessions import StoredSession
from botflow.values import value

if TYPE_CHECKING:
    from botflow.engine.turn import Turn, TurnStatus

CONTACT_INDEX = -1_000_000  # of the journalled contact, below the answers of the turn and those that none uses
InboundState = Literal["new", "done", "stale", "dead"]
FROM_SEQ = "fromSeq"  # beside the policy of a fork of a conversation: the inbound of its original that it hears again
PLANNED = "planned"  # the state of an inbound that a fork of a conversation has not heard yet; its seq is below 0


@value(frozen=True, slots=True, kw_only=True)
class TurnCommit:
    """Everything that one turn writes, fenced by the session that it read (`read`).

    `flow_version` is the version the turn ran; it is stored on the session while the execution waits. `parked` is the
    session's new opt-out state. `read.last_seq + 1` is the seq the inbound gets on the fast path. `by_token`: a visitor
    sent the inbound, whose token may have been revoked. `trace` is the context of the turn's trace, for the
    messages that a sender will send; "" when nothing is recorded.
    """

    read: StoredSession
    inbound: Inbound
    turn: Turn
    parts: tuple[OutboundPart, ...]
    flow_version: int
    parked: bool = False
    by_token: bool = False
    trace: str = ""


class TurnId(NamedTuple):
    """The natural key of an inbound and of its turn."""

    session: int
    seq: int


@value(frozen=True, slots=True, kw_only=True)
class StoredInbound:
    """A queued inbound: everything a retry needs to compute the same turn.

    `attempt` counts the attempts begun, without those that were released; `has_answers`: one of them has journalled.
    For a burst `inbound` holds all of its messages, up to the seq `through`; `restarts` counts the messages that came
    before the reply and made the attempt begin again. `trace` is the context of the trace that it arrived in.
    """

    id: TurnId
    state: InboundState
    attempt: int
    inbound: Inbound
    flow_version: int
    has_answers: bool = False
    execution: str = ""  # the one that its turn belongs to, or would start
    through: int = 0
    restarts: int = 0
    trace: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The state of an inbound, and the parts that its turn sent (empty until it is done).

    `status` is the conversation's status after the turn, if the writer of the receipt knows it.
    """

    id: TurnId
    state: InboundState
    outbounds: tuple[StoredOutbound, ...] = ()
    status: TurnStatus | Literal[""] = ""


@value(frozen=True, slots=True, kw_only=True)
class JournalledAnswer:
    """One Answer of an attempt: `index` counts the turn's Asks from 0; `fingerprint` says which Ask it answered."""

    index: int
    fingerprint: str
    value: dict[str, Any]  # {"value": ..., "failure": {"code", "message"} | None, "usage": {...}}
    ask: dict[str, Any] = field(default_factory=dict)  # the Ask as JSON, for the AI-call log


@value(frozen=True, slots=True, kw_only=True)
class TranscriptEntry:
    """One line of a conversation: a message from the person (`in`) or from the workflow (`out`).

    `id` is the wire id: `<seq>` for inbounds (prefixed `i`), `<version>.<index>` for outbounds. `key` is an inbound's.
    """

    direction: Literal["in", "out"]
    id: str
    seq: int
    at: datetime
    text: str
    body: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    error_code: str = ""
    key: str = ""


@value(frozen=True, slots=True, kw_only=True)
class TurnTrace:
    """What one turn did: the events of its trace, in the order of time."""

    seq: int
    at: datetime
    status: str
    events: list[list[Any]]


@value(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """One call of a model for a turn. `cost_usd` is None when the price is unknown."""

    seq: int
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
