"""Buttons and cards of a message, and what comes back when a button is pressed.

A button of a question is marked with that question on channels where old messages keep their buttons: a late press of
one is then never taken as an answer to a newer question that has an option of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from botflow.engine.inbound import Media
from botflow.values import value

_QUESTION = re.compile(r"[^/\s]+/[^/\s]+")
_MARKED = re.compile(rf"@({_QUESTION.pattern})/(.*)", re.DOTALL)


@value(frozen=True, slots=True, kw_only=True)
class QuickReply:
    """A button: its title, and the payload that comes back when it is pressed; or the address that it opens, `url`.

    `is_option`: it is one of the answers to the question of its message. `is_free`: it belongs to no question, and
    whatever is asked when it is pressed reads it. Neither is stored.
    """

    title: str
    payload: str = ""
    url: str = ""
    is_option: bool = False
    is_free: bool = False

    def to_json(self) -> dict[str, str]:
        shown = {"title": self.title, "payload": self.payload}
        return {**shown, "url": self.url} if self.url else shown

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> QuickReply:
        return cls(title=stored["title"], payload=stored["payload"], url=stored.get("url", ""))


@value(frozen=True, slots=True, kw_only=True)
class Card:
    """One card of a message: a picture, a title, a text, and buttons."""

    title: str
    text: str = ""
    picture: Media | None = None
    buttons: tuple[QuickReply, ...] = ()

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"title": self.title, "text": self.text}
        if self.picture is not None:
            shown["picture"] = self.picture.to_json()
        return {**shown, "buttons": [button.to_json() for button in self.buttons]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Card:
        return cls(
            title=stored["title"],
            text=stored.get("text", ""),
            picture=Media.from_json(stored["picture"]) if "picture" in stored else None,
            buttons=tuple(map(QuickReply.from_json, stored.get("buttons", ()))),
        )


def marked(question: str, option: str) -> str:
    """Return the payload of a button that answers `question`, which is `workflow/node`."""
    return f"@{question}/{option}"


def is_question(text: str) -> bool:
    """Say whether a text names a question, `workflow/node`."""
    return _QUESTION.fullmatch(text) is not None


def question_of(payload: str) -> str:
    """Return the question that a pressed button was for, "" if its payload is not marked."""
    found = _MARKED.fullmatch(payload) if payload.startswith("@") else None
    return "" if found is None else found[1]


def option_of(payload: str) -> str:
    """Return a pressed button's payload without its mark."""
    found = _MARKED.fullmatch(payload) if payload.startswith("@") else None
    return payload if found is None else found[2]


def options_of(cards: Sequence[Card]) -> tuple[QuickReply, ...]:
    """Return the choices of all cards in order, each with a title of its own: the card's, with the button's where that
    says more."""
    choices = [(card, button) for card in cards for button in card.buttons if not button.url]
    has_one_deed = len({button.title for _, button in choices}) == 1
    return tuple(
        QuickReply(title=card.title if has_one_deed else f"{card.title}: {button.title}", payload=button.payload)
        for card, button in choices
    )
