"""Widgets on other sites may call the chat, and nothing else, from the origins in BOTFLOW_ALLOWED_ORIGINS.

By Starlette's middleware, outside of everything that responds, so that a widget can read a refusal, too. No
cookies are involved, so credentials are never allowed.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.web.asgi import header
from botflow.web.embedding.mount import route_path
from botflow.web.problem import Problem

CHAT = "/chat/"


class ChatOrigins(CORSMiddleware):
    """Lets pages on `allowed` origins read the chat's answers; `*` allows every origin."""

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=allowed,
            allow_methods=("GET", "POST"),
            allow_headers=("authorization", "content-type", "last-event-id"),
            expose_headers=("retry-after",),
            max_age=86_400,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request; a refusal says in its problem what is not allowed."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refused = bytes(response.body).decode().removeprefix("Disallowed CORS ")
        problem = Problem(
            status=400,
            code="cors.refused",
            detail=f"pages of this site may not send this request to the chat: {refused}",
            hint="the site belongs into BOTFLOW_ALLOWED_ORIGINS; its pages may send GET and POST with the headers"
            " Authorization, Content-Type and Last-Event-ID",
            headers={name: value for name, value in response.headers.items() if not name.startswith("content-")},
        )
        return problem.response()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A request without an Origin header needs no CORS headers, and no cache keeps its response for one with it.
        if scope["type"] == "http" and route_path(scope).startswith(CHAT) and header(scope, b"origin") is not None:
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
