"""Segments: what Twilio charges for. GSM 03.38 where it has every character, UCS-2 otherwise."""

from __future__ import annotations

import pytest
import smsutil
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.rendering.segments import BASIC, EXTENSION, segments
from botflow_twilio.settings import TwilioSettings
from hypothesis import example, given
from hypothesis import strategies as st

from botflow.clock import SystemClock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.errors import UsageError


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),  # the euro sign does not fit into the first part, and is not torn
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("👋" * 35, 1),
        ("👋" * 36, 2),
        ("👋" * 67, 3),  # 33 to a part: half a character stays free
        ("a" * 69 + "’", 1),  # one character that GSM has not makes all of them wide
        ("a" * 70 + "’", 2),
        (BASIC[:120], 1),
        (EXTENSION * 8, 1),
        (EXTENSION * 9, 2),
    ],
)
def test_a_text_has_as_many_segments_as_a_phone_puts_together(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text(st.sampled_from(BASIC + EXTENSION + "łч👋"), min_size=1, max_size=700))
@example("a" * 152 + "€" * 300)
def test_another_library_counts_the_same(text: str) -> None:
    """smsutil, the judge here, counts an empty text as one; Twilio sends none. It costs twenty times as much."""
    assert segments(text) == len(smsutil.split(text).parts)


@pytest.mark.parametrize(
    ("message", "channel", "count"),
    [
        (SendMessage(text="a" * 400), "sms", 3),
        (SendMessage(text="a" * 400), "whatsapp", 1),
        (SendMessage(text="a" * 400, media=(Media(url="https://m.example.com/1"),)), "sms", 1),
        (SendMessage(text="", content_sid="HX1"), "whatsapp", 1),
    ],
)
def test_other_messages_are_charged_as_one(message: SendMessage, channel: str, count: int) -> None:
    assert TwilioChannel(TwilioSettings(), SystemClock()).segments(message, channel) == count


@pytest.mark.parametrize(
    ("channel", "sender", "rate"),
    [("sms", "+15550100", 1), ("sms", "55501", 100), ("sms", "Pizza", 10), ("whatsapp", "+15550100", 80)],
)
def test_each_kind_of_sender_has_its_rate(channel: str, sender: str, rate: float) -> None:
    assert TwilioChannel(TwilioSettings(), SystemClock()).per_second(channel, sender) == rate


def test_a_sender_that_may_send_faster_does() -> None:
    settings = TwilioSettings.from_environment({"TWILIO_RATES": "+15550100=75, 55501 = 0.5,"})
    channel = TwilioChannel(settings, SystemClock())

    assert [channel.per_second("sms", sender) for sender in ("+15550100", "55501", "+15550101")] == [75, 0.5, 1]


@pytest.mark.parametrize("wrong", ["fast", "+15550100", "+15550100=0", "+15550100=-1", "=5", "a=b", "a=99999"])
def test_rates_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError) as refusal:
        TwilioSettings.from_environment({"TWILIO_RATES": wrong})

    assert refusal.value.code == "settings.invalid"
    assert "+15551234567=75" in refusal.value.message
