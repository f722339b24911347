"""A flow around one AI node, and a driver that answers its Asks from a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botflow.engine.asks import Answer, Ask
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.fields import Properties
from botflow.flow.graph import Category, Edge, Flow, Node
from botflow.flow.templates.template import Templates
from botflow.nodes.ai import AiExtract, AiReply, AiRoute


class Trigger:
    """Starts on every message."""

    name = "test.trigger"
    category: Category = "trigger"
    properties = Properties

    def handles(self, properties: Properties) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: Properties) -> bool:
        return False

    def sets(self, properties: Properties) -> tuple[str, ...]:
        return ()

    def starts(self, properties: Properties, inbound: Inbound) -> bool:
        return True

    def visit(self, properties: Properties, scene: Scene) -> Visit:
        return Leave("next")


class SayText(Properties):
    text: str


class Say:
    """Says a template, so that a test sees which way the AI node left and what it stored."""

    name = "test.say"
    category: Category = "action"
    properties = SayText

    def handles(self, properties: SayText) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: SayText) -> bool:
        return False

    def sets(self, properties: SayText) -> tuple[str, ...]:
        return ()

    def visit(self, properties: SayText, scene: Scene) -> Visit:
        scene.say(scene.render(properties.text))
        return Leave("next")


NODE_TYPES: Mapping[str, NodeType] = {
    node_type.name: node_type for node_type in (Trigger(), Say(), AiRoute(), AiReply(), AiExtract())
}


def flow_around(node_type: str, properties: Mapping[str, Any], says: Mapping[str, str]) -> Flow:
    """Return a flow: trigger, the node `it`, and behind each handle of `says` a node that says its template."""
    it = Node(id="it", type=node_type, properties=NODE_TYPES[node_type].properties.model_validate(properties))
    start = Node(id="start", type="test.trigger", properties=Properties())
    ends = {
        handle: Node(id=f"after_{handle}", type="test.say", properties=SayText(text=text))
        for handle, text in says.items()
    }
    edges = [Edge(id="e", source="start", source_handle="next", target="it")]
    edges += [Edge(id=handle, source="it", source_handle=handle, target=node.id) for handle, node in ends.items()]
    return Flow(
        id="test",
        name="Test",
        nodes={node.id: node for node in (start, it, *ends.values())},
        edges=tuple(edges),
        templates=Templates(),
        targets={(edge.source, edge.source_handle): edge.target for edge in edges},
        triggers=(start,),
        kept_outputs=frozenset({"it"}),
    )


def run(flow: Flow, text: str, answers: Sequence[Answer]) -> tuple[Turn, list[Ask]]:
    """Take one turn; its Asks are answered in order, and returned."""
    inbound = Inbound(
        kind="message", key="m1", received_at=datetime(2026, 11, 21, 9, tzinfo=UTC), seed=1, channel="chat", text=text
    )
    turn = take_turn(flow, Session(), inbound, NODE_TYPES)
    asks: list[Ask] = []
    supply = iter(answers)
    try:
        asks.append(next(turn))
        while True:
            asks.append(turn.send(next(supply)))
    except StopIteration as finished:
        return finished.value, asks


def said(turn: Turn) -> list[str]:
    return [message.text for message in turn.messages]
