"""botflow: conversations with phone users and web visitors, as graphs.

The public names, each loaded when it is first used, so that `import botflow` is fast. Start reading in
engine/turn.py (one turn of a conversation) and runtime/turns/receive.py (how a turn becomes durable).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botflow.engine.asks import Answer, AskHistory, AskModel, Invoke
    from botflow.engine.effects import SendMessage
    from botflow.engine.inbound import Inbound, Location, Media
    from botflow.engine.node_type import (
        ActionContext,
        End,
        EnterSubflow,
        Leave,
        NodeFailure,
        NodeType,
        Outcome,
        WaitForMessage,
    )
    from botflow.engine.scene import Scene
    from botflow.engine.speech.buttons import Card, QuickReply
    from botflow.errors import BotflowError, FlowError, ProviderError, RejectedInbound, UsageError
    from botflow.flow.building.flow import Flow
    from botflow.flow.fields import Properties
    from botflow.nodes.custom.action import action
    from botflow.nodes.custom.polling import Pending, polling
    from botflow.plugins import Plugin
    from botflow.triggering import trigger_workflow
    from botflow.web.embedding.asgi_factory import asgi

# The module of each public name. The imports under TYPE_CHECKING above declare the same for type checkers.
_HOMES = {
    "ActionContext": "botflow.engine.node_type",
    "Answer": "botflow.engine.asks",
    "AskHistory": "botflow.engine.asks",
    "AskModel": "botflow.engine.asks",
    "BotflowError": "botflow.errors",
    "Card": "botflow.engine.speech.buttons",
    "End": "botflow.engine.node_type",
    "EnterSubflow": "botflow.engine.node_type",
    "Flow": "botflow.flow.building.flow",
    "FlowError": "botflow.errors",
    "Inbound": "botflow.engine.inbound",
    "Invoke": "botflow.engine.asks",
    "Leave": "botflow.engine.node_type",
    "Location": "botflow.engine.inbound",
    "Media": "botflow.engine.inbound",
    "NodeFailure": "botflow.engine.node_type",
    "NodeType": "botflow.engine.node_type",
    "Outcome": "botflow.engine.node_type",
    "Pending": "botflow.nodes.custom.polling",
    "Plugin": "botflow.plugins",
    "Properties": "botflow.flow.fields",
    "ProviderError": "botflow.errors",
    "QuickReply": "botflow.engine.speech.buttons",
    "RejectedInbound": "botflow.errors",
    "Scene": "botflow.engine.scene",
    "SendMessage": "botflow.engine.effects",
    "UsageError": "botflow.errors",
    "WaitForMessage": "botflow.engine.node_type",
    "action": "botflow.nodes.custom.action",
    "asgi": "botflow.web.embedding.asgi_factory",
    "polling": "botflow.nodes.custom.polling",
    "trigger_workflow": "botflow.triggering",
}

__all__ = [
    "ActionContext",
    "Answer",
    "AskHistory",
    "AskModel",
    "BotflowError",
    "Card",
    "End",
    "EnterSubflow",
    "Flow",
    "FlowError",
    "Inbound",
    "Invoke",
    "Leave",
    "Location",
    "Media",
    "NodeFailure",
    "NodeType",
    "Outcome",
    "Pending",
    "Plugin",
    "Properties",
    "ProviderError",
    "QuickReply",
    "RejectedInbound",
    "Scene",
    "SendMessage",
    "UsageError",
    "WaitForMessage",
    "action",
    "asgi",
    "polling",
    "trigger_workflow",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'botflow' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
