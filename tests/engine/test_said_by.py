"""Which node said a message: it is noted where the workflow asks people for feedback, and nowhere else."""

from __future__ import annotations

import pytest

from botflow.engine.limits import Limits
from tests.engine.conversation import Talk, node, say

CHILD = {
    "botflow": 1,
    "id": "refund",
    "nodes": [
        {"id": "begin", "type": "trigger", "actionType": "manual", "next": "why"},
        node("why", "chatbot.ask", text="Why?", variable="why"),
    ],
}


@pytest.mark.parametrize("feedback", [True, False])
def test_each_message_names_its_node_where_feedback_is_asked_for(feedback: bool) -> None:
    talk = Talk(
        say("hello", "Hello.", next="refund"),
        node("refund", "logic.subflow", workflow="refund", next="bye"),
        say("bye", "Bye."),
        say("helped", "I help."),
        others={"refund": CHILD},
        interrupts=[{"id": "help", "match": ["help"], "target": "helped"}],
        chat={"feedback": feedback},
    )
    said = []
    for text in ("hi", "help", "broken"):
        talk.send(text)
        said += [(message.text, message.node) for message in talk.turn.messages]

    named = [
        ("Hello.", "hello"),
        ("Why?", "refund/why"),
        ("I help.", "helped"),
        ("Why?", "refund/why"),
        ("Bye.", "bye"),
    ]
    assert said == (named if feedback else [(text, "") for text, _ in named])


def test_the_node_is_no_part_of_the_message() -> None:
    """What is sent is the same, and a flow that repeats itself is stopped as early."""
    most = Limits().same_message
    again = (say(f"n{each}", "Again.", next=f"n{each + 1}") for each in range(most))
    talk = Talk(*again, say(f"n{most}", "Again."), chat={"feedback": True})
    talk.send("hi")

    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "limit.repeated"
    assert [message.node for message in talk.turn.messages] == [*(f"n{each}" for each in range(most)), ""]
    assert all("node" not in message.to_json() for message in talk.turn.messages)
