"""twilio.send_message: what goes out, and what is refused before it does."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.flow.problems import FlowProblems
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import message


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
    assert talk.turn.messages[0] == SendMessage(
        text="Call Ann",
        media=(Media(url="https://files.test/1.jpg"),),
        channel=channel,
        to=number,
        sender="+12025550100",
    )
    assert talk.turn.messages[1].text.startswith("to ")


@pytest.mark.parametrize(
    "to", ["", "{{ nobody }}", "0171 1234567", "+0123456789", "+12", "call me", "sms:+4915112345678"]
)
def test_an_address_that_twilio_would_refuse_leaves_by_failed(to: str) -> None:
    assert send(to=to or " ").send("hi") == ["to.invalid"]


def test_a_sender_that_twilio_would_refuse_leaves_by_failed() -> None:
    assert send(**{"from": "a name that is too long"}).send("hi") == ["from.invalid"]


def test_a_text_that_renders_to_nothing_leaves_by_failed() -> None:
    assert send(text="{{ nothing }}").send("hi") == ["empty"]


@pytest.mark.parametrize("sender", ["BotFlow", "12345", "+12025550100"])
def test_a_short_code_and_a_name_are_senders(sender: str) -> None:
    talk = send(**{"from": sender})
    talk.send("hi")
    assert talk.turn.messages[0].sender == sender


@pytest.mark.parametrize("sender", ["whatsapp:+12025550100", "+1 202 555 0100"])
def test_a_number_of_whatsapp_is_kept_without_its_prefix(sender: str) -> None:
    talk = send(to="whatsapp:+4915112345678", **{"from": sender})
    assert talk.send("hi") == ["Call Ann", "to whatsapp:+4915112345678"]
    assert (talk.turn.messages[0].sender, talk.turn.messages[0].to) == ("+12025550100", "+4915112345678")


def test_a_text_message_does_not_come_from_whatsapp() -> None:
    """Twilio answers 21910: From and To must be of one channel."""
    assert send(**{"from": "whatsapp:+12025550100"}).send("hi") == ["from.invalid"]


def delivery(talk: Talk, state: str, **news: str) -> list[str]:
    """Tell the node what became of its message."""
    assert talk.session.wait is not None
    parameters = {"state": state, **news}
    return talk.take(
        message("", kind="delivery", key=f"d{state}", token=talk.session.wait.group, parameters=parameters)
    )


def test_who_waits_for_the_delivery_goes_on_once_it_is_known() -> None:
    talk = send(waitFor="delivered")
    assert talk.send("hi") == ["Call Ann"]
    assert talk.turn.status == "waiting"
    [sent] = talk.turn.messages
    assert (sent.awaited, sent.awaited_by) == ("delivered", talk.session.wait.group if talk.session.wait else "")
    assert delivery(talk, "delivered") == ["to +4915112345678"]


@pytest.mark.parametrize("state", ["failed", "suppressed"])
def test_a_message_that_does_not_arrive_leads_to_failed_with_its_reason(state: str) -> None:
    talk = send(waitFor="sent")
    talk.send("hi")
    assert delivery(talk, state, code="30005", reason="unknown number") == ["unknown number"]


def test_who_hears_nothing_in_time_leaves_by_failed() -> None:
    talk = send(waitFor="delivered", timeout="5m")
    talk.send("hi")
    assert talk.session.wait is not None
    assert talk.session.wait.timeout_s == 300
    assert talk.wait() == ["timeout"]


def test_a_late_delivery_of_another_wait_changes_nothing() -> None:
    talk = send(waitFor="delivered")
    talk.send("hi")
    assert talk.take(message("", kind="delivery", key="old", token="0", parameters={"state": "failed"})) == []
    assert talk.turn.status == "ignored"
    assert delivery(talk, "delivered") == ["to +4915112345678"]


def test_a_template_is_filled_in_and_valid_for_a_while() -> None:
    talk = send(text="", contentSid="HX" + "1" * 32, contentVariables={"1": "{{ name }}"}, validity="2h")
    talk.send("hi")
    [sent, _] = talk.turn.messages
    assert (sent.content_sid, sent.content_variables, sent.validity_s) == ("HX" + "1" * 32, {"1": "Ann"}, 7200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contentSid": "HX1"},  # beside a text
        {"contentVariables": {"1": "x"}},  # of no template
        {"waitFor": "read"},
        {"validity": "soon"},
        {"text": ""},
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_is_served(wrong: dict[str, Any]) -> None:
    with pytest.raises(FlowProblems):
        send(**wrong)


def test_a_workflow_says_for_all_its_messages_how_long_and_in_which_order() -> None:
    talk = Talk(say("one", "Hello"), validity="10m", ordering="sent")
    talk.send("hi")
    [sent] = talk.turn.messages
    assert (sent.validity_s, sent.ordering) == (600, "sent")
