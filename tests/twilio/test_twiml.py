"""TwiML: the same document as Twilio's own library writes, whatever people and flows say."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from botflow_twilio.rendering.render import render
from botflow_twilio.twiml import response
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey


def outbound(message: SendMessage, index: int = 0, channel: str = "sms") -> StoredOutbound:
    return StoredOutbound(
        session=1,
        version=2,
        index=index,
        seq=2,
        state="handed",
        message=message,
        key=SessionKey(1, channel, "+15550001111"),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def status_url(part: StoredOutbound) -> str:
    return f"https://bot.example.com/twilio/pizza/status?o={part.session}.{part.wire_id}&s=ab-c_1"


def test_nothing_to_say_is_an_empty_response() -> None:
    assert response([], None) == '<?xml version="1.0" encoding="UTF-8"?><Response/>'


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@given(said=st.lists(st.tuples(texts, st.booleans()), max_size=10))
def test_the_document_is_what_twilios_library_would_write(said: list[tuple[str, bool]]) -> None:
    messages = [
        SendMessage(text=text, media=(Media(url="https://m.example.com/?a=1&b=<2>"),) if has_media else ())
        for text, has_media in said
    ]
    parts = [outbound(part, index) for index, part in enumerate(render(messages, "sms"))][:10]
    theirs = MessagingResponse()
    for part in parts:
        message = theirs.message(status_callback=status_url(part))
        if part.message.text:
            message.body(part.message.text)
        for medium in part.message.media:
            message.media(medium.url)

    ours = response(parts, status_url)

    assert ElementTree.canonicalize(ours) == ElementTree.canonicalize(str(theirs).replace("\r", "&#13;"))
    assert [body.text for body in ElementTree.fromstring(ours).iter("Body")] == [
        part.message.text for part in parts if part.message.text
    ]


def test_a_whatsapp_reply_names_its_addresses_in_twilios_form() -> None:
    part = outbound(SendMessage(text="Hi", sender="+15550002222", to="+15550003333"), channel="whatsapp")

    [message] = ElementTree.fromstring(response([part], None))

    assert message.attrib == {"from": "whatsapp:+15550002222", "to": "whatsapp:+15550003333"}


def test_more_messages_than_twilio_takes_are_refused_before_any_is_lost() -> None:
    with pytest.raises(ValueError, match="11 parts"):
        response([outbound(SendMessage(text="x"), index) for index in range(11)], None)
