"""Inbounds: what came in, with what became of it and what was answered."""

from __future__ import annotations

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import LARGEST_PAGE, PAGE
from botflow.service.messages.message_models import Inbound, Outbound
from botflow.service.messages.numbers import numbers_in
from botflow.service.messages.search import read_page, search
from botflow.service.models import Page
from botflow.service.sessions.sessions import TurnEvent
from botflow.storage.service.sessions.message_pages import (
    INBOUNDS,
    OUTBOUNDS,
    get_message,
    get_trace,
    list_messages,
)
from botflow.storage.service.sessions.session_walk import MessageFilter


class InboundDetails(Inbound):
    """An inbound with what its turn did, and the messages that answered it."""

    events: list[TurnEvent]
    answers: list[Outbound]


class Inbounds:
    """What came in for the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._channels = runtime.channels
        self._caller = caller

    async def get_inbounds(
        self, wanted: MessageFilter, *, external_id: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Inbound]:
        """Return a page: session by session, the newest of each first. RejectedInbound `query.too_wide` for a filter
        without workflow, session and person, unless it is for `new` ones."""
        given = search(self._channels, INBOUNDS, wanted, external_id)
        return await self._engine.read(read_page, self._caller.organization, INBOUNDS, given, cursor, limit, Inbound.of)

    async def get_inbound(self, inbound: str) -> InboundDetails:
        """Return an inbound by its id, `<session>.<turn>`. RejectedInbound `inbound.unknown` (404)."""
        numbers = numbers_in(inbound, 2)
        found = await self._engine.read(self._details, *numbers) if numbers else None
        if found is None:
            raise RejectedInbound(
                f"there is no inbound {inbound[:64]!r}",
                code="inbound.unknown",
                hint="list a session's with GET /api/v1/inbounds?session=",
                status=404,
            )
        return found

    def _details(self, connection: Connection, session: int, seq: int) -> InboundDetails | None:
        organization = self._caller.organization
        found = get_message(connection, organization, INBOUNDS, session, (seq,))
        if found is None:
            return None
        turn = found[1].merged_into or seq
        of_turn = MessageFilter(session=session, turn=turn)
        answers, _ = list_messages(connection, organization, OUTBOUNDS, of_turn, None, LARGEST_PAGE)
        events = [
            TurnEvent(kind=str(kind), values=list(values)) for kind, *values in get_trace(connection, session, turn)
        ]
        return InboundDetails(
            **Inbound.of(found).model_dump(by_alias=False),
            events=events,
            answers=[Outbound.of(each) for each in reversed(answers)],
        )
