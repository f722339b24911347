"""Sessions: conversations of people with workflows, as lists and one by one, with their turns and messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import JsonValue
from sqlalchemy import Connection

from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound
from botflow.interfaces import Channels, normal_address
from botflow.records.access import Principal
from botflow.records.sessions import VISITOR
from botflow.service.cursors import PAGE, cursor_of, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.storage.service.sessions import session_history, session_pages
from botflow.storage.service.sessions.session_history import MessageRow, TurnRow
from botflow.storage.service.sessions.session_pages import SessionFilter, SessionRow

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

SessionStatus = Literal["handed_off", "opted_out", "paused", "running", "waiting", "idle"]
LARGEST_ID = 2**63 - 1
_BY_PERSON = "person"
_BY_TURN = "-turn"


class Session(Shown):
    """A person's conversation with a workflow. `active` while an execution is under way; the next message of a person
    whose session is not active begins one. `handed_off`: a person has it, `handedTo`, or it waits for one. `revision`
    counts its changes."""

    id: str
    workflow: str
    channel: str
    external_id: str
    user_id: str | None
    active: bool
    status: SessionStatus
    current_node_id: str | None
    handed_to: str | None
    turns: int
    revision: int
    wakes_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TurnEvent(Shown):
    """What a turn did: a kind, such as `edge`, and its values."""

    kind: str
    values: list[JsonValue]


class HistoryEntry(Shown):
    """A turn of the session, or a change of it by an operator."""

    turn: int
    at: datetime
    status: str
    events: list[TurnEvent]


class SessionMessage(Shown):
    """A message of the person (`in`) or to them (`out`). `state` says what became of it: `sent`, `delivered`, …

    `author` is the operator who wrote it, null for the person's messages and the workflow's. `to` is set on a message
    to another address.
    """

    id: str
    turn: int
    direction: Literal["in", "out"]
    at: datetime
    text: str
    state: str
    author: str | None
    author_picture: str | None
    to: str | None
    error_code: str | None
    media: list[dict[str, JsonValue]]
    quick_replies: list[dict[str, JsonValue]]
    cards: list[dict[str, JsonValue]]
    location: dict[str, JsonValue] | None


class Sessions:
    """The sessions of the caller's organization, for reading."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._channels = runtime.channels
        self._caller = caller

    async def get_sessions_by_workflow_id(
        self,
        workflow: str,
        *,
        channel: str | None = None,
        active: bool | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Session]:
        """Return a page of a workflow's sessions, by channel and external id. RejectedInbound `workflow.unknown`."""
        return await self._page(SessionFilter(workflow=workflow, channel=channel, active=active), cursor, limit)

    async def get_active_sessions(
        self, workflow: str | None = None, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Session]:
        """Return a page of the sessions whose conversation is under way, of all workflows or of one."""
        if workflow is not None:
            return await self.get_sessions_by_workflow_id(workflow, active=True, cursor=cursor, limit=limit)
        return await self._page(SessionFilter(active=True), cursor, limit)

    async def get_session(self, session: str) -> Session:
        """RejectedInbound `session.unknown` (404), also for another organization's."""
        return shown_session(await self._row(session))

    async def get_session_by_external_id(
        self, workflow: str, external_id: str, *, channel: str | None = None
    ) -> Session:
        """Return the session of a person: an address, or the id that an application gave its user.

        RejectedInbound `session.unknown` (404), or `session.ambiguous` (409) when the person has one on several
        channels and none is named.
        """
        people = people_named(self._channels, external_id, channel)
        found = await self._engine.read(
            session_pages.find_sessions, self._caller.organization, slug_in(workflow), people
        )
        if not found:
            raise unknown_session(external_id)
        if len(found) > 1:
            raise RejectedInbound(
                f"this person has sessions on {', '.join(row.channel for row in found)}",
                code="session.ambiguous",
                hint="name the channel",
                status=409,
            )
        return shown_session(found[0])

    async def get_session_by_user_id(self, workflow: str, user_id: str) -> Session:
        """Return the chat session of an application's user: the one whose externalId its server named."""
        found = await self._engine.read(
            session_pages.find_sessions, self._caller.organization, slug_in(workflow), [(CHAT, user_id)]
        )
        if not found or user_id.startswith(VISITOR):
            raise unknown_session(user_id)
        return shown_session(found[0])

    async def get_session_history(
        self, session: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[HistoryEntry]:
        """Return a page of the session's turns, the newest first."""
        after = read_cursor(cursor, _BY_TURN, (int,))
        number = (await self._row(session)).id
        found = await self._engine.read(session_history.list_turns, number, after, limit)
        return page_of(found, limit, _BY_TURN, lambda row: (row.seq,), _shown_turn)

    async def get_session_messages(
        self, session: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[SessionMessage]:
        """Return a page of the messages in both directions, the newest first. It holds whole turns."""
        number = (await self._row(session)).id
        return await self._engine.read(read_messages, number, cursor, limit)

    async def _page(self, wanted: SessionFilter, cursor: str | None, limit: int) -> Page[Session]:
        return await self._engine.read(read_sessions, self._caller.organization, wanted, cursor, limit)

    async def _row(self, session: str) -> SessionRow:
        row = await self._engine.read(session_pages.get_session, self._caller.organization, session_number(session))
        if row is None:
            raise unknown_session(session)
        return row


def read_sessions(
    connection: Connection, organization: int, wanted: SessionFilter, cursor: str | None, limit: int
) -> Page[Session]:
    """Return a page of sessions, by workflow, channel and external id. RejectedInbound `workflow.unknown`."""
    after = read_cursor(cursor, _BY_PERSON, (int, str, str))
    named = wanted.workflow
    if named is not None and not session_pages.knows_workflow(connection, organization, slug_in(named)):
        raise unknown_workflow(named)
    found = session_pages.list_sessions(connection, organization, wanted, after, limit)
    return page_of(
        found, limit, _BY_PERSON, lambda row: (row.workflow_number, row.channel, row.external_id), shown_session
    )


def read_messages(connection: Connection, session: int, cursor: str | None, limit: int) -> Page[SessionMessage]:
    """Return a page of a session's messages, the newest first, in whole turns."""
    before = read_cursor(cursor, _BY_TURN, (int,))
    found, following = session_history.list_messages(connection, session, before[0] if before else None, limit)
    return Page(
        items=[shown_message(row) for row in found],
        next=cursor_of(_BY_TURN, [following]) if following is not None else None,
    )


def people_named(channels: Channels, written: str, channel: str | None) -> list[tuple[str, str]]:
    """Return who a written address or id may be, as (channel, external id): on one channel, or on each but a run's."""
    return [(each, _address(channels, each, written)) for each in ([channel] if channel else [CHAT, *channels])]


def _address(channels: Channels, channel: str, written: str) -> str:
    try:
        return normal_address(channels, channel, written)
    except RejectedInbound:
        return written


def session_number(session: str) -> int:
    """Return the number in an address; RejectedInbound `session.unknown` for what is no number of a session."""
    is_number = session.isascii() and session.isdigit() and session[0] != "0" and len(session) <= 19
    if not is_number or int(session) > LARGEST_ID:  # a thing has one address: 007 is not 7
        raise unknown_session(session)
    return int(session)


def unknown_session(named: str) -> RejectedInbound:
    """Return the refusal of a session that the caller's organization does not have."""
    return RejectedInbound(
        f"there is no session {named[:64]!r}",
        code="session.unknown",
        hint="list them with GET /api/v1/workflows/{workflow}/sessions",
        status=404,
    )


def shown_session(row: SessionRow) -> Session:
    """Return a session as the API shows it."""
    frames = row.state.get("frames") or ()
    handoff = row.state.get("handoff")
    is_user = row.channel == CHAT and not row.external_id.startswith(VISITOR)
    return Session(
        id=str(row.id),
        workflow=row.workflow,
        channel=row.channel,
        external_id=row.external_id,
        user_id=row.external_id if is_user else None,
        active=row.is_active,
        status=_status(row),
        current_node_id=frames[-1]["node"] if frames else None,
        handed_to=(handoff["person"] or None) if handoff else None,
        turns=row.turns,
        revision=row.version,
        wakes_at=None if row.paused else row.wakes_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def shown_message(row: MessageRow) -> SessionMessage:
    """Return a message as the API shows it."""
    body: Mapping[str, Any] = row.body
    is_out = row.version is not None
    return SessionMessage(
        id=f"{row.version}.{row.index}" if is_out else f"i{row.seq}",
        turn=row.seq,
        direction="out" if is_out else "in",
        at=row.at,
        text=body.get("text") or body.get("payload") or "",
        state=row.state,
        author=body.get("author"),
        author_picture=body.get("authorPicture"),
        to=body.get("to"),
        error_code=row.error_code,
        media=body.get("media", []),
        quick_replies=body.get("quickReplies", []),
        cards=body.get("cards", []),
        location=body.get("location"),
    )


def _status(row: SessionRow) -> SessionStatus:
    if row.state.get("handoff"):
        return "handed_off"
    if row.parked:
        return "opted_out"
    if row.paused:
        return "paused"
    if row.is_queued:
        return "running"
    return "waiting" if row.is_active else "idle"


def _shown_turn(row: TurnRow) -> HistoryEntry:
    events = [TurnEvent(kind=str(kind), values=list(values)) for kind, *values in row.trace]
    return HistoryEntry(turn=row.seq, at=row.at, status=row.status, events=events)
