"""Outbounds: messages on their way out, why they wait or failed, and what operators decide about held ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, JsonValue
from sqlalchemy import Connection

from botflow.records.access import Principal
from botflow.records.outbounds import OutboundState
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE
from botflow.service.messages.decisions import Decision
from botflow.service.messages.held_messages import HeldMessages, unknown_outbound
from botflow.service.messages.numbers import numbers_in
from botflow.service.messages.search import read_page, search
from botflow.service.models import Page, Shown
from botflow.storage.decisions import list_decisions_about
from botflow.storage.service.message_pages import OUTBOUNDS, Found, get_message
from botflow.storage.service.session_walk import MessageFilter


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
            author=body.get("author"),
            error_code=row.error_code,
            attempts=row.attempts,
            segments=row.segments,
            provider_id=row.provider_id,
            created_at=row.created_at,
            updated_at=row.updated_at,
            due_at=row.due_at,
        )


class OutboundDetails(Outbound):
    """A message with the decisions about it, the newest first: why it was held, delayed or suppressed."""

    decisions: list[Decision]


class Outbounds:
    """The messages of the caller's organization to its people."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._channels = runtime.channels
        self._caller = caller
        self._held = HeldMessages(caller)

    async def get_outbounds(
        self, wanted: MessageFilter, *, external_id: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Outbound]:
        """Return a page: session by session, the newest of each first; of a status such as `held` alone, by the number
        of the session. RejectedInbound `query.too_wide` for a filter without workflow, session and person, unless its
        status is held, ready, handed, sending or unknown."""
        given = search(self._channels, OUTBOUNDS, wanted, external_id)
        return await self._engine.read(
            read_page, self._caller.organization, OUTBOUNDS, given, cursor, limit, Outbound.of
        )

    async def get_outbound(self, outbound: str) -> OutboundDetails:
        """Return a message by its id, `<session>.<version>.<index>`. RejectedInbound `outbound.unknown` (404)."""
        return await self._engine.read(self._details, outbound)

    async def release_outbound(self, outbound: str) -> Outbound:
        """Send a held message after all, as if for the first time. RejectedInbound `outbound.unknown` (404),
        `outbound.not_held` (409)."""
        return Outbound.of(await self._engine.write(self._held.release, outbound))

    async def drop_outbound(self, outbound: str) -> Outbound:
        """Give a held message up: it has failed, and is not sent. Refused as `release_outbound` is."""
        return Outbound.of(await self._engine.write(self._held.drop, outbound))

    def _details(self, connection: Connection, outbound: str) -> OutboundDetails:
        numbers = numbers_in(outbound, 3)
        organization = self._caller.organization
        found = get_message(connection, organization, OUTBOUNDS, numbers[0], numbers[1:]) if numbers else None
        if found is None or numbers is None:
            raise unknown_outbound(outbound)
        shown = Outbound.of(found)
        session, version, index = numbers
        made = list_decisions_about(connection, organization, shown.to, (session, version, index))
        return OutboundDetails(**shown.model_dump(by_alias=False), decisions=[Decision.of(each) for each in made])
