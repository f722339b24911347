"""Webhooks as inbounds, and callbacks as news of a part."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botflow_twilio.delivery_status import parse_status
from botflow_twilio.inbound import parse_message

from botflow.engine.inbound import Inbound, Location, Media
from botflow.errors import RejectedInbound
from botflow.interfaces import WebhookRequest

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SID = "SM" + "1" * 32
SMS = {"MessageSid": SID, "From": "+15550001111", "To": "+15550002222", "Body": "Hi", "NumMedia": "0"}


def parsed(headers: dict[str, str] | None = None, **form: str) -> Inbound:
    request = WebhookRequest(
        url="https://bot.example.com/twilio/pizza", form=tuple((SMS | form).items()), headers=headers or {}
    )
    return parse_message(request, AT, 7)


def test_an_sms_becomes_an_inbound() -> None:
    assert parsed() == Inbound(
        kind="message",
        key=SID,
        received_at=AT,
        seed=7,
        channel="sms",
        provider="twilio",
        sender="+15550001111",
        address="+15550002222",
        text="Hi",
    )


def test_a_whatsapp_sender_is_a_number_on_the_channel_whatsapp() -> None:
    inbound = parsed(From="whatsapp:+15550001111", To="whatsapp:+15550002222")

    assert (inbound.channel, inbound.sender, inbound.address) == ("whatsapp", "+15550001111", "+15550002222")


def test_media_keep_their_order_and_types() -> None:
    inbound = parsed(
        NumMedia="2", MediaUrl0="https://m/0", MediaContentType0="image/png", MediaUrl1="https://m/1", Body=""
    )

    assert inbound.media == (Media(url="https://m/0", content_type="image/png"), Media(url="https://m/1"))
    assert inbound.parameters == {}


def test_a_pressed_button_carries_its_payload_and_its_words() -> None:
    inbound = parsed(Body="", ButtonText="Cancel", ButtonPayload="cancel-order", From="whatsapp:+15550001111")

    assert (inbound.text, inbound.payload, inbound.consent) == ("Cancel", "cancel-order", "")


def test_a_shared_place_is_a_location() -> None:
    assert parsed(Latitude="52.5", Longitude="13.4", Label="Home").location == Location(
        latitude=52.5, longitude=13.4, label="Home"
    )


@pytest.mark.parametrize("latitude", ["nan", "inf", "91", "north", ""])
def test_a_place_that_is_none_is_only_kept_as_it_came(latitude: str) -> None:
    inbound = parsed(Latitude=latitude, Longitude="13.4")

    assert inbound.location is None
    assert inbound.parameters["Latitude"] == latitude


def test_parameters_that_nobody_announced_are_kept_and_older_names_of_the_sid_are_not() -> None:
    inbound = parsed(
        {"i-twilio-idempotency-token": "token"}, SmsSid=SID, SmsMessageSid=SID, ProfileName="Ada", Tomorrow="1"
    )

    assert inbound.parameters == {"ProfileName": "Ada", "Tomorrow": "1", "I-Twilio-Idempotency-Token": "token"}


def test_an_opt_out_is_marked() -> None:
    assert parsed(Body=" stop ").consent == "stop"
    assert parsed(Body="arret", OptOutType="STOP").consent == "stop"


@pytest.mark.parametrize("name", ["MessageSid", "From", "To"])
@pytest.mark.parametrize("value", ["", " ", "a\x00b", "SM" + "5" * 200])
def test_a_webhook_without_a_required_field_is_refused(name: str, value: str) -> None:
    with pytest.raises(RejectedInbound) as refused:
        parsed(None, **{name: value})

    assert (refused.value.code, refused.value.status) == ("twilio.field_missing", 400)
    assert name in refused.value.message


def test_a_channel_that_is_not_carried_is_refused() -> None:
    with pytest.raises(RejectedInbound) as refused:
        parsed(From="messenger:123")

    assert refused.value.code == "twilio.channel"


def callback(query: str = "?o=12.3.4&s=x", **form: str) -> WebhookRequest:
    return WebhookRequest(
        url=f"https://bot.example.com/twilio/pizza/status{query}",
        form=tuple(({"MessageSid": SID, "MessageStatus": "delivered"} | form).items()),
        headers={},
    )


@pytest.mark.parametrize(
    ("status", "error_code", "state"),
    [
        ("accepted", "", "sent"),
        ("queued", "", "sent"),
        ("sending", "", "sent"),
        ("sent", "", "sent"),
        ("delivered", "", "delivered"),
        ("read", "", "read"),
        ("failed", "30008", "failed"),
        ("undelivered", "30003", "failed"),
        ("undelivered", "21610", "suppressed"),
        ("canceled", "", "failed"),
        ("teleported", "", "sent"),
    ],
)
def test_each_status_is_one_of_our_states(status: str, error_code: str, state: str) -> None:
    news = parse_status(callback(MessageStatus=status, ErrorCode=error_code))

    assert (news.session, news.wire_id, news.state) == (12, "3.4", state)
    assert (news.provider_id, news.error_code) == (SID, error_code)


@pytest.mark.parametrize("query", ["", "?o=", "?o=12", "?o=12.x.1", "?o=a.1.1", "?o=12.1.-1", "?s=1"])
def test_a_callback_that_names_no_part_is_refused(query: str) -> None:
    with pytest.raises(RejectedInbound) as refused:
        parse_status(callback(query))

    assert refused.value.code == "twilio.status_part"
