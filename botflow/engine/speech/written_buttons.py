"""Buttons and cards as lines of text, where there is only text: a text message, a terminal, a transcript.

The choices are numbered in their order, and a person answers with the number or in words. A link is written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from botflow.engine.effects import SendMessage
from botflow.engine.speech.buttons import Card, QuickReply, options_of
from botflow.languages import sentences_in


def choices_of(message: SendMessage) -> tuple[QuickReply, ...]:
    """Return what a person may choose with a number, in order."""
    replies = tuple(reply for reply in message.quick_replies if not reply.url)
    return (*options_of(message.cards), *replies) if message.cards else replies


def button_lines(message: SendMessage, *, indent: str = "  ") -> Iterator[str]:
    """Yield the lines below a message's text."""
    yield from (indent + line for card in written_cards(message.cards) for line in card)
    yield from (indent + written_link(reply) for reply in message.quick_replies if reply.url)
    replies = (reply for reply in message.quick_replies if not reply.url)
    yield from (f"{indent}{at}. {reply.title}" for at, reply in enumerate(replies, len(options_of(message.cards)) + 1))


def written_cards(cards: Sequence[Card], *, has_numbers: bool = True) -> Iterator[list[str]]:
    """Yield the lines of each card. `has_numbers`: with its choices, numbered as in `choices_of`."""
    options = iter(options_of(cards))
    number = 0
    for card in cards:
        choices = [next(options) for button in card.buttons if not button.url]
        is_one = has_numbers and len(choices) == 1
        lines = [f"{number + 1}. {choices[0].title}" if is_one else card.title]
        lines += [card.text] if card.text else []
        lines += [written_link(button) for button in card.buttons if button.url]
        if has_numbers and not is_one:
            lines += [f"{number + at}. {choice.title}" for at, choice in enumerate(choices, start=1)]
        number += len(choices)
        yield lines


def written_link(button: QuickReply) -> str:
    """Return a button that opens an address, as text."""
    return f"{button.title}: {button.url.removeprefix('tel:').removeprefix('mailto:')}"


def list_title(message: SendMessage) -> str:
    """Return the words of a button that opens the list of a message's choices, in its language."""
    return sentences_in(message.language).choose
