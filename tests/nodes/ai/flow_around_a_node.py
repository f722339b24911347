"""A flow around one AI node, and a conversation of one message whose Asks are answered from a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botflow.engine.asks import Answer, Ask
from botflow.engine.turn import Turn
from tests.engine.conversation import Talk, node, say

SATURDAY = datetime(2026, 11, 21, 9, tzinfo=UTC)


def flow_around(node_type: str, properties: Mapping[str, Any], says: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the node `it`, and behind each handle of `says` a node that says its template."""
    it = node("it", node_type, on={handle: f"after_{handle}" for handle in says}, **properties)
    return [it, *(say(f"after_{handle}", text) for handle, text in says.items())]


def run(nodes: Sequence[dict[str, Any]], text: str, answers: Sequence[Answer]) -> tuple[Turn, list[Ask]]:
    """Take one turn; its Asks are answered in order, and returned."""
    supply = iter(answers)
    talk = Talk(*nodes, answer=lambda _: next(supply))
    talk.send(text, received_at=SATURDAY)
    return talk.turn, talk.asks


def said(turn: Turn) -> list[str]:
    return [message.text for message in turn.messages]
