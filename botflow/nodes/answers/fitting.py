"""How well an answer that was accepted fits its question: a bare 5 fits a number better than a time of day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Fit
from botflow.engine.text_folding import read_words
from botflow.flow.pattern import full_match
from botflow.nodes.answers.accounting import length_of_count
from botflow.nodes.answers.choosing.option_names import names_of
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Option
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.read_answer import read
from botflow.nodes.answers.tokens import LONGEST, is_too_long, tokenize

_COUNTING: frozenset[Kind] = frozenset(("integer", "number"))
_NAMED: tuple[Kind, ...] = ("number", "yes_no", "date", "time")  # kinds that people write in letters only
_ANY_FORMER: Mapping[Kind, str] = MappingProxyType(
    {"date": "2024-06-15", "time": "12:00", "datetime": "2024-06-15T12:00"}
)
_DIGITS = re.compile(r"[\W_]*[0-9]+[\W_]*")
_MOST_NUMBER_WORDS = 2  # "twenty five"; "half past seven" is more than a number


def fit_of(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Fit:
    """Return how well `inbound`, which the question has accepted, fits it."""
    match expectation.kind:
        case "text":
            return _as_free_text(inbound, language, region)
        case "regex":
            return "exactly" if _is_strict(expectation, inbound) else _as_free_text(inbound, language, region)
        case "choice":
            return fit_of_option(expectation.choices, inbound, language, region)
        case kind if kind in _COUNTING:
            return "exactly"
        case kind if kind in _ANY_FORMER and holds_count(inbound.text, language):
            return "possibly"  # "5 people at 8pm" is about the people, too
        case _:
            return "possibly" if is_bare_number(inbound, language, region) else "exactly"


def fit_of_option(options: Sequence[Option], inbound: Inbound, language: str, region: str | None) -> Fit:
    """Return how well `inbound`, which means one of the options, fits them."""
    if names_of(tuple(options)).whole(read_words(inbound.text or inbound.payload)) is not None:
        return "literally"
    return "possibly" if is_bare_number(inbound, language, region) else "exactly"


def lacking_former(expectation: Expectation) -> Expectation | None:
    """Return what takes an answer that can only be read with a former one, whatever that is: "a week later"."""
    former = _ANY_FORMER.get(expectation.kind)
    return None if former is None else replace(expectation, former=former, least=None, most=None)


def fit_of_refused(expectation: Expectation, inbound: Inbound, language: str) -> Fit:
    """Return how well `inbound`, which the question has not accepted, fits it: a part of it may be its answer."""
    is_part = expectation.kind in _COUNTING and holds_count(inbound.text, language)
    return "possibly" if is_part else "no"


def holds_count(text: str, language: str) -> bool:
    """Say whether the words count people or things: "5 people at 8pm"."""
    lexicon = lexicon_of(language)
    tokens, numbers = tokenize(text[:LONGEST], elides=lexicon.elides), NumberGrammar(lexicon)
    return any(length_of_count(tokens, at, numbers, lexicon) for at in range(len(tokens)))


def is_bare_number(inbound: Inbound, language: str, region: str | None) -> bool:
    """Say whether the message is a number and nothing else: "5", "five"."""
    text = inbound.text.strip()
    if any(character.isdigit() for character in text):
        return _DIGITS.fullmatch(text) is not None
    return len(text.split()) <= _MOST_NUMBER_WORDS and _reads_as("number", inbound, language, region)


def _as_free_text(inbound: Inbound, language: str, region: str | None) -> Fit:
    """Return "hardly" for a text that reads like another kind of answer."""
    text = inbound.text
    if is_too_long(text):
        return "loosely"
    if "@" in text or any(character.isdigit() for character in text):
        return "hardly"
    return "hardly" if any(_reads_as(kind, inbound, language, region) for kind in _NAMED) else "loosely"


def _is_strict(expectation: Expectation, inbound: Inbound) -> bool:
    """Say whether the pattern takes few texts only: then it refuses one that is written twice."""
    return not full_match(expectation.pattern or "", f"{inbound.text.strip()} {inbound.text.strip()}") and not (
        full_match(expectation.pattern or "", inbound.text.strip() * 2)
    )


def _reads_as(kind: Kind, inbound: Inbound, language: str, region: str | None) -> bool:
    return isinstance(read(Expectation(kind=kind), replace(inbound, payload=""), language, region), Accepted)
