"""Buttons as WhatsApp shows them: up to three options as buttons, up to ten as a list; `contents.py` creates them.

Twilio calls both contents: twilio/quick-reply and twilio/list-picker. Within 24 hours of a person's message they need
no approval. https://www.twilio.com/docs/content/twilio-quick-reply, https://www.twilio.com/docs/content/twiliolist-picker
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from botflow.engine.effects import SendMessage
from botflow.engine.speech.buttons import QuickReply, marked, question_of
from botflow.engine.speech.written_buttons import choices_of, list_title, written_cards, written_link

MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ITEMS, LONGEST_ITEM = 10, 24
LONGEST_BODY = 1_024
LONGEST_PAYLOAD = 200
TEXT_VARIABLE = "1"  # the text is a variable of the content, so that one content serves all people


def interactive_parts(message: SendMessage) -> list[SendMessage] | None:
    """Return the parts of a message with buttons: files and pictures first, then the text with its options. None when
    it has no such options, or more or longer ones than WhatsApp shows. Buttons that belong to no question are not
    marked: whatever is asked when one is pressed reads it."""
    choices = choices_of(message)
    body = "\n".join(filter(None, (message.text.strip(), *_written(message))))
    are_free = bool(choices) and all(choice.is_free for choice in choices)
    if not (message.question or are_free) or not _fit(choices, body):
        return None
    options = tuple(
        QuickReply(title=choice.title.strip(), payload=_marked(choice.payload, message.question)) for choice in choices
    )
    if any(len(option.payload) > LONGEST_PAYLOAD for option in options):
        return None
    bare = replace(message, text="", media=(), quick_replies=(), cards=())
    asked = replace(
        bare,
        text=body,
        quick_replies=options,
        only_by_api=True,
        list_title="" if _are_buttons(options) else list_title(message),
    )
    return [*(replace(bare, media=(medium,)) for medium in message.media), *picture_parts(message), asked]


def picture_parts(message: SendMessage) -> Iterator[SendMessage]:
    """Yield a message for each card with a picture: WhatsApp shows one picture with its caption."""
    for card, lines in zip(message.cards, written_cards(message.cards, has_numbers=False), strict=True):
        if card.picture is not None:
            bare = replace(message, quick_replies=(), cards=())
            yield replace(bare, text="\n".join(lines), media=(card.picture,))


def content_of(message: SendMessage) -> dict[str, Any]:
    """Return the content of a question's part, as Twilio's API takes it; without its name."""
    body = f"{{{{{TEXT_VARIABLE}}}}}"
    if message.list_title:
        items = [{"id": reply.payload, "item": reply.title} for reply in message.quick_replies]
        types: dict[str, Any] = {"twilio/list-picker": {"body": body, "button": message.list_title, "items": items}}
    else:
        actions = [{"type": "QUICK_REPLY", "title": each.title, "id": each.payload} for each in message.quick_replies]
        types = {"twilio/quick-reply": {"body": body, "actions": actions}}
    return {"language": message.language or "en", "variables": {TEXT_VARIABLE: "?"}, "types": types}


def name_of(content: dict[str, Any]) -> str:
    """Return the name of a content, which is the same for equal ones."""
    written = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return f"botflow_{hashlib.sha256(written).hexdigest()[:32]}"


def _written(message: SendMessage) -> Iterator[str]:
    """Yield what the text must say besides: cards without a picture where others have one or say more than their title,
    and links."""
    for card, lines in zip(message.cards, written_cards(message.cards, has_numbers=False), strict=True):
        if card.picture is None and len(lines) > 1:
            yield "\n".join(lines)
    yield from (written_link(reply) for reply in message.quick_replies if reply.url)


def _fit(choices: Sequence[QuickReply], body: str) -> bool:
    titles = [choice.title.strip() for choice in choices]
    longest = max(map(len, titles), default=0)
    return (
        0 < len(titles) <= MOST_ITEMS
        and all(titles)
        and len(set(titles)) == len(titles)
        and not any("{{" in title for title in titles)  # Twilio would read a variable
        and 0 < len(body) <= LONGEST_BODY
        and longest <= LONGEST_ITEM
    )


def _are_buttons(options: Sequence[QuickReply]) -> bool:
    return len(options) <= MOST_BUTTONS and all(len(option.title) <= LONGEST_BUTTON for option in options)


def _marked(payload: str, question: str) -> str:
    return payload if not question or question_of(payload) else marked(question, payload)
