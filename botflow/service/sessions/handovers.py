"""Handing a conversation over to a person, speaking as that person, and giving it back.

Meanwhile the flow is silent: messages are kept and shown, and no node answers them; timers and results wait.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.engine.effects import SendMessage
from botflow.engine.limits import Limits
from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.outbounds import OutboundPart
from botflow.runtime.app import Runtime
from botflow.runtime.turns.rendering import parts_to_person
from botflow.service.models import Body, Shown, Wrong
from botflow.service.sessions.sessions import Session, session_number, shown_session, unknown_session
from botflow.storage.runs import handovers
from botflow.storage.runs.handovers import LockedSession
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions import session_pages
from botflow.storage.service.sessions.session_changes import lock_session_of

LONGEST_PERSON = 100
LONGEST_TEXT = Limits().message_characters


def _person(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Wrong("*.invalid", "is empty, or has control characters", "give the name that the contact shall see")
    return text.strip()


def _text(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise Wrong("*.invalid", "is empty, or contains the character NUL", "write what shall be said")
    return text


class HandoverTo(Body):
    """Who takes the conversation over: the name that the contact sees."""

    example = '{"person": "Maria"}'

    person: Annotated[str, Field(max_length=LONGEST_PERSON), AfterValidator(_person)]


class GivingBack(Body):
    """How to give a conversation back: with `replay` the flow answers the messages that the person was sent, too."""

    example = '{"replay": true}'

    replay: bool = False


class PersonsMessage(Body):
    """What the person says."""

    example = '{"text": "Good morning, this is Maria."}'

    text: Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_text)]


class SaidMessage(Shown):
    """A person's message, on its way. `id` is that of its first part: a provider may get it in several."""

    id: str
    session: str
    turn: int
    author: str
    parts: int


class Handovers:
    """Handing over, giving back, speaking: within the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def hand_over_session(self, session: str, person: str) -> Session:
        """Let a person have the conversation. A turn under way is given up, and its message left to the person; one who
        had it already is replaced."""
        number = session_number(session)
        row = await self._engine.write(self._hand_over, number, person)
        self._runtime.hub.wake((number,))
        return shown_session(row)

    async def return_session(self, session: str, *, replay: bool = False) -> Session:
        """Give the conversation back: it goes on at the node where it waits, whose deadline begins anew. Messages that
        came meanwhile are not answered by the flow, unless `replay` says so: then each of them is, in order.

        RejectedInbound `session.not_handed_over` (409).
        """
        number = session_number(session)
        row = await self._engine.write(self._give_back, number, replay)
        self._runtime.hub.claimable()
        self._runtime.hub.wake((number,))
        return shown_session(row)

    async def send_as_person(self, session: str, text: str) -> SaidMessage:
        """Send a message of the person who has the conversation, by the session's channel and through its gate.

        RejectedInbound `session.not_handed_over` (409), or `session.opted_out` (409) when the contact wants none.
        """
        number = session_number(session)
        said = await self._engine.write(self._say, number, text, self._runtime.tracing.context())
        self._runtime.hub.claimable()  # the sender looks at once
        self._runtime.hub.wake((number,))
        return said

    def _hand_over(self, connection: Connection, number: int, person: str) -> session_pages.SessionRow:
        locked = self._locked(connection, number)
        former = locked.session.handover
        if former is None or former.person != person:
            handovers.hand_over(connection, locked, person)
            before = {"person": former.person} if former is not None else None
            record_change(
                connection,
                self._caller,
                "session.handed_over",
                f"session:{number}",
                before=before,
                after={"person": person},
            )
        return self._row(connection, number)

    def _give_back(self, connection: Connection, number: int, replay: bool) -> session_pages.SessionRow:
        locked = self._locked(connection, number)
        if locked.session.handover is None:
            raise _not_handed_over()
        queued = handovers.give_back(connection, locked, replay=replay)
        record_change(
            connection,
            self._caller,
            "session.returned",
            f"session:{number}",
            before={"person": locked.session.handover.person},
            after={"replayed": queued},
        )
        return self._row(connection, number)

    def _say(self, connection: Connection, number: int, text: str, trace: str) -> SaidMessage:
        locked = self._locked(connection, number)
        handover = locked.session.handover
        if handover is None:
            raise _not_handed_over()
        if locked.parked:
            raise RejectedInbound(
                "the contact has opted out, and gets no messages",
                code="session.opted_out",
                hint="they opt in again by writing START",
                status=409,
            )
        parts = self._rendered(locked, SendMessage(text=text, author=handover.person))
        turn, version = handovers.say(connection, locked, handover.person, parts, trace)
        record_change(connection, self._caller, "session.said", f"session:{number}", after={"turn": turn})
        return SaidMessage(id=f"{version}.0", session=str(number), turn=turn, author=handover.person, parts=len(parts))

    def _rendered(self, locked: LockedSession, message: SendMessage) -> list[OutboundPart]:
        provider = self._runtime.channels.get(locked.channel)
        return parts_to_person([message], locked.channel, provider, locked.session.address)

    def _locked(self, connection: Connection, number: int) -> LockedSession:
        locked = lock_session_of(connection, self._caller.organization, number)
        if locked is None:
            raise unknown_session(str(number))
        return locked

    def _row(self, connection: Connection, number: int) -> session_pages.SessionRow:
        row = session_pages.get_session(connection, self._caller.organization, number)
        assert row is not None, "its row is locked"
        return row


def _not_handed_over() -> RejectedInbound:
    return RejectedInbound(
        "no person has this conversation",
        code="session.not_handed_over",
        hint="hand it over first, with POST /api/v1/sessions/{session}/hand-over",
        status=409,
    )
