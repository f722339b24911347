"""The routes of Rasa's channels, below /chat/{workflow}/rasa."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, WebSocketRoute

from botflow.web.middleware.shedding import Shedding
from botflow_protocols.rasa.polling import Polling
from botflow_protocols.rasa.rest import IsAlive, Webhook
from botflow_protocols.rasa.web_socket import OpenSocketIo

ROOT = "/chat/{workflow}/rasa"


def routes() -> Sequence[BaseRoute]:
    return (
        Route(ROOT + "/webhooks/rest/webhook", Shedding(Webhook()), methods=["POST"]),
        Route(ROOT + "/webhooks/rest/", IsAlive(), methods=["GET"]),
        WebSocketRoute(ROOT + "/socket.io/", OpenSocketIo()),
        Route(ROOT + "/socket.io/", Polling(), methods=["GET", "POST"]),
    )
