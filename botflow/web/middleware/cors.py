"""Pages of allowed sites may call the chat and read its answers; calls of other pages are refused before they begin.

`web.chat.origins` says which sites those are. By Starlette's middleware, outside of everything that responds, so that a
widget can read a refusal, too. No cookies are involved, so credentials are never allowed.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from functools import lru_cache, partial

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import header
from botflow.web.chat.origins import check_origin, is_about_chat, origins_of
from botflow.web.context import desk_of
from botflow.web.problem import PROBLEM, Problem

MOST_LISTS = 256  # of sites whose rules are kept: each is a few hundred bytes
OF_CLIENTS = ("x-ms-bot-agent",)  # what clients of other protocols send besides: Bot Framework's
_PREFLIGHT = b"access-control-request-method"


class ChatOrigins:
    """Applies to each request for the chat the rules of its workflow."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._rules = lru_cache(MOST_LISTS)(partial(_Rules, app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A request without an Origin header needs no CORS headers, and no cache keeps its response for one with it.
        if scope["type"] == "lifespan" or header(scope, b"origin") is None or not is_about_chat(scope):
            await self.app(scope, receive, send)
            return
        desk = desk_of(scope)
        if not _is_preflight(scope):  # Starlette answers that, and does nothing else
            try:
                check_origin(desk, scope)
            except RejectedInbound as refusal:
                await _refuse(refusal, scope, receive, send)
                return
        await self._rules(tuple(origins_of(desk, scope)))(scope, receive, send)


class _Rules(CORSMiddleware):
    """Starlette's rules for one list of sites; `*` allows every site."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=allowed,
            allow_methods=("GET", "POST"),
            allow_headers=("authorization", "content-type", "last-event-id", *OF_CLIENTS),
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
            hint="the site belongs into the workflow's chat.origins or into BOTFLOW_ALLOWED_ORIGINS; its pages may send"
            " GET and POST with the headers Authorization, Content-Type and Last-Event-ID",
            headers={name: value for name, value in response.headers.items() if not name.startswith("content-")},
        )
        return problem.response()


def _is_preflight(scope: Scope) -> bool:
    return scope.get("method") == "OPTIONS" and header(scope, _PREFLIGHT) is not None


async def _refuse(refusal: RejectedInbound, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with the refusal, a WebSocket handshake, too, where the server can send such an answer."""
    scope[PROBLEM] = refusal.code
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.code})  # the server answers 403
        return
    problem = Problem(status=refusal.status, code=refusal.code, detail=refusal.message, hint=refusal.hint)
    response = problem.response()
    response.headers["vary"] = "Origin"
    await response(scope, receive, send)
