"""What an operator does with a whole conversation: ends it, lets a person have it, gives it back to the bot.

Each is a part of the caller's transaction, with its entry in the audit log. A server and a command share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.service.models import Body, Wrong
from botflow.service.pictures import Picture
from botflow.service.sessions.sessions import unknown_session
from botflow.storage.runs import handoffs
from botflow.storage.runs.handoffs import LockedSession
from botflow.storage.service.access.users import picture_of
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions.session_changes import end_conversation, lock_session_of
from botflow.storage.service.sessions.session_pages import SessionRow, get_session

LONGEST_PERSON = 100


def _person(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Wrong("*.invalid", "is empty, or has control characters", "give the name that the contact shall see")
    return text.strip()


PersonsName = Annotated[str, Field(max_length=LONGEST_PERSON), AfterValidator(_person)]


class HandoffTo(Body):
    """Who takes the conversation over: the name and the picture that the contact sees. Without a picture it is that of
    the caller's account."""

    example = '{"person": "Maria"}'

    person: PersonsName
    picture: Picture | None = None


class GivingBack(Body):
    """How to give a conversation back: with `replay` the flow answers the messages that the person was sent, too."""

    example = '{"replay": true}'

    replay: bool = False


class ConversationChanges:
    """Changes of sessions of the caller's organization. RejectedInbound `session.unknown` for any other."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller

    def deactivate(self, connection: Connection, number: int) -> SessionRow:
        """End the conversation; one that is over already stays as it is."""
        locked = self.locked(connection, number)
        if locked.is_active or locked.session.handoff is not None or locked.has_queue:
            end_conversation(connection, locked)
            record_change(connection, self._caller, "session.deactivated", f"session:{number}")
        return self._row(connection, number)

    def hand_off(self, connection: Connection, number: int, person: str, picture: str | None = None) -> SessionRow:
        """Let `person` have the conversation, in the place of a person who had it before."""
        self.hand_off_locked(connection, self.locked(connection, number), person, picture)
        return self._row(connection, number)

    def hand_off_locked(
        self, connection: Connection, locked: LockedSession, person: str, picture: str | None = None
    ) -> None:
        """`hand_off` a session that the caller has locked."""
        former = locked.session.handoff
        if former is not None and former.person == person:
            return
        if picture is None:
            picture = picture_of(connection, self._caller.organization, self._caller.actor)
        handoffs.hand_off(connection, locked, person, self._caller.actor, picture)
        record_change(
            connection,
            self._caller,
            "session.handed_off",
            f"session:{locked.id}",
            before={"person": former.person} if former is not None else None,
            after={"person": person},
        )

    def give_back(self, connection: Connection, number: int, replay: bool) -> SessionRow:
        """Give the conversation back to the bot. RejectedInbound `session.not_handed_off`."""
        self.give_back_locked(connection, self.locked(connection, number), replay=replay)
        return self._row(connection, number)

    def give_back_locked(
        self,
        connection: Connection,
        locked: LockedSession,
        *,
        replay: bool,
        note: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """`give_back` a session that the caller has locked, with what its handoff node is told."""
        if locked.session.handoff is None:
            raise not_handed_off()
        if locked.session.awaits_return and not handoffs.has_opt_in(connection, locked.id):
            check_wants_messages(locked)  # no turn of a contact who has opted out would take the return
        queued = handoffs.give_back(connection, locked, replay=replay, note=note, values=values)
        record_change(
            connection,
            self._caller,
            "session.returned",
            f"session:{locked.id}",
            before={"person": locked.session.handoff.person},
            after={"replayed": queued},
        )

    def locked(self, connection: Connection, number: int) -> LockedSession:
        """Lock the session until the transaction ends."""
        locked = lock_session_of(connection, self._caller.organization, number)
        if locked is None:
            raise unknown_session(str(number))
        return locked

    def _row(self, connection: Connection, number: int) -> SessionRow:
        row = get_session(connection, self._caller.organization, number)
        assert row is not None, "its row is locked"
        return row


def check_wants_messages(locked: LockedSession) -> None:
    """RejectedInbound `session.opted_out` when the contact of a session gets no messages."""
    if locked.parked:
        raise RejectedInbound(
            "the contact has opted out, and gets no messages",
            code="session.opted_out",
            hint="they opt in again by writing START",
            status=409,
        )


def not_handed_off() -> RejectedInbound:
    return RejectedInbound(
        "no person has this conversation",
        code="session.not_handed_off",
        hint="hand it off first, with POST /api/v1/sessions/{session}/hand-off",
        status=409,
    )
