"""twilio.send_message: what goes out, and what is refused before it does."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from tests.nodes.talk import Talk, node, say


def send(**properties: Any) -> Talk:
    message = node("send", "twilio.send_message", **{"to": "{{ boss }}", "text": "Call {{ name }}", **properties})
    ends = [say("sent", "to {{ $send.to }}"), say("refused", "{{ $send.reason }}")]
    return Talk(
        message | {"on": {"next": "sent", "failed": "refused"}},
        *ends,
        variables={"boss": "+4915112345678", "name": "Ann"},
    )


@pytest.mark.parametrize(
    ("to", "channel", "number"),
    [
        ("{{ boss }}", "sms", "+4915112345678"),
        ("+1 (202) 555-0123", "sms", "+12025550123"),
        ("whatsapp:+4915112345678", "whatsapp", "+4915112345678"),
    ],
)
def test_a_message_goes_to_any_number(to: str, channel: str, number: str) -> None:
    talk = send(to=to, media=["https://files.test/1.jpg"], **{"from": "+12025550100"})
    talk.send("hi")
    assert talk.messages[0] == SendMessage(
        text="Call Ann",
        media=(Media(url="https://files.test/1.jpg"),),
        channel=channel,
        to=number,
        sender="+12025550100",
    )
    assert talk.messages[1].text.startswith("to ")


@pytest.mark.parametrize(
    "to", ["", "{{ nobody }}", "0171 1234567", "+0123456789", "+12", "call me", "sms:+4915112345678"]
)
def test_an_address_that_twilio_would_refuse_leaves_by_failed(to: str) -> None:
    assert send(to=to or " ").send("hi") == ["to.invalid"]


def test_a_sender_that_twilio_would_refuse_leaves_by_failed() -> None:
    assert send(**{"from": "a name that is too long"}).send("hi") == ["from.invalid"]


def test_a_text_that_renders_to_nothing_leaves_by_failed() -> None:
    assert send(text="{{ nothing }}").send("hi") == ["empty"]


@pytest.mark.parametrize("sender", ["BotFlow", "12345", "whatsapp:+12025550100"])
def test_a_short_code_and_a_name_are_senders(sender: str) -> None:
    talk = send(**{"from": sender})
    talk.send("hi")
    assert talk.messages[0].sender == sender
