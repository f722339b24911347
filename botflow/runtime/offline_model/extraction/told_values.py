"""The values of a message in which every word is known to change nothing, by the readers of answers and of forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from botflow.nodes.answers.expectation import Expectation
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.answers.lexicons.measures import UNITS
from botflow.nodes.answers.message import MOST_WORDS, Message
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.reading import read_form
from botflow.nodes.chatbot.forms.words import is_harmless
from botflow.runtime.offline_model.extraction.fields import Sought
from botflow.runtime.offline_model.extraction.with_or_without import find_boolean
from botflow.runtime.offline_model.extraction.words import about, ordering, turning
from botflow.runtime.offline_model.features import Words

HARMLESS = "please"  # written instead of what is read already: no value, and known in every language
_CLAUSE = re.compile(r"[^,;\n]+[,;\n]*")
_NO_NUMBER = re.compile(r"[^\W\d_]|:")  # "2.5" may be a day, and a time
_E_MAIL = re.compile(r"\be-mail", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")
_NEGATIVE = re.compile(r"(?<!\S)-[0-9]")
_MOST_CLAUSES = 12
_FOREIGN = (Expectation(kind="time"), Expectation(kind="date"))
_POSSESSING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": word_set("have am i'm im"),
        "de": word_set("habe bin"),
        "es": word_set("tengo soy"),
        "fr": word_set("ai j'ai suis"),
    }
)
_BEFORE_READER = word_set("thank do have would can could")  # "do you have", "could you bring"
_DOUBTING = word_set("should sollte sollten deberia devrait")
_UNITS = frozenset().union(*UNITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a message is read with beside its words: the language, the flow's region, and the person's clock."""

    words: Words
    region: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The values by field; `is_understood` unless the message has a word that may change them. `named`: the fields
    whose own words it holds."""

    values: Mapping[str, Any]
    is_understood: bool
    named: frozenset[str] = frozenset()


_NOT_SURE = Told({}, is_understood=False)


def told_values(fields: Sequence[Sought], text: str, setting: Setting, *, extra: frozenset[str] = frozenset()) -> Told:
    """Read a text as a whole, or, if it is long, clause by clause; `extra` are more phrases that change nothing."""
    if len(text.split()) <= MOST_WORDS:
        return _read(fields, text, setting, extra)
    clauses = _CLAUSE.findall(text)
    if len(clauses) > _MOST_CLAUSES:
        return _NOT_SURE
    values: dict[str, Any] = {}
    named: frozenset[str] = frozenset()
    for clause in clauses:
        told = _read(fields, clause, setting, extra)
        if not told.is_understood or not values.keys().isdisjoint(told.values):
            return _NOT_SURE
        values |= told.values
        named |= told.named
    return Told(values, is_understood=True, named=named)


def _read(fields: Sequence[Sought], text: str, setting: Setting, extra: frozenset[str]) -> Told:
    language = setting.words.language
    text = _without_foreign(fields, text, setting)
    place = Place(language, setting.region, setting.now)
    message = place.message(text)
    if not message.is_searched:
        return _NOT_SURE
    stems = [setting.words.stem(word.replace("'", "")) for word in message.folded]
    counted = [field for field in fields if field.expectation and field.expectation.kind in ("integer", "number")]
    nouns = _nouns(counted, message, setting)
    own = {field.name: _own_words(field, message, stems) | nouns.get(field.name, frozenset()) for field in fields}
    place = Place(language, setting.region, setting.now, tuple(word for one in counted for word in own[one.name]))
    form = tuple(
        Field(name=field.name, expectation=field.expectation, words=tuple(sorted(own[field.name])))
        for field in fields
        if field.expectation is not None
    )
    said = {
        field.name: found
        for field in fields
        if field.type == "boolean" and (found := find_boolean(field, message.folded, setting.words)) is not None
    }
    phrases = {" ".join(message.folded[found.first : found.last]) for found in said.values()}
    reading = read_form(form, text, place, extra=extra | ordering(language) | phrases)
    values = dict(reading.values) | {name: found.value for name, found in said.items()}
    numbers = {field.name: field for field in counted}
    if _is_pronoun(numbers, own, message):
        values = {name: value for name, value in values.items() if name not in numbers}
    if not reading.is_understood or not reading.is_sure or _is_doubtful(numbers, values, own, message):
        return _NOT_SURE
    named = frozenset(name for name, words in own.items() if not words.isdisjoint(message.folded))
    return Told(_typed(fields, values), is_understood=True, named=named)


def _without_foreign(fields: Sequence[Sought], text: str, setting: Setting) -> str:
    """Return the text without its times, days and people if no field takes them: "two pizzas for tomorrow at 7pm"."""
    text = _without_people(fields, _E_MAIL.sub("email", text), setting)
    taken = {field.expectation.kind for field in fields if field.expectation is not None}
    place = Place(setting.words.language, setting.region, setting.now)
    for expectation in _FOREIGN:
        if expectation.kind in taken:
            continue
        message = place.message(text)
        spans = [
            (message.words[first].start, message.words[last - 1].end)
            for found in place.find(expectation, message)
            for first, last in found.place.runs
            if _NO_NUMBER.search(message.said(first, last)) and not _is_number(message.folded[first:last], message)
        ]
        for start, end in sorted(set(spans), reverse=True):
            text = f"{text[:start]}{HARMLESS}{text[end:]}"
    return text


def _without_people(fields: Sequence[Sought], text: str, setting: Setting) -> str:
    if any(field.is_amount for field in fields):
        return text
    message = Place(setting.words.language, setting.region, setting.now).message(text)
    for first, last in reversed(message.places_of(" ".join(phrase) for phrase in message.lexicon.counted)):
        stems = {setting.words.stem(word) for word in message.folded[first:last]}
        is_taken = any(not stems.isdisjoint(field.stems) for field in fields)
        if first and _is_number(message.folded[first - 1 : first], message) and not is_taken:
            text = f"{text[: message.words[first - 1].start]}{HARMLESS}{text[message.words[last - 1].end :]}"
    return text


def _is_number(folded: Sequence[str], message: Message) -> bool:
    pieces = [piece for word in folded for piece in word.replace("-", " ").split()]
    return all(piece.isdecimal() or piece in message.lexicon.numbers.pieces for piece in pieces)


def _own_words(field: Sought, message: Message, stems: Sequence[str]) -> frozenset[str]:
    if field.type == "boolean":
        return frozenset()
    return frozenset(
        word
        for word, stem in zip(message.folded, stems, strict=True)
        if (stem in field.stems or word in field.words) and not is_harmless(word, message.language)
    )


def _nouns(fields: Sequence[Sought], message: Message, setting: Setting) -> dict[str, frozenset[str]]:
    """Return what an amount counts that its field does not name: the "tickets" of "21 tickets", for a quantity."""
    amounts = [field.name for field in fields if field.is_amount]
    possessing = _POSSESSING.get(message.language, frozenset())
    numbers = [at for at, word in enumerate(message.folded) if _is_number([word], message)]
    if len(amounts) != 1 or not numbers or not possessing.isdisjoint(message.folded):
        return {}
    at = numbers[-1] + 1
    if numbers != list(range(numbers[0], at)) or at >= len(message.folded) or message.words[at - 1].ends_clause:
        return {}
    noun, lexicon = message.folded[at], message.lexicon
    is_unit = noun in _UNITS or noun in lexicon.currencies or noun in lexicon.cents or noun in lexicon.calendar.units
    is_known = noun in lexicon.changing or noun in turning(message.language) or not noun.isalpha()
    return {} if is_unit or is_known or is_harmless(noun, message.language) else {amounts[0]: frozenset((noun,))}


def _is_doubtful(
    numbers: Mapping[str, Sought], values: Mapping[str, Any], own: Mapping[str, frozenset[str]], message: Message
) -> bool:
    """Say whether a number is not what it seems ("unas 5", "I am 30", "1.5 people"), or all is under a condition."""
    folded = message.folded
    if any(word.text in ("si", "Si") for word in message.words[:-1]) and message.language in ("es", "fr"):
        return True
    if not _DOUBTING.isdisjoint(folded) or _is_about_reader(folded) or _counts_people(numbers, values, own, message):
        return True
    for before, word in pairwise(folded):
        if _is_number([word], message) and before in about(message.language):
            return True
        has_number = _DIGIT.search(before) or _is_number([before], message)
        if has_number and any(word in own[name] and name not in values for name in numbers):
            return True
    for name in numbers.keys() & values.keys():
        is_written = _NEGATIVE.search(message.text) and not (numbers[name].counts or numbers[name].is_amount)
        if values[name] < 0 and not is_written:
            return True
    return (
        bool(numbers.keys() & values.keys())
        and _is_bare(numbers, own, message)
        and not _POSSESSING.get(message.language, frozenset()).isdisjoint(folded)
    )


def _is_about_reader(folded: Sequence[str]) -> bool:
    """Say whether the message tells of the one who reads it: "you have ham"; not "thank you", "you can call me"."""
    places = [at for at, word in enumerate(folded) if word == "you"]
    return any(not (at and folded[at - 1] in _BEFORE_READER) and folded[at + 1 : at + 2] != ["can"] for at in places)


def _counts_people(
    numbers: Mapping[str, Sought], values: Mapping[str, Any], own: Mapping[str, frozenset[str]], message: Message
) -> bool:
    """Say whether a number may be of people, and a field takes it that is for other things: "ham for two"."""
    people = {word for phrase in message.lexicon.counted for word in phrase}
    others = [name for name in numbers.keys() & values.keys() if numbers[name].words.isdisjoint(people)]
    led = any(
        before in message.lexicon.counting and _is_number([word], message) for before, word in pairwise(message.folded)
    )
    return led and bool(others) and _is_bare(others, own, message)


def _is_bare(numbers: Iterable[str], own: Mapping[str, frozenset[str]], message: Message) -> bool:
    """Say whether the message has no own word of a field for a number."""
    return frozenset().union(*(own[name] for name in numbers)).isdisjoint(message.folded)


def _is_pronoun(numbers: Iterable[str], own: Mapping[str, frozenset[str]], message: Message) -> bool:
    """Say whether the only number in the message is a word that may be an article or a pronoun: "the red one"."""
    lexicon, folded = message.lexicon, message.folded
    ones = lexicon.numbers.weak | lexicon.calendar.one
    said = [word for word in folded if _is_number([word], message)]
    has_digit = any(_DIGIT.search(word) for word in folded)
    return _is_bare(numbers, own, message) and len(folded) > 1 and not has_digit and ones.issuperset(said)


def _typed(fields: Sequence[Sought], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the fields store them: of money the amount, if it has the field's currency."""
    typed = dict(values)
    for field in fields:
        if field.name not in values or field.expectation is None or field.expectation.kind != "money":
            continue
        money = values[field.name]
        is_whole = money["amount"] == int(money["amount"])
        if (field.currency and money["currency"] != field.currency) or (field.type == "integer" and not is_whole):
            del typed[field.name]
        else:
            typed[field.name] = money["amount"]
    return typed
