"""One of several options: by button, label, other word, number, or a word that is nearly right.

The same spelling comes before the same letters without accents, and those before a typing error. Words around the name
must be known as harmless ("the pizza, please"); any other word may change what is meant, and the answer is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import read_words
from botflow.nodes.answers.choosing.choice_items import Item, read_items
from botflow.nodes.answers.choosing.option_names import SEVERAL, OptionNames, names_of
from botflow.nodes.answers.expectation import Accepted, Expectation, Option, Reading, Refused
from botflow.nodes.answers.tokens import is_too_long


def read_choice(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one option: its id, with its label."""
    option = choose(expectation.choices, inbound, language)
    return Accepted(option.id, {"label": option.label}) if option else Refused("not_a_choice")


def choose(options: Sequence[Option], inbound: Inbound, language: str) -> Option | None:
    """Return the option that the person means, or None when no option fits or several do."""
    for option in options:
        if inbound.payload and inbound.payload == option.id:
            return option
    text = (inbound.text or inbound.payload).strip()
    if not text or is_too_long(text):
        return None
    names = names_of(tuple(options))
    said = read_words(text)
    at = names.whole(said)
    if at is None and (read := read_items(text, said, names, language)) is not None:
        meant = [_position(item, names, len(options), read.is_plain) for item in read.items]
        at = meant[0] if len(set(meant)) == 1 else None
    return None if at is None or at == SEVERAL else options[at]


def _position(item: Item, names: OptionNames, count: int, is_plain: bool) -> int | None:
    """Return the option that an item means; a number in a word ("one") counts only beside polite words."""
    match item.kind:
        case "option":
            return next(iter(item.at)) if len(item.at) == 1 else None
        case "number":
            return names.numbered(item.number)
        case "word":
            return names.numbered(item.number) if is_plain else None
        case "last":
            return count - 1
        case _:
            return item.number - 1 if 1 <= item.number <= count else None
