"""Answers: messages. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.sessions import TurnEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What a session got: a message, a timer's end, a trigger of a run. `turn` is its place in the session; `key` is
    the provider's id. `new` is one that waits for its turn; `stale` one that came too late to change anything;
    `dead` one whose turn failed each time. `answeredWith` is the turn that answered it, when messages were answered
    together.
    """

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    kind: Literal["message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"]
    status: Literal["new", "done", "stale", "dead"]
    received_at: datetime
    turn: int
    key: str
    from_: str
    to: str | None
    text: str
    payload: str | None
    media: list[dict[str, Any]]
    location: dict[str, Any] | None
    attempts: int
    answered_with: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundDetails:
    """An inbound with what its turn did, and the messages that answered it."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    kind: Literal["message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"]
    status: Literal["new", "done", "stale", "dead"]
    received_at: datetime
    turn: int
    key: str
    from_: str
    to: str | None
    text: str
    payload: str | None
    media: list[dict[str, Any]]
    location: dict[str, Any] | None
    attempts: int
    answered_with: int | None
    events: list[TurnEvent]
    answers: list[Outbound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A message to a person. `turn` is the inbound that it answers; `status` is how far it got, and `errorCode` why
    it got no further. `held` ones wait for an operator. `segments` is what the provider charges for. `dueAt` is when
    it is tried again.
    """

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    turn: int
    status: Literal[
        "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
    ]
    from_: str | None
    to: str
    text: str
    media: list[dict[str, Any]]
    quick_replies: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    author: str | None
    error_code: str | None
    attempts: int
    segments: int | None
    provider_id: str | None
    created_at: datetime
    updated_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundDetails:
    """A message with the decisions about it, the newest first: why it was held, delayed or suppressed."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    turn: int
    status: Literal[
        "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
    ]
    from_: str | None
    to: str
    text: str
    media: list[dict[str, Any]]
    quick_replies: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    author: str | None
    error_code: str | None
    attempts: int
    segments: int | None
    provider_id: str | None
    created_at: datetime
    updated_at: datetime | None
    due_at: datetime | None
    decisions: list[Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `reason` is a stable code; `subject` is the message, as `<version>.<index>` of the session or
    with the session before it, or the key of the inbound that it is about.
    """

    id: int
    at: datetime
    channel: str
    address: str
    kind: Literal["opt_out", "opt_in", "suppressed", "delayed", "held", "refused", "released"]
    reason: str
    session: str | None
    subject: str | None
    detail: dict[str, Any]
