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
    from botflow.nodes.chatbot.forms.form import Form
    from botflow.nodes.chatbot.menu import Menu
    from botflow.nodes.chatbot.say import Say
    from botflow.nodes.conditional import Branch
    from botflow.nodes.contact.group import ContactGroup
    from botflow.nodes.contact.set import ContactSet
    from botflow.nodes.logic.emit_and_log import Emit, Log
    from botflow.nodes.logic.handoff import Handoff
    from botflow.nodes.logic.loop import Loop
    from botflow.nodes.logic.parallel import Parallel
    from botflow.nodes.logic.run import RunWorkflow
    from botflow.nodes.logic.set_and_end import EndExecution, Set
    from botflow.nodes.logic.split import Split
    from botflow.nodes.logic.start import StartConversationNode
    from botflow.nodes.logic.subflow import Subflow
    from botflow.nodes.logic.try_catch import Try
    from botflow.nodes.logic.wait import Wait
    from botflow.nodes.switch import Switch
    from botflow.nodes.triggers.campaign import CampaignTrigger
    from botflow.nodes.triggers.ended import EndedTrigger
    from botflow.nodes.triggers.messages import MessageTrigger, OpenedTrigger
    from botflow.nodes.triggers.missed_call import MissedCallTrigger
    from botflow.nodes.triggers.runs import EventTrigger, ManualTrigger, ScheduleTrigger, WebhookTrigger

    return (
        MessageTrigger(),
        OpenedTrigger(),
        MissedCallTrigger(),
        CampaignTrigger(),
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
        ContactSet(),
        ContactGroup(),
        Subflow(),
        Wait(),
        Loop(),
        Try(),
        Parallel(),
        RunWorkflow(),
        Handoff(),
        StartConversationNode(),
        Emit(),
        Log(),
        EndExecution(),
        ManualTrigger(),
        EventTrigger(),
        ScheduleTrigger(),
        EndedTrigger(),
        WebhookTrigger(),
    )
