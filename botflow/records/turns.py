"""Inbounds and the turns that answer them, as storage and runtime pass them."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from botflow.engine.inbound import Inbound
from botflow.engine.turn import Turn, TurnStatus
from botflow.records.outbounds import OutboundPart, StoredOutbound
from botflow.records.sessions import StoredSession
from botflow.values import value

InboundState = Literal["new", "done", "stale", "dead"]


@value(frozen=True, slots=True, kw_only=True)
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


@value(frozen=True, slots=True, kw_only=True)
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


@value(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of an inbound: where its turn stands, and the parts it said (none until it is done).

    `status` is how the turn left the conversation, where whoever wrote the receipt knows it.
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
