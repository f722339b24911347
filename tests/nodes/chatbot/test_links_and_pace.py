"""Buttons that open a link, media on every node that says something, and typing pauses."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.asks import Answer
from botflow.nodes.chatbot.say import SayProperties
from tests.engine.conversation import Talk, node, say

PICTURE = "https://example.com/a.png"


def test_a_link_has_an_address_and_no_payload() -> None:
    links = [
        {"title": "{{ name }}", "url": "https://example.com/{{ name }}"},
        {"title": "Call", "url": "tel:+15551234567"},
    ]
    talk = Talk(node("s", "chatbot.say", text="Hi", quickReplies=["Order", *links]), variables={"name": "menu"})
    talk.says("hi")
    assert [reply.to_json() for reply in talk.turn.messages[0].quick_replies] == [
        {"title": "Order", "payload": "Order"},
        {"title": "menu", "payload": "", "url": "https://example.com/menu"},
        {"title": "Call", "payload": "", "url": "tel:+15551234567"},
    ]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil", "https://a b",
     "https:///", "tel:call me", "mailto:", "sms:+1555", "ftp://example.com", "https://a\nb", ""],
)  # fmt: skip
def test_an_address_that_a_button_may_not_open_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="a button opens no such address"):
        SayProperties.model_validate({"text": "Hi", "quickReplies": [{"title": "Go", "url": url}]})
    if url:
        talk = Talk(
            node("s", "chatbot.say", text="Hi", quickReplies=[{"title": "Go", "url": "{{ u }}"}]), variables={"u": url}
        )
        talk.says("hi")
        assert talk.turn.failure is not None
        assert talk.turn.failure.code == "button.address"


def test_a_button_has_either_a_payload_or_a_link() -> None:
    with pytest.raises(ValidationError, match="either a payload or a url"):
        SayProperties.model_validate({"text": "Hi", "quickReplies": [{"title": "Go", "payload": "x", "url": PICTURE}]})


@pytest.mark.parametrize(
    "saying",
    [
        node("s", "chatbot.ask", text="Which?", media=[PICTURE]),
        node("s", "chatbot.menu", text="Which?", media=[PICTURE], options=[{"id": "a"}]),
        node("s", "chatbot.form", text="Which?", media=[PICTURE], fields=[{"name": "a", "text": "A?"}]),
        node("s", "ai.reply", instructions="?", media=[PICTURE], history=0),
    ],
    ids=lambda placed: str(placed["actionType"]),
)
def test_every_node_that_says_something_may_send_files(saying: dict[str, Any]) -> None:
    talk = Talk(saying, answer=lambda ask: Answer(value="Which?"))
    assert talk.says("hi") == ["Which?"]
    assert [medium.url for medium in talk.turn.messages[0].media] == [PICTURE]


def pauses(text: str, *, channel: str = "chat", **more: Any) -> list[float]:
    placed = node("s", "chatbot.say", text=text, next="t", **more.pop("properties", {}))
    talk = Talk(placed, say("t", text), **more)
    talk.send("hi", channel=channel)
    return [message.typing_s for message in talk.turn.messages]


def test_a_flow_at_a_human_pace_pauses_as_long_as_its_texts_take() -> None:
    assert pauses("Hi") == [0.0, 0.0]
    assert pauses("Hi", pace="human") == [0.4, 0.4]
    assert pauses("x" * 50, pace="human") == [2.0, 2.0]
    assert pauses("x" * 5000, pace="human") == [3.0, 3.0]
    assert pauses("x" * 50, pace="human", channel="sms") == [0.0, 0.0]


def test_a_node_has_a_pace_of_its_own() -> None:
    assert pauses("x" * 50, properties={"pace": "human"}) == [2.0, 0.0]
    assert pauses("x" * 50, pace="human", properties={"pace": "instant"}) == [0.0, 2.0]


def test_one_turn_never_pauses_for_long() -> None:
    says = [say(f"s{number}", f"{number}" * 200, f"s{number + 1}") for number in range(6)]
    talk = Talk(*says, say("s6", "x"), pace="human")
    talk.says("hi")
    assert [message.typing_s for message in talk.turn.messages] == [3.0, 3.0, 2.0, 0.0, 0.0, 0.0, 0.0]
