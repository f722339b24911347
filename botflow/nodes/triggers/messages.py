"""The nodes where an execution starts: a message, a message by one provider, or a visitor who opens the chat."""

from __future__ import annotations

from types import MappingProxyType

from botflow.engine.inbound import Inbound, InboundKind
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import MESSAGE_FIELDS
from botflow.flow.node_spec import NoProperties, Output, Outputs

_OUTPUTS: Outputs = {
    "text": Output("text", "what the person wrote"),
    "payload": Output("text", "what the pressed button stands for"),
    "media": Output("list", "the files of the message"),
    "location": Output("object", "the place that was sent: `latitude`, `longitude`, `label`"),
    "token": Output("text", "the token of the conversation's page"),
    "consent": Output("text", "what the message says of consent"),
    "address": Output("text", "the number or address that was written to"),
    "parameters": Output("object", "what else came with the message"),
}


class InboundTrigger(NodeType):
    """Starts a conversation with an inbound of one kind, of every provider or of one.

    A class for each of them has a docstring that says so.
    """

    category = "trigger"
    section = "Conversation"
    kind: InboundKind = "message"
    provider = ""

    def starts(self, properties: NoProperties, inbound: Inbound) -> bool:
        return inbound.kind == self.kind and self.provider in ("", inbound.provider)

    def outputs(self, properties: NoProperties) -> Outputs:
        return {name: _OUTPUTS[name] for name in MESSAGE_FIELDS}

    def visit(self, properties: NoProperties, scene: Scene) -> Visit:
        return Leave("next", scene.inbound.content())


class MessageTrigger(InboundTrigger):
    """Starts a conversation with a message of any channel."""

    name = "chatbot.message_received"
    title = "Message received"
    icon = "message-circle"
    handle_labels = MappingProxyType({"next": "A message has come"})


class OpenedTrigger(InboundTrigger):
    """Starts a conversation when a visitor opens the chat: the place for a greeting.

    A visitor's message that no other trigger takes starts it, too: so the conversation begins once more after its end.
    """

    name = "chatbot.opened"
    title = "Chat opened"
    icon = "door-open"
    kind = "opened"
    handle_labels = MappingProxyType({"next": "A visitor is there"})
