"""Sending by the official SDK: what is certain and what is not, and finding what got lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from pydantic import SecretStr

from botflow.clock import SystemClock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.errors import ProviderError
from botflow.interfaces import Sent
from botflow.records.outbounds import Retry, StoredOutbound
from botflow.records.sessions import SessionKey
from tests.stand_ins.twilio import TwilioStandIn
from tests.stand_ins.twilio_http import ACCEPTING, Fault

THEM, US = "+15550001111", "+15550002222"
STATUS_URL = "https://bot.example.com/twilio/pizza/status?o=1.1.0&s=x"


def opened(account_sid: str, auth_token: str, api_url: str) -> TwilioChannel:
    settings = TwilioSettings(account_sid=account_sid, auth_token=SecretStr(auth_token), api_url=api_url)
    return TwilioChannel(settings, SystemClock())


def part(text: str = "Hi", *, channel: str = "sms", media: int = 0, sender: str = US, to: str = "") -> StoredOutbound:
    return StoredOutbound(
        session=1,
        version=1,
        index=0,
        seq=1,
        state="sending",
        message=SendMessage(
            text=text,
            media=tuple(Media(url=f"https://m.example.com/{index}") for index in range(media)),
            sender=sender,
            to=to,
        ),
        key=SessionKey(1, channel, THEM),
        created_at=datetime.now(UTC),
    )


async def test_a_part_is_sent_whole_with_its_callback(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    sent = await channel.send(part("Hi 👋", media=2), STATUS_URL)

    [message] = twilio.messages()
    assert sent == Sent(state="sent", provider_id=message.sid)
    assert (message.to, message.sender, message.body) == (THEM, US, "Hi 👋")
    assert message.media == ("https://m.example.com/0", "https://m.example.com/1")
    assert message.status_callback == STATUS_URL


async def test_whatsapp_goes_to_whatsapp(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    assert (await channel.send(part(channel="whatsapp"), None)).state == "sent"

    [message] = twilio.messages()
    assert (message.to, message.sender) == (f"whatsapp:{THEM}", f"whatsapp:{US}")


async def test_a_message_to_another_number_goes_there(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    await channel.send(part(to="+15559990000"), None)

    assert [message.to for message in twilio.messages()] == ["+15559990000"]


async def test_a_part_that_names_no_sender_is_not_sent(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    assert await channel.send(part(sender=""), None) == Sent(state="failed", error_code="no_sender")
    assert twilio.sends == 0


@pytest.mark.parametrize(
    ("fault", "state", "retryable"),
    [
        ("throttled", "failed", True),
        ("error", "unknown", False),
        ("reset", "unknown", False),
        ("hang", "unknown", False),
        ("garbage", "unknown", False),
        ("lost", "unknown", False),
        ("garbled", "unknown", False),
        ("late", "unknown", False),
        ("crashed", "unknown", False),
    ],
)
async def test_only_what_twilio_refused_is_called_refused(
    twilio: TwilioStandIn,
    channel: TwilioChannel,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    state: str,
    retryable: bool,
) -> None:
    monkeypatch.setattr("botflow_twilio.rest.TIMEOUT_S", 0.5)
    twilio.script(fault)

    sent = await channel.send(part(), None)

    assert (sent.state, sent.retry is not None) == (state, retryable)
    assert twilio.sends == 1
    assert len(twilio.messages()) == (fault in ACCEPTING)


async def test_an_answer_without_end_is_given_up(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.script("endless", None)

    sent = await channel.send(part(), None)

    assert sent == Sent(state="unknown", error_code="twilio.AnswerTooLarge")
    assert (await channel.send(part(), None)).state == "sent"


async def test_a_server_that_cannot_be_reached_has_not_got_the_message() -> None:
    channel = opened("AC" + "0" * 32, "x", "http://127.0.0.1:9")

    sent = await channel.send(part(), None)
    await channel.close()

    assert sent == Sent(state="failed", error_code="twilio.unreachable", retry=Retry(after_s=0.0))


async def test_somebody_who_opted_out_at_twilio_is_suppressed(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.opted_out.add((US, THEM))

    sent = await channel.send(part(), None)

    assert (sent.state, sent.error_code) == ("suppressed", "21610")


async def test_a_bad_number_fails_for_good(channel: TwilioChannel) -> None:
    sent = await channel.send(part(to="nobody"), None)

    assert (sent.state, sent.error_code, sent.retry) == ("failed", "21211", None)


@pytest.mark.parametrize(("sid", "token"), [("AC" + "0a" * 16, "wrong"), ("", "a" * 32), ("AC" + "0a" * 16, "")])
async def test_bad_credentials_hold_the_message_until_somebody_acts(
    twilio: TwilioStandIn, sid: str, token: str
) -> None:
    channel = opened(sid, token, twilio.url)

    sent = await channel.send(part(), None)
    await channel.close()

    assert sent.state == "held"
    assert twilio.messages() == []


async def test_a_lost_message_is_found_by_its_words(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.script(None, "lost")
    await channel.send(part("another"), None)
    await channel.send(part("lost"), None)

    found = await channel.find(part("lost"))

    assert found == [Sent(state="sent", provider_id=twilio.messages()[1].sid)]
    assert await channel.find(part("never said")) == []


async def test_words_said_twice_are_found_oldest_first(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    for _ in range(2):
        await channel.send(part(), None)

    found = await channel.find(part())

    assert [sent.provider_id for sent in found] == [message.sid for message in twilio.messages()]


async def test_older_messages_and_what_the_person_wrote_are_not_ours(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    await channel.send(part(), None)

    assert await channel.find(replace(part(), created_at=datetime.now(UTC) + timedelta(hours=3))) == []
    assert await channel.find(part(media=1)) == []


@pytest.mark.parametrize("fault", ["refused", "no_account"])
async def test_a_provider_that_cannot_tell_is_an_error_and_not_a_no(twilio: TwilioStandIn, fault: str) -> None:
    twilio.lists = "error" if fault == "refused" else "all"
    sid = "" if fault == "no_account" else twilio.account_sid
    channel = opened(sid, twilio.auth_token, twilio.url)

    with pytest.raises(ProviderError):
        await channel.find(part())
    await channel.close()


async def test_many_sends_at_once_share_one_client(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    await asyncio.gather(*(channel.send(part(f"message {number}"), None) for number in range(30)))

    assert sorted(message.body for message in twilio.messages()) == sorted(f"message {n}" for n in range(30))


def test_importing_the_channel_does_not_import_the_sdk() -> None:
    program = "import sys, botflow_twilio; print(*(name for name in sys.modules if name in ('twilio', 'aiohttp')))"

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert found.stdout.strip() == ""


async def test_a_template_is_sent_without_words_of_our_own(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    filled = replace(
        part(channel="whatsapp").message, text="", content_sid="HX" + "1" * 32, content_variables={"1": "Ann"}
    )

    assert (await channel.send(replace(part(channel="whatsapp"), message=filled), None)).state == "sent"

    [message] = twilio.messages()
    assert (message.content_sid, message.content_variables) == ("HX" + "1" * 32, '{"1":"Ann"}')


async def test_twilio_is_told_how_long_the_message_is_still_worth_sending(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    for validity_s in (600.0, 90_000.0, 100.5):
        said = replace(part(), message=replace(part().message, validity_s=validity_s), age_s=100.0)
        await channel.send(said, None)

    assert [message.validity_s for message in twilio.messages()] == [500, 36_000, 1]


async def test_a_template_of_unknown_fate_is_nothing_that_words_can_tell(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    with pytest.raises(ProviderError) as failure:
        await channel.find(replace(part(), message=replace(part().message, text="", content_sid="HX" + "1" * 32)))

    assert failure.value.code == "twilio.template"


async def test_a_message_is_found_behind_pages_of_others(
    twilio: TwilioStandIn, channel: TwilioChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow_twilio.rest.PAGE", 7)
    twilio.script("lost")
    await channel.send(part("lost"), None)
    await asyncio.gather(*(channel.send(part(f"later {number}"), None) for number in range(30)))

    assert [found.provider_id for found in await channel.find(part("lost"))] == [twilio.messages()[0].sid]


async def test_a_list_that_is_too_long_to_look_through_is_no_answer(
    twilio: TwilioStandIn, channel: TwilioChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow_twilio.rest.MOST_MESSAGES", 5)
    for number in range(5):
        await channel.send(part(f"other {number}"), None)

    with pytest.raises(ProviderError) as failure:
        await channel.find(part("lost"))

    assert failure.value.code == "twilio.list_too_long"


async def test_a_message_with_media_alone_is_found_by_them(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    await channel.send(part("", media=2), None)
    await channel.send(part("", media=1), None)

    assert [found.provider_id for found in await channel.find(part("", media=1))] == [twilio.messages()[1].sid]


async def test_what_is_found_to_have_failed_says_whether_it_is_sent_again(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    await channel.send(part(), None)
    twilio.settle(twilio.messages()[0], "undelivered", "30003")

    [found] = await channel.find(part())

    assert (found.state, found.error_code, found.retry.times if found.retry else 0) == ("failed", "30003", 1)
