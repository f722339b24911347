"""Handing a conversation over to a person, speaking as that person, and giving it back.

Meanwhile the flow is silent: messages are kept and shown, and no node answers them; timers and results wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from botflow.records.access import Principal
from botflow.runtime.turns.signals import Typing
from botflow.service.cursors import PAGE
from botflow.service.models import Page
from botflow.service.sessions.conversation_changes import ConversationChanges, not_handed_off
from botflow.service.sessions.handoff_changes import (
    HandoffChanges,
    HandoffReturn,
    Transfer,
    read_id,
    unknown_handoff,
)
from botflow.service.sessions.handoff_models import Handoff, read_handoffs, shown_handoff
from botflow.service.sessions.persons_messages import SaidMessage, say_as_person
from botflow.service.sessions.sessions import Session, session_number, shown_session, unknown_session
from botflow.service.sessions.waiting_times import HandoffTimes, read_waiting_times
from botflow.storage.service.sessions.handoff_pages import HandoffChoice, HandoffFilter, HandoffRow, get_handoff
from botflow.storage.service.sessions.session_pages import get_session

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime


class Handoffs:
    """Handoffs, with what people do with them and say in them: within the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller
        self._conversations = ConversationChanges(caller)
        self._changes = HandoffChanges(caller)

    async def get_handoffs(
        self,
        *,
        state: HandoffChoice = "open",
        queue: str | None = None,
        workflow: str | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Handoff]:
        """Return a page of handoffs: open ones (all, those that wait, or those that a person has) by urgency and age,
        or ended ones from the latest on. RejectedInbound `workflow.unknown`."""
        wanted = HandoffFilter(state=state, queue=queue, workflow=workflow)
        return await self._engine.read(read_handoffs, self._caller.organization, wanted, cursor, limit)

    async def get_waiting_times(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        queue: str | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[HandoffTimes]:
        """Return how long conversations waited for a person, by day (UTC) and queue, of at most 92 days; without a time
        of the last seven. RejectedInbound `query.invalid`."""
        return await self._engine.read(
            read_waiting_times, self._caller.organization, since, before, queue, cursor, limit
        )

    async def get_handoff(self, handoff: str) -> Handoff:
        """RejectedInbound `handoff.unknown` (404), also for another organization's."""
        row = await self._engine.read(get_handoff, self._caller.organization, *read_id(handoff))
        if row is None:
            raise unknown_handoff(handoff)
        return shown_handoff(row)

    async def claim_handoff(self, handoff: str, person: str, *, picture: str | None = None) -> Handoff:
        """Take a conversation that waits: of two claims one wins. Its time does not run out any more.

        RejectedInbound `handoff.claimed` (409) when another person has it, `handoff.over` (409), or
        `session.opted_out` (409).
        """
        return await self._changed(lambda connection: self._changes.claim(connection, handoff, person, picture))

    async def release_handoff(self, handoff: str) -> Handoff:
        """Let it wait in its queue again, in its old place; its time begins anew."""
        return await self._changed(lambda connection: self._changes.release(connection, handoff))

    async def transfer_handoff(
        self, handoff: str, *, queue: str | None = None, person: str | None = None, picture: str | None = None
    ) -> Handoff:
        """Give it to another person, or let it wait in another queue."""
        to = Transfer(queue=queue, person=person, picture=picture)
        return await self._changed(lambda connection: self._changes.transfer(connection, handoff, to))

    async def return_handoff(
        self, handoff: str, *, note: str = "", values: Mapping[str, Any] | None = None, replay: bool = False
    ) -> Handoff:
        """Give the conversation back: the node leaves by `returned`, with the note and the values for its `results`.

        RejectedInbound `handoff.over` or `session.opted_out` (409), or `handoff.result_unknown` (422).
        """
        back = HandoffReturn(note=note, values=dict(values or {}), replay=replay)
        return await self._changed(lambda connection: self._changes.give_back(connection, handoff, back))

    async def _changed(self, change: Callable[[Connection], HandoffRow]) -> Handoff:
        row = await self._engine.write(change)
        self._runtime.hub.claimable()
        self._runtime.hub.wake((row.session,))
        return shown_handoff(row)

    async def hand_off_session(self, session: str, person: str, *, picture: str | None = None) -> Session:
        """Let a person have the conversation, whether its flow has asked for one or not. A turn under way is given up,
        and its message left to the person; one who had it already is replaced."""
        number = session_number(session)
        row = await self._engine.write(self._conversations.hand_off, number, person, picture)
        self._runtime.hub.wake((number,))
        return shown_session(row)

    async def return_session(self, session: str, *, replay: bool = False) -> Session:
        """Give the conversation back: it goes on at the node where it waits, whose deadline begins anew. Messages that
        came meanwhile are not answered by the flow, unless `replay` says so: then each of them is, in order.

        RejectedInbound `session.not_handed_off` (409).
        """
        number = session_number(session)
        row = await self._engine.write(self._conversations.give_back, number, replay)
        self._runtime.hub.claimable()
        self._runtime.hub.wake((number,))
        return shown_session(row)

    async def show_typing(self, session: str) -> None:
        """Let a visitor of the chat see that the person writes, for some seconds. RejectedInbound
        `session.not_handed_off` (409)."""
        number = session_number(session)
        row = await self._engine.read(get_session, self._caller.organization, number)
        if row is None:
            raise unknown_session(session)
        person = (row.state.get("handoff") or {}).get("person")
        if not person:
            raise not_handed_off()
        self._runtime.hub.typing(number, Typing(person))

    async def send_as_person(self, session: str, text: str) -> SaidMessage:
        """Send a message of the person who has the conversation, by the session's channel and through its gate.

        RejectedInbound `session.not_handed_off` (409), or `session.opted_out` (409) when the contact wants none.
        """
        number = session_number(session)
        trace = self._runtime.tracing.context()
        said = await self._engine.write(say_as_person, self._caller, self._runtime.channels, number, text, trace)
        self._runtime.hub.claimable()  # the sender looks at once
        self._runtime.hub.wake((number,))
        return said
