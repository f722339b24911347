"""Sessions over HTTP: listed, found by their person, read with their turns and messages."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.sessions.sessions import HistoryEntry, Session, SessionMessage
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import OfWorkflow, PageQuery, Query, QueryText

TAG = "Sessions"


class SessionQuery(PageQuery):
    """Which sessions of a workflow; `active` says whether their conversation is under way."""

    channel: QueryText | None = None
    active: bool | None = None


class PersonQuery(Query):
    """Whose session: an address, or the id that an application gave its user; `channel` if there are several."""

    external_id: QueryText
    channel: QueryText | None = None


class UserQuery(Query):
    """The user whose server named this id."""

    user_id: QueryText


async def get_sessions_by_workflow_id(call: Call) -> Page[Session]:
    """List a workflow's sessions, by channel and external id."""
    query: SessionQuery = call.query
    return await call.service.sessions.get_sessions_by_workflow_id(
        call.path["workflow"],
        channel=query.channel,
        active=query.active,
        cursor=query.cursor,
        limit=query.limit,
    )


async def get_active_sessions(call: Call) -> Page[Session]:
    """List the sessions whose conversation is under way, of all your workflows or of one."""
    query: OfWorkflow = call.query
    return await call.service.sessions.get_active_sessions(query.workflow, cursor=query.cursor, limit=query.limit)


async def get_session_by_external_id(call: Call) -> Session:
    """Find the session of a person in a workflow."""
    query: PersonQuery = call.query
    return await call.service.sessions.get_session_by_external_id(
        call.path["workflow"], query.external_id, channel=query.channel
    )


async def get_session_by_user_id(call: Call) -> Session:
    """Find the chat session of your application's user in a workflow."""
    query: UserQuery = call.query
    return await call.service.sessions.get_session_by_user_id(call.path["workflow"], query.user_id)


async def get_session(call: Call) -> Session:
    """Read a session."""
    return await call.service.sessions.get_session(call.path["session"])


async def get_session_history(call: Call) -> Page[HistoryEntry]:
    """List what a session did, turn by turn, and what operators did to it; the newest first."""
    query: PageQuery = call.query
    return await call.service.sessions.get_session_history(call.path["session"], cursor=query.cursor, limit=query.limit)


async def get_session_messages(call: Call) -> Page[SessionMessage]:
    """List a session's messages in both directions with their delivery, the newest first, in whole turns."""
    query: PageQuery = call.query
    return await call.service.sessions.get_session_messages(
        call.path["session"], cursor=query.cursor, limit=query.limit
    )


_OF_WORKFLOW = "/workflows/{workflow}/sessions"
_ONE = "/sessions/{session}"
_READS = Scope.SESSIONS_READ
OPERATIONS = (
    Operation(
        method="GET",
        path=_OF_WORKFLOW,
        handler=get_sessions_by_workflow_id,
        scope=_READS,
        tag=TAG,
        query=SessionQuery,
        answer=Page[Session],
    ),
    Operation(
        method="GET",
        path=f"{_OF_WORKFLOW}/by-external-id",
        handler=get_session_by_external_id,
        scope=_READS,
        tag=TAG,
        query=PersonQuery,
        answer=Session,
    ),
    Operation(
        method="GET",
        path=f"{_OF_WORKFLOW}/by-user-id",
        handler=get_session_by_user_id,
        scope=_READS,
        tag=TAG,
        query=UserQuery,
        answer=Session,
    ),
    Operation(
        method="GET",
        path="/sessions/active",
        handler=get_active_sessions,
        scope=_READS,
        tag=TAG,
        query=OfWorkflow,
        answer=Page[Session],
    ),
    Operation(method="GET", path=_ONE, handler=get_session, scope=_READS, tag=TAG, answer=Session),
    Operation(
        method="GET",
        path=f"{_ONE}/history",
        handler=get_session_history,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[HistoryEntry],
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/messages",
        handler=get_session_messages,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[SessionMessage],
    ),
)
