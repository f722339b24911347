"""Reading values out of a text by their type, and by the words that a field's name and description share with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from botflow.engine.asks import AskModel, ExtractField
from botflow.engine.text_folding import fold
from botflow.nodes.answers.calendar.dates import date_in
from botflow.nodes.answers.choosing.yes_no import meaning
from botflow.nodes.answers.lexicons import LEXICONS
from botflow.nodes.answers.numbers.numbers import find_number, spoken_number
from botflow.runtime.offline_model.extraction_patterns import about, find_text
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.spelled_numbers import spelled_out

_TOKEN = re.compile(r"\S+")
_NOT_AN_AMOUNT = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{0,4}|[0-9]{1,2}:[0-9]{2}|[0-9]+(?:am|pm|h|st|nd|rd|th)"
)
_ARTICLES = frozenset(("a", "an", "half", "eine", "einen", "einer", "un", "una"))
_NEGATIONS = frozenset(
    ("no", "not", "without", "dont", "doesnt", "never", "kein", "keine", "keinen", "ohne", "nicht", "sin", "ni")
)
_REFERENCES = frozenset(("number", "nummer", "numm", "numero", "numer", "id", "reference", "referenc"))  # and stems
LONGEST = 2_000  # characters; a value is looked for in the beginning of a longer text
_LONGEST_AMOUNT = 40  # characters; a longer word is no amount
_NEAR = 3  # words around a number that may say what it counts


@dataclass(frozen=True, slots=True)
class Mention:
    """A number in the text, with the stems around it and how many words away they are."""

    value: int | float
    around: Mapping[str, int]
    is_reference: bool = False  # written #4471

    def closeness(self, stems: frozenset[str]) -> float:
        """Return 1 when one of `stems` is next to the number, less when it is further off, 0 when none is near."""
        return max((1 / self.around[stem] for stem in stems & self.around.keys()), default=0.0)


def extract(ask: AskModel, words: Words) -> dict[str, Any]:
    """Return the values found, by field; a field that is not in the text is left out."""
    ask = replace(ask, text=ask.text[:LONGEST])
    numeric = [field for field in ask.fields if field.type in ("integer", "number")]
    values: dict[str, Any] = dict(_numbers(numeric, _mentions(ask.text, words), words))
    for field in ask.fields:
        match field.type:
            case "integer" | "number":
                continue
            case "boolean":
                value: Any = _boolean(field, ask.text, words)
            case "date":
                value = _date(ask)
            case "text":
                value = find_text(field, ask.text, words, alone=len(ask.fields) == 1)
            case _:
                assert_never(field.type)
        if value is not None:
            values[field.name] = value
    return values


def _mentions(text: str, words: Words) -> list[Mention]:
    """Return every amount in `text`; dates, times and reference numbers are not amounts."""
    tokens = [found[0] for found in _TOKEN.finditer(spelled_out(text, words.language))]
    stems = [[words.stem(token) for token in words.tokens(token)] for token in tokens]
    mentions = []
    for place, token in enumerate(tokens):
        value = _amount(token.strip("#.,;:!?()\"'€$£"), words.language)
        if value is None or _is_in_date(tokens, place, words.language):
            continue
        near = range(max(0, place - _NEAR), min(len(tokens), place + _NEAR + 1))
        far_first = sorted(near, key=lambda other: -abs(other - place))
        around = {stem: abs(at - place) or 1 for at in far_first for stem in stems[at]}
        mentions.append(Mention(value, around, is_reference=token.startswith("#")))
    return mentions


def _is_in_date(tokens: list[str], place: int, language: str) -> bool:
    """True if a month's name is next to the number: 3 December, 3. de diciembre, December 3."""
    lexicon = LEXICONS.get(language)
    before = [] if place == 0 or tokens[place - 1].endswith((",", ";")) else tokens[place - 1 : place]
    after = [fold(token) for token in tokens[place + 1 : place + 3]]
    beside = [fold(token) for token in before] + (after if after[:1] in (["of"], ["de"]) else after[:1])
    return lexicon is not None and any(word in lexicon.calendar.months for word in beside)


def _amount(token: str, language: str) -> int | float | None:
    if not 0 < len(token) <= _LONGEST_AMOUNT or _NOT_AN_AMOUNT.fullmatch(token.lower()):
        return None
    if any(character.isdigit() for character in token):
        return find_number(token, language, None)
    return None if token.lower() in _ARTICLES else spoken_number(token, language)


def _numbers(fields: Sequence[ExtractField], mentions: list[Mention], words: Words) -> list[tuple[str, int | float]]:
    """Give each field the number whose neighbours share most with its name and description, else the next one."""
    left = list(mentions)
    found: list[tuple[str, int | float]] = []
    meant = {field.name: _stems_of(field, words) for field in fields}
    for field in sorted(fields, key=lambda field: -max((m.closeness(meant[field.name]) for m in left), default=0.0)):
        fitting = [mention for mention in left if _fits(mention, field, meant[field.name])]
        if fitting:
            best = max(fitting, key=lambda mention: mention.closeness(meant[field.name]))
            left.remove(best)
            found.append((field.name, best.value))
    return found


def _fits(mention: Mention, field: ExtractField, meant: frozenset[str]) -> bool:
    is_whole = mention.value == int(mention.value)
    return (field.type == "number" or is_whole) and (not mention.is_reference or not _REFERENCES.isdisjoint(meant))


def _boolean(field: ExtractField, text: str, words: Words) -> bool | None:
    """Find what the field is about and whether it is denied; else a plain yes or no."""
    stems = [words.stem(token) for token in words.tokens(text)]
    meant = _stems_of(field, words)
    for place, stem in enumerate(stems):
        if stem in meant:
            return not _NEGATIONS.intersection(words.tokens(text)[max(0, place - _NEAR) : place])
    return meaning(text, words.language)


def _date(ask: AskModel) -> str | None:
    if ask.now is None:
        return None
    for part in (ask.text, *re.split(r"[,;!?\n]|\.\s", ask.text)):
        found = date_in(part, ask.now.date(), ask.language, None)
        if found is not None:
            return found.isoformat()
    return None


def _stems_of(field: ExtractField, words: Words) -> frozenset[str]:
    return frozenset(words.stem(token) for token in words.tokens(about(field)) if not words.is_stop_word(token))
