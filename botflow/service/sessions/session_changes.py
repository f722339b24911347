"""Changes of sessions by operators: variables, notes, the end of a conversation, a visitor's token.

Each is fenced by the session's version: a turn under way runs again on what it finds then, and no message is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import AfterValidator, Field, JsonValue
from sqlalchemy import Connection

from botflow.engine.endings.ending import state_of
from botflow.engine.inbound import CHAT
from botflow.engine.json_values import plain_json
from botflow.engine.limits import Limits
from botflow.engine.session import Session as EngineSession
from botflow.errors import FlowError, RejectedInbound
from botflow.records.access import Principal
from botflow.service.models import Body, Shown, Wrong
from botflow.service.refusals import check_unchanged
from botflow.service.sessions.conversation_changes import ConversationChanges
from botflow.service.sessions.sessions import Session, session_number, shown_session, unknown_session
from botflow.storage.runs.handoffs import LockedSession
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions import session_changes, session_pages
from botflow.storage.session_tokens import revoke_token

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

LONGEST_NAME = 200
LONGEST_NOTE = 4_000
LARGEST_DATA = 16_000  # characters of JSON
MOST_VARIABLES = 200


def _name(text: str) -> str:
    if not text or not text.isprintable():
        raise Wrong("*.invalid", "is empty, or has control characters", "give the name as the workflow has it")
    return text


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Wrong("*.nul", "contains the character NUL", "leave it out")
    return text


Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_name)]


class ContextChange(Body):
    """Variables to set, and names of those to remove; all others stay as they are."""

    example = '{"variables": {"size": "large"}, "remove": ["note"]}'

    variables: Annotated[dict[Name, JsonValue], Field(max_length=MOST_VARIABLES)] = Field(default_factory=dict)
    remove: Annotated[list[Name], Field(max_length=MOST_VARIABLES)] = Field(default_factory=list)


class Note(Body):
    """An entry for the session's history: a text, the node that it is about, or both, and data."""

    example = '{"text": "Called the customer", "nodeId": "menu"}'

    text: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(_without_nul)] = ""
    node_id: Name | None = None
    data: dict[str, JsonValue] = Field(default_factory=dict)


class VisitorName(Body):
    """Whose token to revoke."""

    example = '{"externalId": "visitor:..."}'

    external_id: Name


class SessionContext(Shown):
    """A session's variables, those of the workflow's own graph. `revision` counts the session's changes."""

    session: str
    revision: int
    variables: dict[str, JsonValue]


class AddedNote(Shown):
    """A note that was added; `turn` is its place in the history."""

    session: str
    turn: int


class RevokedToken(Shown):
    """A visitor's token that is refused from now on."""

    session_id: str
    external_id: str
    revoked: bool


class SessionChanges:
    """What the caller may change of the sessions of its organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller
        self._conversations = ConversationChanges(caller)

    async def get_session_context(self, session: str) -> SessionContext:
        """Return the variables. RejectedInbound `session.unknown` (404)."""
        number = session_number(session)
        row = await self._engine.read(session_pages.get_session, self._caller.organization, number)
        if row is None:
            raise unknown_session(session)
        return _shown_context(number, row.version, _variables(EngineSession.from_json(row.state, row.version)))

    async def update_session_context(
        self,
        session: str,
        variables: Mapping[str, Any],
        *,
        remove: Sequence[str] = (),
        if_revision: int | None = None,
    ) -> SessionContext:
        """Set and remove variables of a conversation under way; a turn under way runs again with them.

        RejectedInbound `session.not_active` (409), `session.changed` (412) when the session is not at `if_revision` any
        more, `context.too_large` (422) for more than a turn could keep, 64 kB with what else the session holds.
        """
        number = session_number(session)
        edited = await self._engine.write(self._edit, number, variables, remove, if_revision)
        self._runtime.hub.claimable()
        self._runtime.hub.wake((number,))
        return _shown_context(number, edited.version, _variables(edited))

    async def add_to_session_history(
        self, session: str, node_id: str | None = None, data: Mapping[str, Any] | None = None, *, text: str = ""
    ) -> AddedNote:
        """Write a note into the session's history; it changes nothing else. RejectedInbound `note.empty` (422) without
        a node and a text, `note.too_large` (422)."""
        if not node_id and not text:
            raise RejectedInbound(
                "the note says nothing",
                code="note.empty",
                hint="give a text, or the node that it is about",
                status=422,
            )
        number, kept = session_number(session), _kept(dict(data or {}))
        if len(orjson.dumps(kept)) > LARGEST_DATA:
            raise RejectedInbound(
                f"the note's data has more than {LARGEST_DATA} bytes",
                code="note.too_large",
                hint="send less, or only a reference",
                status=422,
            )
        turn = await self._engine.write(self._note, number, text, node_id or "", kept)
        return AddedNote(session=str(number), turn=turn)

    async def deactivate_session(self, session: str) -> Session:
        """End the conversation: its execution is cancelled with the runs that it waits for, its timers are dead, and a
        handoff ends. A message under way ends with it; the person's next one begins a new conversation. Repeated, it
        changes nothing.

        An execution with nodes at `finally` stays active until these have run.
        """
        number = session_number(session)
        row = await self._engine.write(self._conversations.deactivate, number)
        self._runtime.hub.claimable()
        self._runtime.hub.wake((number,))
        return shown_session(row)

    async def revoke_session(self, workflow: str, external_id: str) -> RevokedToken:
        """Refuse a chat visitor's token from now on, in every process; its streams end. RejectedInbound
        `session.unknown` (404)."""
        is_storable = workflow.isprintable()  # no database accepts a NUL
        number = await self._engine.write(self._revoke, workflow, external_id) if is_storable else None
        if number is None:
            raise unknown_session(external_id)
        self._runtime.hub.wake((number,))  # streams look at once
        return RevokedToken(session_id=str(number), external_id=external_id, revoked=True)

    def _edit(
        self,
        connection: Connection,
        number: int,
        variables: Mapping[str, Any],
        remove: Sequence[str],
        if_revision: int | None,
    ) -> EngineSession:
        locked = self._conversations.locked(connection, number)
        check_revision(locked, if_revision)
        edited = _edited(locked.session, variables, remove)
        names = sorted({*variables, *remove})
        session_changes.replace_state(connection, locked, edited, names)
        # The values are people's data: the log of changes outlives the conversation, and so has the names only.
        changed = {"set": sorted(variables), "removed": sorted(remove)}
        record_change(connection, self._caller, "session.edited", f"session:{number}", after=changed)
        return edited

    def _note(self, connection: Connection, number: int, text: str, node: str, data: dict[str, Any]) -> int:
        locked = self._conversations.locked(connection, number)
        turn = session_changes.add_note(connection, locked, node, [text, self._caller.actor, data])
        record_change(connection, self._caller, "session.noted", f"session:{number}", after={"turn": turn})
        return turn

    def _revoke(self, connection: Connection, workflow: str, external_id: str) -> int | None:
        organization = self._caller.organization
        before = session_pages.find_sessions(connection, organization, workflow, [(CHAT, external_id)])
        number = revoke_token(connection, organization, workflow, external_id)
        if number is not None and not (before and before[0].token_revoked):
            record_change(connection, self._caller, "session.token_revoked", f"session:{number}")
        return number


def check_revision(locked: LockedSession, if_revision: int | None) -> None:
    """RejectedInbound `session.changed` (412) when the session is not at this revision any more."""
    check_unchanged(locked.version, if_revision, "session.changed")


def _edited(session: EngineSession, variables: Mapping[str, Any], remove: Sequence[str]) -> EngineSession:
    """Return the session with other variables under its next version, checked as a turn's end is."""
    if not session.frames:
        raise RejectedInbound(
            "no conversation is under way, so there are no variables",
            code="session.not_active",
            hint="the next message begins one, with the workflow's own variables",
            status=409,
        )
    lowest = session.frames[0]
    kept = {name: value for name, value in lowest.variables.items() if name not in set(remove)}
    kept |= _kept(dict(variables))
    edited = replace(
        session, version=session.version + 1, frames=(replace(lowest, variables=kept), *session.frames[1:])
    )
    try:
        state_of(edited, Limits())
    except FlowError as failure:
        raise RejectedInbound(
            f"the variables are more than a session can keep: {failure}",
            code="context.too_large",
            hint="keep less in variables",
            status=422,
        ) from None
    return edited


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = plain_json(values)
    except FlowError as failure:
        raise RejectedInbound(
            f"this cannot be kept: {failure}", code="value.invalid", hint="leave that character out", status=422
        ) from None
    return kept


def _variables(session: EngineSession) -> dict[str, Any]:
    return dict(session.frames[0].variables) if session.frames else {}


def _shown_context(number: int, version: int, variables: dict[str, Any]) -> SessionContext:
    return SessionContext(session=str(number), revision=version, variables=variables)
