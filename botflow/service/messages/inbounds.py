"""Inbounds: what came in, with what became of it and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, JsonValue
from sqlalchemy import Connection

from botflow.engine.inbound import InboundKind
from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.turns import InboundState
from botflow.runtime.app import Runtime
from botflow.service.cursors import LARGEST_PAGE, PAGE
from botflow.service.messages.numbers import numbers_in
from botflow.service.messages.outbounds import Outbound
from botflow.service.messages.search import read_page, search
from botflow.service.models import Page, Shown
from botflow.service.sessions.sessions import TurnEvent
from botflow.storage.service.message_pages import (
    INBOUNDS,
    OUTBOUNDS,
    Found,
    get_message,
    get_trace,
    list_messages,
)
from botflow.storage.service.session_walk import MessageFilter


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
        return await self._engine.read(
            read_page, self._caller.organization, INBOUNDS, given, cursor, limit, shown_inbound
        )

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
            **shown_inbound(found).model_dump(by_alias=False),
            events=events,
            answers=[Outbound.of(each) for each in reversed(answers)],
        )


def shown_inbound(found: Found) -> Inbound:
    """Return an inbound as the API shows it."""
    session, row = found
    content: Mapping[str, Any] = row.content or {}
    return Inbound(
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
