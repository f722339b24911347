"""Messages. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from botflow_client.models.messages import Decision, Inbound, InboundDetails, Outbound, OutboundDetails
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class MessagesCalls(Caller):
    """Messages."""

    def get_inbounds(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal["new", "done", "stale", "dead"] | None = None,
        kind: Literal[
            "message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"
        ]
        | None = None,
    ) -> Pages[Inbound]:
        """List what came in, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `new`. A page may have less than `limit`, and another one after it. It needs the
        scope `sessions:read`.
        """
        return self._list(
            Inbound,
            "/api/v1/inbounds",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "session": session,
                "externalId": external_id,
                "channel": channel,
                "after": after,
                "before": before,
                "status": status,
                "kind": kind,
            },
        )

    def get_inbound(self, inbound: str | int) -> InboundDetails:
        """Read what came in, with what its turn did and the messages that answered it. It needs the scope
        `sessions:read`.
        """
        return self._call(InboundDetails, make_request("GET", f"/api/v1/inbounds/{segment(inbound)}"))

    def get_outbounds(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal[
            "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
        ]
        | None = None,
        turn: int | None = None,
    ) -> Pages[Outbound]:
        """List messages to people, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. A page may have less than
        `limit`, and another one after it. It needs the scope `sessions:read`.
        """
        return self._list(
            Outbound,
            "/api/v1/outbounds",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "session": session,
                "externalId": external_id,
                "channel": channel,
                "after": after,
                "before": before,
                "status": status,
                "turn": turn,
            },
        )

    def get_outbound(self, outbound: str | int) -> OutboundDetails:
        """Read a message, with the decisions about it. It needs the scope `sessions:read`."""
        return self._call(OutboundDetails, make_request("GET", f"/api/v1/outbounds/{segment(outbound)}"))

    def release_outbound(self, outbound: str | int, *, idempotency_key: str | None = None) -> Outbound:
        """Send a held message after all, as if for the first time. It needs the scope `sessions:write`."""
        return self._call(
            Outbound,
            make_request("POST", f"/api/v1/outbounds/{segment(outbound)}/release", idempotency_key=idempotency_key),
        )

    def drop_outbound(self, outbound: str | int, *, idempotency_key: str | None = None) -> Outbound:
        """Give a held message up: it has failed, and is not sent. It needs the scope `sessions:write`."""
        return self._call(
            Outbound,
            make_request("POST", f"/api/v1/outbounds/{segment(outbound)}/drop", idempotency_key=idempotency_key),
        )

    def get_decisions(
        self, *, address: str, cursor: str | None = None, limit: int | None = None, channel: str | None = None
    ) -> Pages[Decision]:
        """List the decisions about an address, the newest first: why messages were or were not sent. It needs the
        scope `sessions:read`.
        """
        return self._list(
            Decision, "/api/v1/decisions", {"cursor": cursor, "limit": limit, "address": address, "channel": channel}
        )


class AsyncMessagesCalls(AsyncCaller):
    """Messages."""

    def get_inbounds(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal["new", "done", "stale", "dead"] | None = None,
        kind: Literal[
            "message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"
        ]
        | None = None,
    ) -> AsyncPages[Inbound]:
        """List what came in, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `new`. A page may have less than `limit`, and another one after it. It needs the
        scope `sessions:read`.
        """
        return self._list(
            Inbound,
            "/api/v1/inbounds",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "session": session,
                "externalId": external_id,
                "channel": channel,
                "after": after,
                "before": before,
                "status": status,
                "kind": kind,
            },
        )

    async def get_inbound(self, inbound: str | int) -> InboundDetails:
        """Read what came in, with what its turn did and the messages that answered it. It needs the scope
        `sessions:read`.
        """
        return await self._call(InboundDetails, make_request("GET", f"/api/v1/inbounds/{segment(inbound)}"))

    def get_outbounds(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal[
            "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
        ]
        | None = None,
        turn: int | None = None,
    ) -> AsyncPages[Outbound]:
        """List messages to people, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. A page may have less than
        `limit`, and another one after it. It needs the scope `sessions:read`.
        """
        return self._list(
            Outbound,
            "/api/v1/outbounds",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "session": session,
                "externalId": external_id,
                "channel": channel,
                "after": after,
                "before": before,
                "status": status,
                "turn": turn,
            },
        )

    async def get_outbound(self, outbound: str | int) -> OutboundDetails:
        """Read a message, with the decisions about it. It needs the scope `sessions:read`."""
        return await self._call(OutboundDetails, make_request("GET", f"/api/v1/outbounds/{segment(outbound)}"))

    async def release_outbound(self, outbound: str | int, *, idempotency_key: str | None = None) -> Outbound:
        """Send a held message after all, as if for the first time. It needs the scope `sessions:write`."""
        return await self._call(
            Outbound,
            make_request("POST", f"/api/v1/outbounds/{segment(outbound)}/release", idempotency_key=idempotency_key),
        )

    async def drop_outbound(self, outbound: str | int, *, idempotency_key: str | None = None) -> Outbound:
        """Give a held message up: it has failed, and is not sent. It needs the scope `sessions:write`."""
        return await self._call(
            Outbound,
            make_request("POST", f"/api/v1/outbounds/{segment(outbound)}/drop", idempotency_key=idempotency_key),
        )

    def get_decisions(
        self, *, address: str, cursor: str | None = None, limit: int | None = None, channel: str | None = None
    ) -> AsyncPages[Decision]:
        """List the decisions about an address, the newest first: why messages were or were not sent. It needs the
        scope `sessions:read`.
        """
        return self._list(
            Decision, "/api/v1/decisions", {"cursor": cursor, "limit": limit, "address": address, "channel": channel}
        )
