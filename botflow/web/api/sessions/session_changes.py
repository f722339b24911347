"""Changes of sessions over HTTP: variables, notes, the end of a conversation, a visitor's token, handing off."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.sessions.conversation_changes import GivingBack, HandoffTo
from botflow.service.sessions.persons_messages import PersonsMessage, SaidMessage
from botflow.service.sessions.session_changes import (
    AddedNote,
    ContextChange,
    Note,
    RevokedToken,
    SessionContext,
    VisitorName,
)
from botflow.service.sessions.sessions import Session
from botflow.web.api.sessions.sessions import TAG
from botflow.web.rest.operation import Call, Operation


async def get_session_context(call: Call) -> SessionContext:
    """Read a session's variables."""
    return await call.service.session_changes.get_session_context(call.path["session"])


async def update_session_context(call: Call) -> SessionContext:
    """Set and remove variables of a conversation under way. A turn under way runs again with them."""
    change: ContextChange = call.body
    return await call.service.session_changes.update_session_context(
        call.path["session"], change.variables, remove=change.remove, if_revision=call.if_revision
    )


async def add_to_session_history(call: Call) -> AddedNote:
    """Write a note into a session's history."""
    note: Note = call.body
    return await call.service.session_changes.add_to_session_history(
        call.path["session"], note.node_id, note.data, text=note.text
    )


async def deactivate_session(call: Call) -> Session:
    """End a conversation: its execution is cancelled, its timers are dead. The person's next message begins anew."""
    return await call.service.session_changes.deactivate_session(call.path["session"])


async def revoke_session(call: Call) -> RevokedToken:
    """Refuse the token of a chat visitor from now on, in every process; its streams end."""
    visitor: VisitorName = call.body
    return await call.service.session_changes.revoke_session(call.path["workflow"], visitor.external_id)


async def hand_off_session(call: Call) -> Session:
    """Let a person have the conversation: the bot is silent until it is given back."""
    to: HandoffTo = call.body
    return await call.service.handoffs.hand_off_session(call.path["session"], to.person, picture=to.picture)


async def return_session(call: Call) -> Session:
    """Give the conversation back to the bot, at its waiting node. With `replay` it answers what it has missed."""
    back: GivingBack = call.body
    return await call.service.handoffs.return_session(call.path["session"], replay=back.replay)


async def send_as_person(call: Call) -> SaidMessage:
    """Send a message of the person who has the conversation."""
    message: PersonsMessage = call.body
    return await call.service.handoffs.send_as_person(call.path["session"], message.text)


_ONE = "/sessions/{session}"
_WRITES = Scope.SESSIONS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path=f"{_ONE}/context",
        handler=get_session_context,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        answer=SessionContext,
    ),
    Operation(
        method="PATCH",
        path=f"{_ONE}/context",
        handler=update_session_context,
        scope=_WRITES,
        tag=TAG,
        body=ContextChange,
        answer=SessionContext,
        edits=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/history",
        handler=add_to_session_history,
        scope=_WRITES,
        tag=TAG,
        body=Note,
        answer=AddedNote,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="POST", path=f"{_ONE}/deactivate", handler=deactivate_session, scope=_WRITES, tag=TAG, answer=Session
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/hand-off",
        handler=hand_off_session,
        scope=_WRITES,
        tag=TAG,
        body=HandoffTo,
        answer=Session,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/return",
        handler=return_session,
        scope=_WRITES,
        tag=TAG,
        body=GivingBack,
        answer=Session,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/messages",
        handler=send_as_person,
        scope=_WRITES,
        tag=TAG,
        body=PersonsMessage,
        answer=SaidMessage,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="POST",
        path="/workflows/{workflow}/sessions/revoke",
        handler=revoke_session,
        scope=_WRITES,
        tag=TAG,
        body=VisitorName,
        answer=RevokedToken,
    ),
)
