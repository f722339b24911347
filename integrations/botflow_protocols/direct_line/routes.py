"""The routes of Direct Line, below /chat/{workflow}/directline: clients take this address as their `domain`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, WebSocketRoute

from botflow.web.middleware.shedding import Shedding
from botflow_protocols.direct_line.conversations import (
    GenerateToken,
    Reconnect,
    RefreshToken,
    StartConversation,
)
from botflow_protocols.direct_line.posting import Activities, Upload
from botflow_protocols.direct_line.stream import FollowActivities

ROOT = "/chat/{workflow}/directline/v3/directline"


def routes() -> Sequence[BaseRoute]:
    conversation = ROOT + "/conversations/{conversation}"
    return (
        Route(conversation + "/activities", Shedding(Activities()), methods=["POST", "GET"]),
        Route(conversation + "/upload", Upload(), methods=["POST"]),
        WebSocketRoute(conversation + "/stream", FollowActivities()),
        Route(conversation, Reconnect(), methods=["GET"]),
        Route(ROOT + "/conversations", Shedding(StartConversation()), methods=["POST"]),
        Route(ROOT + "/tokens/generate", Shedding(GenerateToken()), methods=["POST"]),
        Route(ROOT + "/tokens/refresh", RefreshToken(), methods=["POST"]),
    )
