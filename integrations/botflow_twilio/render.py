"""Renders messages for Twilio: quick replies as numbered options, long texts in parts, media within limits.

The parts are what the outbox stores, so a TwiML reply and a REST call send exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow_twilio.split import LIMIT, split, units
from botflow_twilio.twiml import MESSAGES_PER_REPLY

MEDIA_PER_MESSAGE = {"sms": 10, "whatsapp": 1}
MERGE_STEP = 200
UNSENDABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot carry


def render(messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
    """Return the parts, whole and in order; a message with neither text nor media has no parts."""
    return _fit_one_reply([part for message in messages for part in _parts(message, message.channel or channel)])


def _parts(message: SendMessage, channel: str) -> Iterator[SendMessage]:
    """Split one message. The first part carries the first media, further ones follow the text.

    A template stays as it is: its text is at the provider."""
    if message.content_sid:
        yield replace(message, quick_replies=())
        return
    text = UNSENDABLE.sub("", _numbered(message))
    size = MEDIA_PER_MESSAGE.get(channel, 1)
    media = [message.media[start : start + size] for start in range(0, len(message.media), size)]
    first = media[0] if media else ()
    for index, part in enumerate(split(text) if text.strip() else [""]):
        attached = first if index == 0 else ()
        if part or attached:
            yield replace(message, text=part, media=attached, quick_replies=())
    for attached in media[1:]:
        yield replace(message, text="", media=attached, quick_replies=())


def _numbered(message: SendMessage) -> str:
    """Return the text with its quick replies as lines `1. Pizza`; a person answers with the number or the word."""
    options = [f"{number}. {reply.title}" for number, reply in enumerate(message.quick_replies, start=1)]
    return "\n".join([message.text, *options] if message.text else options)


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
        if before is not None and replace(before, text=part.text) == part and not part.media:
            joined = f"{before.text}\n{part.text}"
            if units(joined) <= size:
                merged[-1] = replace(before, text=joined)
                continue
        merged.append(part)
    return merged
