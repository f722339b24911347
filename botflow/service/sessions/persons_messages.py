"""What a person writes in a conversation that was handed off: by the session's channel, and through its gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.engine.effects import SendMessage
from botflow.engine.limits import Limits
from botflow.interfaces import Channel
from botflow.records.access import Principal
from botflow.runtime.turns.rendering import parts_to_person
from botflow.service.models import Body, Shown, Wrong
from botflow.service.sessions.conversation_changes import ConversationChanges, check_wants_messages, not_handed_off
from botflow.storage.runs import handoffs
from botflow.storage.service.audit_log import record_change

LONGEST_TEXT = Limits().message_characters


def _text(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise Wrong("*.invalid", "is empty, or contains the character NUL", "write what shall be said")
    return text


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


def say_as_person(
    connection: Connection,
    caller: Principal,
    channels: Mapping[str, Channel],
    session: int,
    text: str,
    trace: str = "",
) -> SaidMessage:
    """Send a message of the person who has the conversation, in the caller's transaction. RejectedInbound
    `session.not_handed_off`, or `session.opted_out`."""
    locked = ConversationChanges(caller).locked(connection, session)
    handoff = locked.session.handoff
    if handoff is None or not handoff.person:
        raise not_handed_off()
    check_wants_messages(locked)
    message = SendMessage(text=text, author=handoff.person, author_picture=handoff.picture)
    provider = channels.get(locked.channel)
    parts = parts_to_person([message], locked.channel, provider, locked.session.address)
    turn, version = handoffs.say(connection, locked, handoff.person, parts, trace)
    record_change(connection, caller, "session.said", f"session:{session}", after={"turn": turn})
    return SaidMessage(id=f"{version}.0", session=str(session), turn=turn, author=handoff.person, parts=len(parts))
