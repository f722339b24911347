"""The nodes where an execution starts: a message, a Twilio message, or a visitor who opens the chat."""

from __future__ import annotations

from botflow.engine.inbound import Inbound, InboundKind
from botflow.engine.node_type import Leave, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.graph import Category


class TriggerProperties(Properties):
    """A trigger of conversations has no properties."""


class InboundTrigger:
    """Starts a conversation with an inbound of one kind, of every provider or of one. `summary` tells readers so."""

    category: Category = "trigger"
    properties = TriggerProperties

    def __init__(self, name: str, kind: InboundKind, provider: str = "", *, summary: str = "") -> None:
        self.name = name
        self.summary = summary
        self._kind = kind
        self._provider = provider

    def handles(self, properties: TriggerProperties) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: TriggerProperties) -> bool:
        return False

    def sets(self, properties: TriggerProperties) -> tuple[str, ...]:
        return ()

    def starts(self, properties: TriggerProperties, inbound: Inbound) -> bool:
        return inbound.kind == self._kind and self._provider in ("", inbound.provider)

    def visit(self, properties: TriggerProperties, scene: Scene) -> Visit:
        return Leave("next", scene.inbound.content())
