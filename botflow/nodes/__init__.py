"""The built-in node types. The simplest is `say.py`; `ask.py` shows how a node waits."""

from __future__ import annotations

from botflow.engine.node import NodeType
from botflow.nodes.ai import AiExtract, AiReply, AiRoute
from botflow.nodes.ask import Ask
from botflow.nodes.attempt import Try
from botflow.nodes.condition import Branch, Switch
from botflow.nodes.logic import EndExecution, Set
from botflow.nodes.loop import Loop
from botflow.nodes.menu import Menu
from botflow.nodes.parallel import Parallel
from botflow.nodes.run import RunWorkflow
from botflow.nodes.say import Say
from botflow.nodes.subflow import Subflow
from botflow.nodes.telling import Emit, Log
from botflow.nodes.trigger import InboundTrigger
from botflow.nodes.triggers import EventTrigger, ManualTrigger, ScheduleTrigger, WebhookTrigger
from botflow.nodes.twilio import SendTwilioMessage
from botflow.nodes.wait import Wait


def built_in() -> tuple[NodeType, ...]:
    """Return one of each node type that botflow brings."""
    return (
        InboundTrigger("chatbot.message_received", "message"),
        InboundTrigger("chatbot.opened", "opened"),
        InboundTrigger("twilio.message_received", "message", provider="twilio"),
        ManualTrigger(),
        EventTrigger(),
        ScheduleTrigger(),
        WebhookTrigger(),
        Say(),
        Ask(),
        Menu(),
        AiReply(),
        AiRoute(),
        AiExtract(),
        Branch(),
        Switch(),
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
        SendTwilioMessage(),
    )
