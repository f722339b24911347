"""The built-in node types. The simplest is `chatbot/say.py`; `chatbot/ask.py` shows how a node waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botflow.engine.node_type import NodeType


def built_in() -> tuple[NodeType, ...]:
    """Return an instance of each built-in node type.

    They are imported here: a plugin, such as a provider's, loads one module of this package and not all of it.
    """
    from botflow.nodes.ai import AiExtract, AiReply, AiRoute
    from botflow.nodes.chatbot.ask import Ask
    from botflow.nodes.chatbot.cards import Cards
    from botflow.nodes.chatbot.form import Form
    from botflow.nodes.chatbot.menu import Menu
    from botflow.nodes.chatbot.say import Say
    from botflow.nodes.conditional import Branch
    from botflow.nodes.logic.emit_and_log import Emit, Log
    from botflow.nodes.logic.loop import Loop
    from botflow.nodes.logic.parallel import Parallel
    from botflow.nodes.logic.run import RunWorkflow
    from botflow.nodes.logic.set_and_end import EndExecution, Set
    from botflow.nodes.logic.split import Split
    from botflow.nodes.logic.subflow import Subflow
    from botflow.nodes.logic.try_catch import Try
    from botflow.nodes.logic.wait import Wait
    from botflow.nodes.switch import Switch
    from botflow.nodes.triggers.messages import InboundTrigger
    from botflow.nodes.triggers.runs import EventTrigger, ManualTrigger, ScheduleTrigger, WebhookTrigger

    return (
        InboundTrigger(
            "chatbot.message_received",
            "message",
            summary="Starts a conversation with a message of any channel.",
        ),
        InboundTrigger(
            "chatbot.opened",
            "opened",
            summary="Starts a conversation when a visitor opens the chat: the place for a greeting.",
        ),
        ManualTrigger(),
        EventTrigger(),
        ScheduleTrigger(),
        WebhookTrigger(),
        Say(),
        Ask(),
        Menu(),
        Cards(),
        Form(),
        AiReply(),
        AiRoute(),
        AiExtract(),
        Branch(),
        Switch(),
        Split(),
        Set(),
        Subflow(),
        Wait(),
        Loop(),
        Try(),
        Parallel(),
        RunWorkflow(),
        Emit(),
        Log(),
        EndExecution(),
    )
