"""Renders messages for Twilio: quick replies as numbered options, long texts in parts, media within limits.

The parts are what the outbox stores, so a TwiML reply and a REST call send exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow.engine.speech.buttons import Card
from botflow.engine.speech.written_buttons import button_lines
from botflow_twilio.rendering.interactive import interactive_parts, picture_parts
from botflow_twilio.rendering.split import LIMIT, split, units
from botflow_twilio.twiml import MESSAGES_PER_REPLY

MEDIA_PER_MESSAGE = {"sms": 10, "whatsapp": 1}
MERGE_STEP = 200
UNSENDABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot carry


def render(messages: Sequence[SendMessage], channel: str, *, has_contents: bool = False) -> list[SendMessage]:
    """Return the parts, whole and in order; a message with neither text nor media has no parts. `has_contents`: a
    question's options may be buttons or a list on WhatsApp, which only the API can send."""
    parts: list[SendMessage] = []
    for message in messages:
        on = message.channel or channel
        asked = interactive_parts(message) if has_contents and on == "whatsapp" and not message.content_sid else None
        parts += _parts(message, on) if asked is None else map(_plain, asked)
    return _by_one_way(_fit_one_reply(parts))


def _plain(part: SendMessage) -> SendMessage:
    """Return a part without what only the renderer reads, and without what XML and JSON cannot carry."""
    kept = part.language if part.only_by_api else ""
    return replace(part, text=UNSENDABLE.sub("", part.text), typing_s=0.0, question="", language=kept)


def _choice_only(card: Card) -> Card:
    """Return what is left to say of a card whose picture has a caption: its choices."""
    if card.picture is None:
        return card
    return replace(card, text="", picture=None, buttons=tuple(button for button in card.buttons if not button.url))


def _by_one_way(parts: list[SendMessage]) -> list[SendMessage]:
    """Let the API send all parts if it must send one: a part in the webhook's reply is confirmed by a callback only,
    and those behind it would wait for that."""
    if not any(part.only_by_api for part in parts):
        return parts
    return [replace(part, only_by_api=True) for part in parts]


def _parts(message: SendMessage, channel: str) -> Iterator[SendMessage]:
    """Split one message. The first part carries the first media, further ones follow the text.

    A template stays as it is: its text is at the provider."""
    if message.content_sid:
        yield _plain(replace(message, quick_replies=(), cards=()))
        return
    if channel == "whatsapp" and message.cards:
        yield from map(_plain, picture_parts(message))
        message = replace(message, cards=tuple(map(_choice_only, message.cards)))
    text = UNSENDABLE.sub("", numbered(message))
    size = MEDIA_PER_MESSAGE.get(channel, 1)
    media = [message.media[start : start + size] for start in range(0, len(message.media), size)]
    first = media[0] if media else ()
    for index, part in enumerate(split(text) if text.strip() else [""]):
        attached = first if index == 0 else ()
        if part or attached:
            yield _plain(replace(message, text=part, media=attached, quick_replies=(), cards=()))
    for attached in media[1:]:
        yield _plain(replace(message, text="", media=attached, quick_replies=(), cards=()))


def numbered(message: SendMessage) -> str:
    """Return the text with its cards and buttons as lines `1. Pizza`; a person answers with the number or the word."""
    lines = list(button_lines(message, indent=""))
    return "\n".join([message.text, *lines] if message.text else lines)


def _fit_one_reply(parts: list[SendMessage]) -> list[SendMessage]:
    """Merge neighbours, the short ones first, when there are more parts than one TwiML reply can hold."""
    merged = parts
    size = MERGE_STEP
    while size <= LIMIT and sum(not part.to for part in merged) > MESSAGES_PER_REPLY:
        merged = _merge(parts, size)
        size += MERGE_STEP
    return merged


def _merge(parts: Sequence[SendMessage], size: int) -> list[SendMessage]:
    """Join each part to the one before it while both have one destination, no media, and at most `size` units."""
    merged: list[SendMessage] = []
    for part in parts:
        before = merged[-1] if merged else None
        if before is not None and replace(before, text=part.text) == part and not part.media and not part.only_by_api:
            joined = f"{before.text}\n{part.text}"
            if units(joined) <= size:
                merged[-1] = replace(before, text=joined)
                continue
        merged.append(part)
    return merged
