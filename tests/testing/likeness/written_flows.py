"""Flows and nodes that the written conversations share."""

from __future__ import annotations

from typing import Any

from tests.engine.conversation import node, say

START = node("start", "chatbot.message_received", next="it")
MANUAL = node("by_hand", "trigger.manual", next="it")
NAME = node("it", "chatbot.ask", text="Name?", variable="name", next="bye")
BYE = say("bye", "Bye {{ name }}.")


def flow(*nodes: dict[str, Any], id: str = "main", **document: Any) -> dict[str, Any]:
    return {"botflow": 1, "id": id, "name": id, "nodes": list(nodes), **document}


INVITED = flow(
    node("by_hand", "trigger.manual", schema={"host": {}, "n": {"type": "integer", "required": False}}, next="it"),
    node(
        "it", "chatbot.ask", text="{{ input.host }} invites you. Coming?", expect="yes_no", variable="comes", next="bye"
    ),
    say("bye", "Noted: {{ comes }}."),
    id="invited",
)


def inviting(**properties: Any) -> dict[str, Any]:
    start = node(
        "it",
        "logic.start",
        on={"next": "good", "busy": "busy", "error": "bad"},
        **{
            "to": "{{ $message.text }}",
            "channel": "chat",
            "workflow": "invited",
            "input": {"host": "Ann"},
            **properties,
        },
    )
    ends = (say("good", "Invited."), say("busy", "Busy."), say("bad", "{{ $it.code }}"))
    return flow(START, start, *ends)


WATCHED = node("it", "chatbot.ask", text="Name?", variable="name", on={"answered": "bye", "undelivered": "lost"})
LOST = say("lost", "Lost {{ $it.code }}.")
HANDOFF = node("it", "logic.handoff", results=["refund"], timeout="10m", on={"returned": "back", "timeout": "late"})
BACK = say("back", "{{ $it.person }}: {{ $it.note }} {{ refund }}")

MENUS = flow(
    START,
    node(
        "it",
        "chatbot.menu",
        text="Dish?",
        options=[{"id": "a", "label": "Soup"}, {"id": "b", "label": "Pie"}],
        variable="dish",
        on={"a": "size", "b": "size"},
    ),
    node(
        "size",
        "chatbot.menu",
        text="Size?",
        options=[{"id": "a", "label": "Small"}, {"id": "b", "label": "Big"}],
        variable="size",
        on={"a": "bye", "b": "bye"},
    ),
    say("bye", "{{ size }} {{ dish }}"),
)
