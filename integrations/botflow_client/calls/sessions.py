"""Sessions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botflow_client.models.executions import SessionMessage
from botflow_client.models.sessions import AddedNote, HistoryEntry, RevokedToken, SaidMessage, Session, SessionContext
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class SessionsCalls(Caller):
    """Sessions."""

    def get_sessions_by_workflow_id(
        self,
        workflow: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        channel: str | None = None,
        active: bool | None = None,
    ) -> Pages[Session]:
        """List a workflow's sessions, by channel and external id. It needs the scope `sessions:read`."""
        return self._list(
            Session,
            f"/api/v1/workflows/{segment(workflow)}/sessions",
            {"cursor": cursor, "limit": limit, "channel": channel, "active": active},
        )

    def get_session_by_external_id(
        self, workflow: str | int, *, external_id: str, channel: str | None = None
    ) -> Session:
        """Find the session of a person in a workflow. It needs the scope `sessions:read`."""
        return self._call(
            Session,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/sessions/by-external-id",
                query={"externalId": external_id, "channel": channel},
            ),
        )

    def get_session_by_user_id(self, workflow: str | int, *, user_id: str) -> Session:
        """Find the chat session of your application's user in a workflow. It needs the scope `sessions:read`."""
        return self._call(
            Session,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/sessions/by-user-id", query={"userId": user_id}
            ),
        )

    def get_active_sessions(
        self, *, cursor: str | None = None, limit: int | None = None, workflow: str | None = None
    ) -> Pages[Session]:
        """List the sessions whose conversation is under way, of all your workflows or of one. It needs the scope
        `sessions:read`.
        """
        return self._list(Session, "/api/v1/sessions/active", {"cursor": cursor, "limit": limit, "workflow": workflow})

    def get_session(self, session: str | int) -> Session:
        """Read a session. It needs the scope `sessions:read`."""
        return self._call(Session, make_request("GET", f"/api/v1/sessions/{segment(session)}"))

    def get_session_history(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[HistoryEntry]:
        """List what a session did, turn by turn, and what operators did to it; the newest first. It needs the scope
        `sessions:read`.
        """
        return self._list(
            HistoryEntry, f"/api/v1/sessions/{segment(session)}/history", {"cursor": cursor, "limit": limit}
        )

    def add_to_session_history(
        self,
        session: str | int,
        *,
        text: str | Omit = OMIT,
        node_id: str | Omit | None = OMIT,
        data: Mapping[str, Any] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> AddedNote:
        """Write a note into a session's history. It needs the scope `sessions:write`."""
        return self._call(
            AddedNote,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/history",
                body={"text": text, "nodeId": node_id, "data": data},
                idempotency_key=idempotency_key,
            ),
        )

    def get_session_messages(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[SessionMessage]:
        """List a session's messages in both directions with their delivery, the newest first, in whole turns. It
        needs the scope `sessions:read`.
        """
        return self._list(
            SessionMessage, f"/api/v1/sessions/{segment(session)}/messages", {"cursor": cursor, "limit": limit}
        )

    def send_as_person(self, session: str | int, *, text: str, idempotency_key: str | None = None) -> SaidMessage:
        """Send a message of the person who has the conversation. It needs the scope `sessions:write`."""
        return self._call(
            SaidMessage,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/messages",
                body={"text": text},
                idempotency_key=idempotency_key,
            ),
        )

    def get_session_context(self, session: str | int) -> SessionContext:
        """Read a session's variables. It needs the scope `sessions:read`."""
        return self._call(SessionContext, make_request("GET", f"/api/v1/sessions/{segment(session)}/context"))

    def update_session_context(
        self,
        session: str | int,
        *,
        variables: Mapping[str, Any] | Omit = OMIT,
        remove: Sequence[str] | Omit = OMIT,
        if_match: int | None = None,
    ) -> SessionContext:
        """Set and remove variables of a conversation under way. A turn under way runs again with them. It needs the
        scope `sessions:write`.
        """
        return self._call(
            SessionContext,
            make_request(
                "PATCH",
                f"/api/v1/sessions/{segment(session)}/context",
                body={"variables": variables, "remove": remove},
                if_match=if_match,
            ),
        )

    def deactivate_session(self, session: str | int, *, idempotency_key: str | None = None) -> Session:
        """End a conversation: its execution is cancelled, its timers are dead. The person's next message begins
        anew. It needs the scope `sessions:write`.
        """
        return self._call(
            Session,
            make_request("POST", f"/api/v1/sessions/{segment(session)}/deactivate", idempotency_key=idempotency_key),
        )

    def hand_off_session(
        self, session: str | int, *, person: str, picture: str | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Session:
        """Let a person have the conversation: the bot is silent until it is given back. It needs the scope
        `sessions:write`.
        """
        return self._call(
            Session,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/hand-off",
                body={"person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    def return_session(
        self, session: str | int, *, replay: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> Session:
        """Give the conversation back to the bot, at its waiting node. With `replay` it answers what it has missed.
        It needs the scope `sessions:write`.
        """
        return self._call(
            Session,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/return",
                body={"replay": replay},
                idempotency_key=idempotency_key,
            ),
        )

    def revoke_session(
        self, workflow: str | int, *, external_id: str, idempotency_key: str | None = None
    ) -> RevokedToken:
        """Refuse the token of a chat visitor from now on, in every process; its streams end. It needs the scope
        `sessions:write`.
        """
        return self._call(
            RevokedToken,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/sessions/revoke",
                body={"externalId": external_id},
                idempotency_key=idempotency_key,
            ),
        )


class AsyncSessionsCalls(AsyncCaller):
    """Sessions."""

    def get_sessions_by_workflow_id(
        self,
        workflow: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        channel: str | None = None,
        active: bool | None = None,
    ) -> AsyncPages[Session]:
        """List a workflow's sessions, by channel and external id. It needs the scope `sessions:read`."""
        return self._list(
            Session,
            f"/api/v1/workflows/{segment(workflow)}/sessions",
            {"cursor": cursor, "limit": limit, "channel": channel, "active": active},
        )

    async def get_session_by_external_id(
        self, workflow: str | int, *, external_id: str, channel: str | None = None
    ) -> Session:
        """Find the session of a person in a workflow. It needs the scope `sessions:read`."""
        return await self._call(
            Session,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/sessions/by-external-id",
                query={"externalId": external_id, "channel": channel},
            ),
        )

    async def get_session_by_user_id(self, workflow: str | int, *, user_id: str) -> Session:
        """Find the chat session of your application's user in a workflow. It needs the scope `sessions:read`."""
        return await self._call(
            Session,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/sessions/by-user-id", query={"userId": user_id}
            ),
        )

    def get_active_sessions(
        self, *, cursor: str | None = None, limit: int | None = None, workflow: str | None = None
    ) -> AsyncPages[Session]:
        """List the sessions whose conversation is under way, of all your workflows or of one. It needs the scope
        `sessions:read`.
        """
        return self._list(Session, "/api/v1/sessions/active", {"cursor": cursor, "limit": limit, "workflow": workflow})

    async def get_session(self, session: str | int) -> Session:
        """Read a session. It needs the scope `sessions:read`."""
        return await self._call(Session, make_request("GET", f"/api/v1/sessions/{segment(session)}"))

    def get_session_history(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[HistoryEntry]:
        """List what a session did, turn by turn, and what operators did to it; the newest first. It needs the scope
        `sessions:read`.
        """
        return self._list(
            HistoryEntry, f"/api/v1/sessions/{segment(session)}/history", {"cursor": cursor, "limit": limit}
        )

    async def add_to_session_history(
        self,
        session: str | int,
        *,
        text: str | Omit = OMIT,
        node_id: str | Omit | None = OMIT,
        data: Mapping[str, Any] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> AddedNote:
        """Write a note into a session's history. It needs the scope `sessions:write`."""
        return await self._call(
            AddedNote,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/history",
                body={"text": text, "nodeId": node_id, "data": data},
                idempotency_key=idempotency_key,
            ),
        )

    def get_session_messages(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[SessionMessage]:
        """List a session's messages in both directions with their delivery, the newest first, in whole turns. It
        needs the scope `sessions:read`.
        """
        return self._list(
            SessionMessage, f"/api/v1/sessions/{segment(session)}/messages", {"cursor": cursor, "limit": limit}
        )

    async def send_as_person(self, session: str | int, *, text: str, idempotency_key: str | None = None) -> SaidMessage:
        """Send a message of the person who has the conversation. It needs the scope `sessions:write`."""
        return await self._call(
            SaidMessage,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/messages",
                body={"text": text},
                idempotency_key=idempotency_key,
            ),
        )

    async def get_session_context(self, session: str | int) -> SessionContext:
        """Read a session's variables. It needs the scope `sessions:read`."""
        return await self._call(SessionContext, make_request("GET", f"/api/v1/sessions/{segment(session)}/context"))

    async def update_session_context(
        self,
        session: str | int,
        *,
        variables: Mapping[str, Any] | Omit = OMIT,
        remove: Sequence[str] | Omit = OMIT,
        if_match: int | None = None,
    ) -> SessionContext:
        """Set and remove variables of a conversation under way. A turn under way runs again with them. It needs the
        scope `sessions:write`.
        """
        return await self._call(
            SessionContext,
            make_request(
                "PATCH",
                f"/api/v1/sessions/{segment(session)}/context",
                body={"variables": variables, "remove": remove},
                if_match=if_match,
            ),
        )

    async def deactivate_session(self, session: str | int, *, idempotency_key: str | None = None) -> Session:
        """End a conversation: its execution is cancelled, its timers are dead. The person's next message begins
        anew. It needs the scope `sessions:write`.
        """
        return await self._call(
            Session,
            make_request("POST", f"/api/v1/sessions/{segment(session)}/deactivate", idempotency_key=idempotency_key),
        )

    async def hand_off_session(
        self, session: str | int, *, person: str, picture: str | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Session:
        """Let a person have the conversation: the bot is silent until it is given back. It needs the scope
        `sessions:write`.
        """
        return await self._call(
            Session,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/hand-off",
                body={"person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    async def return_session(
        self, session: str | int, *, replay: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> Session:
        """Give the conversation back to the bot, at its waiting node. With `replay` it answers what it has missed.
        It needs the scope `sessions:write`.
        """
        return await self._call(
            Session,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/return",
                body={"replay": replay},
                idempotency_key=idempotency_key,
            ),
        )

    async def revoke_session(
        self, workflow: str | int, *, external_id: str, idempotency_key: str | None = None
    ) -> RevokedToken:
        """Refuse the token of a chat visitor from now on, in every process; its streams end. It needs the scope
        `sessions:write`.
        """
        return await self._call(
            RevokedToken,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/sessions/revoke",
                body={"externalId": external_id},
                idempotency_key=idempotency_key,
            ),
        )
