"""Protocols that chat clients of others speak, over botflow's own chat. Each is a module or folder of its own, which is
read when an application makes its routes. Read `ai_sdk` first, and botflow/web/chat/turn_stream.py, on which it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botflow.interfaces.chat_protocol import ChatProtocol
from botflow.plugins import Plugin

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

__all__ = ["plugin"]


def _openai() -> Sequence[BaseRoute]:
    from botflow_protocols.openai.routes import routes

    return routes()


def _ai_sdk() -> Sequence[BaseRoute]:
    from botflow_protocols.ai_sdk.routes import routes

    return routes()


def _ag_ui() -> Sequence[BaseRoute]:
    from botflow_protocols.ag_ui.routes import routes

    return routes()


def _websocket() -> Sequence[BaseRoute]:
    from botflow_protocols.websocket.routes import routes

    return routes()


def _direct_line() -> Sequence[BaseRoute]:
    from botflow_protocols.direct_line.routes import routes

    return routes()


def _rasa() -> Sequence[BaseRoute]:
    from botflow_protocols.rasa.routes import routes

    return routes()


plugin = Plugin(
    name="protocols",
    chat_protocols=(
        ChatProtocol(name="openai", routes=_openai),
        ChatProtocol(name="ai-sdk", routes=_ai_sdk),
        ChatProtocol(name="ag-ui", routes=_ag_ui),
        ChatProtocol(name="websocket", routes=_websocket),
        ChatProtocol(name="direct-line", routes=_direct_line),
        ChatProtocol(name="rasa", routes=_rasa),
    ),
)
