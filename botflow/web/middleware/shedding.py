"""A limit on the concurrent requests of the routes that people wait for: as many as this process can hold.

Streams have limits of their own; health and metrics are not limited. Providers' webhooks count in `provider_webhooks`,
once they know whether a message is an opt-out.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botflow.web.context import desk_of


class Shedding:
    """Passes on a request, or refuses it (Overloaded: 503 with Retry-After) once all of it is here.

    Before that it does not count: a client that never sends the end of its body would hold a place.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        overload = desk_of(scope).runtime.overload
        counted = False

        async def receive_and_count() -> Message:
            nonlocal counted
            message = await receive()
            if not counted and message["type"] == "http.request" and not message.get("more_body", False):
                overload.enter("callers")
                counted = True
            return message

        if scope["method"] != "POST":  # the body of a GET is not read
            overload.enter("callers")
            counted = True
        try:
            await self._app(scope, receive_and_count, send)
        finally:
            if counted:
                overload.leave("callers")
