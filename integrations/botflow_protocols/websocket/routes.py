"""The routes of the protocol `websocket`."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from botflow.web.problem import Refused
from botflow_protocols.websocket.conversation import OpenSocket
from botflow_protocols.websocket.tickets import MakeTicket


def routes() -> Sequence[BaseRoute]:
    return (
        WebSocketRoute("/chat/{workflow}/ws", OpenSocket()),
        Route("/chat/{workflow}/ws", upgrade_expected, methods=["GET"]),
        Route("/chat/{workflow}/tickets", MakeTicket(), methods=["POST"]),
    )


class _UpgradeExpected:
    """What a client gets that asks for the socket by a plain request: 426 (RFC 9110, 15.5.22)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise Refused(
            "this address is a WebSocket",
            code="websocket.expected",
            status=HTTPStatus.UPGRADE_REQUIRED,
            headers={"upgrade": "websocket", "connection": "upgrade"},
            hint="open it with new WebSocket(...), or follow the conversation at /chat/{workflow}/events",
        )


upgrade_expected = _UpgradeExpected()
