"""The door of /api/v1: nobody without the API key comes to any of its addresses, also to those of tomorrow."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.web.context import desk_of


class ApiKeyRequired:
    """Lets a request in that carries the API key; else RejectedInbound `token.missing` or `token.invalid` (401)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk_of(scope).gate.require_api_key(scope)
        await self._app(scope, receive, send)
