"""Messages in both directions, as the API and the commands show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, JsonValue

from botflow.engine.inbound import InboundKind
from botflow.records.outbounds import OutboundState
from botflow.records.turns import InboundState
from botflow.service.models import Shown
from botflow.storage.service.sessions.message_pages import Found


class Inbound(Shown):
    """What a session got: a message, a timer's end, a trigger of a run. `turn` is its place in the session; `key` is
    the provider's id. `new` is one that waits for its turn; `stale` one that came too late to change anything;
    `dead` one whose turn failed each time. `answeredWith` is the turn that answered it, when messages were
    answered together."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    kind: InboundKind
    status: InboundState
    received_at: datetime
    turn: int
    key: str
    sender: str = Field(alias="from")
    to: str | None
    text: str
    payload: str | None
    media: list[dict[str, JsonValue]]
    location: dict[str, JsonValue] | None
    attempts: int
    answered_with: int | None

    @classmethod
    def of(cls, found: Found) -> Inbound:
        session, row = found
        content: Mapping[str, Any] = row.content or {}
        return cls(
            id=f"{session.id}.{row.seq}",
            session=str(session.id),
            workflow=session.workflow,
            channel=session.channel,
            external_id=session.external_id,
            kind=row.kind,
            status=row.state,
            received_at=row.received_at,
            turn=row.seq,
            key=row.key,
            sender=content.get("sender") or session.external_id,
            to=content.get("address"),
            text=content.get("text") or "",
            payload=content.get("payload"),
            media=content.get("media", []),
            location=content.get("location"),
            attempts=row.attempt,
            answered_with=row.merged_into,
        )


class Outbound(Shown):
    """A message to a person. `turn` is the inbound that it answers; `status` is how far it got, and `errorCode` why it
    got no further. `held` ones wait for an operator. `segments` is what the provider charges for. `dueAt` is when it is
    tried again."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    turn: int
    status: OutboundState
    sender: str | None = Field(alias="from")
    to: str
    text: str
    media: list[dict[str, JsonValue]]
    quick_replies: list[dict[str, JsonValue]]
    cards: list[dict[str, JsonValue]]
    author: str | None
    error_code: str | None
    attempts: int
    segments: int | None
    provider_id: str | None
    created_at: datetime
    updated_at: datetime | None
    due_at: datetime | None

    @classmethod
    def of(cls, found: Found) -> Outbound:
        session, row = found
        body: Mapping[str, Any] = row.body
        return cls(
            id=f"{session.id}.{row.version}.{row.index}",
            session=str(session.id),
            workflow=session.workflow,
            channel=body.get("channel") or session.channel,
            external_id=session.external_id,
            turn=row.seq,
            status=row.state,
            sender=body.get("sender"),
            to=body.get("to") or session.external_id,
            text=body.get("text") or "",
            media=body.get("media", []),
            quick_replies=body.get("quickReplies", []),
            cards=body.get("cards", []),
            author=body.get("author"),
            error_code=row.error_code,
            attempts=row.attempts,
            segments=row.segments,
            provider_id=row.provider_id,
            created_at=row.created_at,
            updated_at=row.updated_at,
            due_at=row.due_at,
        )
