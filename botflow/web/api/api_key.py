"""Requires the API key for every address under /api/v1, including addresses that are added later."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.web.context import desk_of


class ApiKeyRequired:
    """Passes on a request that carries the API key; else RejectedInbound `token.missing` or `token.invalid` (401)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await desk_of(scope).require_api_key(scope)
        await self._app(scope, receive, send)
