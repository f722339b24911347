"""Outbounds: messages on their way out, why they wait or failed, and what operators decide about held ones."""

from __future__ import annotations

from sqlalchemy import Connection

from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE
from botflow.service.messages.decisions import Decision
from botflow.service.messages.held_messages import HeldMessages, unknown_outbound
from botflow.service.messages.message_models import Outbound
from botflow.service.messages.numbers import numbers_in
from botflow.service.messages.search import read_page, search
from botflow.service.models import Page
from botflow.storage.decisions import list_decisions_about
from botflow.storage.service.sessions.message_pages import OUTBOUNDS, get_message
from botflow.storage.service.sessions.session_walk import MessageFilter


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
