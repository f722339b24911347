"""The objects of a turn are freed when it ends: a server must not need a garbage collection for them."""

from __future__ import annotations

import gc

from tests.engine.conversation import Talk, node, say

ALL = {"ann": "bye", "else": "bye"}
NODES = (
    say("hello", "Hello {{ $message.text }}, it is {{ now | date }}.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", next="choose"),
    node(
        "choose",
        "conditional.branch",
        cases=[{"handle": "ann", "when": "name == 'Ann'"}],
        on={"ann": "bye", "else": "bye"},
    ),
    say("bye", "Bye {{ name }}."),
)


def test_a_turn_leaves_no_circle_of_references() -> None:
    talk = Talk(*NODES)
    talk.send("hi")
    talk.send("Ann")
    gc.collect()
    gc.disable()
    try:
        assert talk.send("hi")[1:] == ["Name?"]
        assert talk.send("Ann") == ["Bye Ann."]
        assert gc.collect() == 0
    finally:
        gc.enable()
