"""Messages as Rasa's channels have them. A card is a message of its own, and a button that opens an address a line of
text: Rasa knows neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botflow.engine.speech.buttons import marked, question_of
from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class BotMessage:
    """What one message of a Rasa channel holds; `buttons` are pairs of title and payload."""

    text: str = ""
    image: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


def bot_messages(shown: Mapping[str, Any], origin: str) -> Iterator[BotMessage]:
    """Yield a message of the workflow, as chat clients get it, piece by piece. `origin` is where this server is."""
    question = shown.get("question", "")
    links, buttons = _buttons(shown["quickReplies"], question)
    text = "\n".join(part for part in (shown["text"], *links) if part)
    if text or buttons:
        yield BotMessage(text=text, buttons=buttons)
    for medium in shown.get("media", ()):
        url = _absolute(medium["url"], origin)
        yield BotMessage(image=url) if medium["contentType"].startswith("image/") else BotMessage(text=url)
    for card in shown.get("cards", ()):
        links, buttons = _buttons(card["buttons"], question)
        text = "\n".join(part for part in (card["title"], card["text"], *links) if part)
        image = _absolute(card["picture"]["url"], origin) if "picture" in card else ""
        yield BotMessage(text=text, image=image, buttons=buttons)


def said_fields(message: str) -> dict[str, str]:
    """Return what a person said, as fields of a posted message: a text, or a pressed button's payload."""
    return {"payload": message} if question_of(message) else {"text": message}


def _buttons(replies: Sequence[Mapping[str, str]], question: str) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Return lines of text for the buttons that open an address, and the others."""
    links = [f"{reply['title']}: {reply['url']}" for reply in replies if reply.get("url")]
    pressed = [reply for reply in replies if not reply.get("url")]
    return links, tuple((each["title"], _payload(each, question)) for each in pressed)


def _payload(reply: Mapping[str, str], question: str) -> str:
    """Return what the button sends: with its question, so that it answers no later one."""
    payload = reply["payload"] or reply["title"]
    return marked(question, payload) if question and reply["payload"] else payload


def _absolute(url: str, origin: str) -> str:
    return origin + url if url.startswith("/") else url
