"""One of several options: by button, label, part of a label, other word, number, or a word that is nearly right.

The same spelling comes before the same letters without accents, and those before a typing error. Words around the name
must be known as harmless ("the pizza, please"); any other word may change what is meant, and the answer is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.engine.speech.buttons import option_of
from botflow.engine.text_folding import read_words
from botflow.nodes.answers.choosing.amendments import between_corrections, denied_first
from botflow.nodes.answers.choosing.choice_items import MOST_WORDS, Asked, Item, asked_of, read_items
from botflow.nodes.answers.choosing.numbered_options import NumberedOptions
from botflow.nodes.answers.choosing.option_names import SEVERAL
from botflow.nodes.answers.expectation import Accepted, Expectation, Option, Reading, Refused
from botflow.nodes.answers.tokens import is_too_long


def read_choice(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one option: its id, with its label."""
    option = choose(expectation.choices, inbound, language, expectation.question)
    return Accepted(option.id, {"label": option.label}) if option else Refused("not_a_choice")


def choose(options: Sequence[Option], inbound: Inbound, language: str, question: str = "") -> Option | None:
    """Return the option that the person means, or None when no option fits or several do.

    The words of `question` change nothing beside an option. "Pizza, no wait, soup" and "not pizza, soup" are the soup.
    A pressed button is its option alone: another one's payload is never read as a number or as a part of a label.
    """
    pressed = option_of(inbound.payload)
    for option in options:
        if pressed and pressed == option.id:
            return option
    text = (inbound.text or inbound.payload).strip()
    if not text or is_too_long(text) or pressed != inbound.payload:
        return None
    asked = asked_of(tuple(options), question, language, inbound.channel)
    said = read_words(text)
    at = asked.names.whole(said)
    if at is None and len(said.words) <= MOST_WORDS and inbound.text:
        denied = denied_first(text, language)
        answers = list(denied) if denied else between_corrections(text, language, names=asked.names.vocabulary)
        meant = [_position_in(answer, asked) for answer in answers]
        is_unclear = None in meant or (denied is not None and len(set(meant)) == 1)
        at = None if is_unclear else meant[-1]
    return None if at is None or at == SEVERAL else options[at]


def _position_in(text: str, asked: Asked) -> int | None:
    """Return the position of the one option that all items of `text` mean."""
    said = read_words(text)
    at = asked.names.whole(said)
    if at is not None:
        return at
    read = read_items(text, said, asked)
    if read is None:
        return None
    parts = [item for item in read.items if item.kind == "part"]
    if read.is_numbered and (parts or read.has_way):
        return None  # "monday 1", "in 2"
    if {"ordinal", "last"} <= {item.kind for item in read.items}:
        return None  # "the second last"
    named = [_position(item, asked.numbers, read.is_plain) for item in read.items if item.kind not in ("part", "asked")]
    meant = [*({at} for at in named if at is not None), *(item.at for item in parts)]
    found = set[int].intersection(*meant) if meant and None not in named else set[int]()
    if len(found) != 1:
        return None
    at = found.pop()
    if any(at not in item.at for item in read.items if item.kind == "asked"):
        return None
    if named:
        return at
    return None if asked.parts.leaves_out(at, read.words) or asked.parts.is_half(at, read.words) else at


def _position(item: Item, numbers: NumberedOptions, is_plain: bool) -> int | None:
    """Return the option that an item means; a number in a word ("one") counts only beside polite words."""
    match item.kind:
        case "option":
            return next(iter(item.at)) if len(item.at) == 1 else None
        case "number":
            return numbers.bare(item.number)
        case "word":
            return numbers.bare(item.number) if is_plain else None
        case "ordinal":
            return numbers.ordered(item.number)
        case "last":
            return numbers.last()
        case _:
            return numbers.at(item.number)
