"""Widgets on other sites may call the chat, and nothing else, from the origins in BOTFLOW_ALLOWED_ORIGINS.

No cookies are involved, so credentials are never allowed. https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botflow.web.asgi import header, send_bytes

CHAT = "/chat/"
PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
    (b"access-control-max-age", b"86400"),
)
VARY = (b"vary", b"Origin")


class ChatOrigins:
    """Adds the headers that let a page on an allowed origin read the chat's answers; answers its preflights."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self.app = app
        self._allowed = frozenset(origin.rstrip("/") for origin in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CHAT):
            await self.app(scope, receive, send)
            return
        origin = header(scope, b"origin")
        if origin is None:
            await self.app(scope, receive, send)
            return
        headers = [VARY]
        if origin in self._allowed or "*" in self._allowed:
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            headers.append((b"access-control-expose-headers", b"retry-after"))
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await send_bytes(send, 204, b"", *headers, *(PREFLIGHT if len(headers) > 1 else ()))
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        await self.app(scope, receive, sender)
