"""A limit on the concurrent requests of the routes that people wait for: as many as this process can hold.

Streams have limits of their own; health, metrics and delivery callbacks are not limited.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.web.context import desk_of


class Shedding:
    """Passes on a request, or refuses it (Overloaded: 503 with Retry-After) before its body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        overload = desk_of(scope).runtime.overload
        overload.enter()
        try:
            await self._app(scope, receive, send)
        finally:
            overload.leave()
