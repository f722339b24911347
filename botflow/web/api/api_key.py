"""Requires an API key with a scope for an address under /api/v1."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as HttpScope

from botflow.records.access import Principal, Scope
from botflow.web.context import desk_of

_PRINCIPAL = "botflow.principal"  # in a request's scope


class ApiKeyRequired:
    """Passes on a request whose API key has the scope; else RejectedInbound `token.missing`, `token.invalid` (401) or
    `scope.missing` (403)."""

    def __init__(self, app: ASGIApp, needed: Scope) -> None:
        self._app = app
        self._needed = needed

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        scope[_PRINCIPAL] = await desk_of(scope).principal(scope, self._needed)
        await self._app(scope, receive, send)


def principal_of(request: Request) -> Principal:
    """Return who calls."""
    return cast(Principal, request.scope[_PRINCIPAL])
