"""The nodes where an execution starts: a message, a message by one provider, or a visitor who opens the chat."""

from __future__ import annotations

from botflow.engine.inbound import Inbound, InboundKind
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import MESSAGE_FIELDS, Properties
from botflow.flow.node_spec import NoProperties


class TriggerProperties(Properties):
    """A trigger of conversations has no properties."""


class InboundTrigger(NodeType):
    """Starts a conversation with an inbound of one kind, of every provider or of one. `summary` tells readers so."""

    category = "trigger"

    def __init__(self, name: str, kind: InboundKind, provider: str = "", *, summary: str = "") -> None:
        self.name = name
        self.summary = summary
        self._kind = kind
        self._provider = provider

    def starts(self, properties: NoProperties, inbound: Inbound) -> bool:
        return inbound.kind == self._kind and self._provider in ("", inbound.provider)

    def outputs(self, properties: NoProperties) -> tuple[str, ...]:
        return MESSAGE_FIELDS

    def visit(self, properties: NoProperties, scene: Scene) -> Visit:
        return Leave("next", scene.inbound.content())
