"""chatbot.say and the triggers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.inbound import InboundKind, Media
from botflow.flow.compile import compile_flow
from botflow.nodes.chatbot.say import SayProperties
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import message
from tests.node_types import EVERY


def test_a_text_is_rendered_and_the_flow_goes_on() -> None:
    talk = Talk(say("one", "You said {{ $input.text }}.", next="two"), say("two", "And {{ $one.text }}"))
    assert talk.says("hello") == ["You said hello.", "And You said hello."]


def test_media_and_quick_replies_are_rendered() -> None:
    properties: dict[str, Any] = {
        "text": "Look",
        "media": [
            "https://files.test/{{ n }}.jpg",
            {"url": "https://files.test/a.pdf", "contentType": "application/pdf"},
        ],
        "quickReplies": ["Yes {{ n }}", {"title": "No", "payload": "no!"}, "{{ nothing }}"],
    }
    talk = Talk(node("look", "chatbot.say", **properties), variables={"n": 7})
    talk.says("hi")
    assert talk.turn.messages[0].media == (
        Media(url="https://files.test/7.jpg"),
        Media(url="https://files.test/a.pdf", content_type="application/pdf"),
    )
    assert [reply.to_json() for reply in talk.turn.messages[0].quick_replies] == [
        {"title": "Yes 7", "payload": "Yes 7"},
        {"title": "No", "payload": "no!"},
    ]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,a", "JAVASCRIPT:a", "java\nscript:a", "//other.test/a", "a.jpg"]
)
def test_a_medium_has_a_web_address(address: str) -> None:
    with pytest.raises(ValidationError, match="begin it with https://"):
        SayProperties.model_validate({"media": [address]})
    with pytest.raises(ValidationError, match="begin it with https://"):
        SayProperties.model_validate({"media": [{"url": address}]})

    talk = Talk(node("look", "chatbot.say", media=["{{ photo }}"]), variables={"photo": address})
    talk.says("hi")

    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "media.address"
    assert talk.turn.messages == () or all(not message.media for message in talk.turn.messages)


@pytest.mark.parametrize(
    "address", ["https://files.test/a b.jpg", "/chat/order/files/abc/a.jpg?a=1", " HTTP://a ", "file:///a.jpg"]
)
def test_a_medium_may_be_on_this_server(address: str) -> None:
    talk = Talk(node("look", "chatbot.say", media=["{{ photo }}"]), variables={"photo": address})
    talk.says("hi")
    assert [medium.url for medium in talk.turn.messages[0].media] == [address.strip()]


def test_a_text_that_renders_to_nothing_is_not_said() -> None:
    assert Talk(say("quiet", "{{ nothing }}")).says("hi") == []


def test_a_say_without_anything_to_say_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing to say"):
        SayProperties.model_validate({"text": " "})


@pytest.mark.parametrize(
    ("trigger", "taken"),
    [
        ("chatbot.message_received", [("message", "chat"), ("message", "twilio")]),
        ("twilio.message_received", [("message", "twilio")]),
        ("chatbot.opened", [("opened", "chat"), ("opened", "twilio")]),
    ],
)
def test_each_trigger_takes_its_own_inbounds(trigger: str, taken: list[tuple[str, str]]) -> None:
    kinds: tuple[InboundKind, ...] = ("message", "opened", "timeout", "trigger", "child_done", "resume")
    types = EVERY
    document: dict[str, Any] = {"botflow": 1, "id": "f", "name": "F", "nodes": [node("start", trigger)]}
    (start,) = compile_flow({"f": document}, "f", types).triggers
    starts: Any = types[trigger]
    assert [
        (kind, provider)
        for kind in kinds
        for provider in ("chat", "twilio")
        if starts.starts(start.properties, message("", kind=kind, provider=provider))
    ] == taken
