"""POST /chat/{workflow}/tickets: a one-time ticket for EventSource or WebSocket, in exchange for a session token."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import send_json
from botflow.web.auth.callers import TrustedServer, Visitor, required
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import desk_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use
from botflow_protocols.websocket import WEBSOCKET


class MakeTicket:
    """201 with {ticket, expiresAt}."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = spoken_flow(desk, scope["path_params"]["workflow"], WEBSOCKET)
        caller = required(await desk.caller(scope, live.slug), live.slug)
        if isinstance(caller, TrustedServer):
            raise RejectedInbound(
                "a ticket is for a visitor, who has a session token",
                code="ticket.visitors_only",
                hint="a server opens the stream with its API key in the Authorization header",
                status=HTTPStatus.FORBIDDEN,
            )
        assert isinstance(caller, Visitor)
        await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        await desk.session_of(caller, "", live.slug)
        ticket = desk.tickets.sign(caller)
        await send_json(send, HTTPStatus.CREATED, {"ticket": ticket.text, "expiresAt": ticket.expires_at.isoformat()})
