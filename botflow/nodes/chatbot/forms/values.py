"""The values in one message to a form, each with the fields that can take it, and whether it is surely one value.

The longest value counts: "7 pm" is a time, and no number of people. Where its words can as well be several values, of
which another field takes one ("4 to 5", "friday 4"), it is torn, and taken only where the question or a field's own
words say what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botflow.engine.text_folding import fold
from botflow.nodes.answers.expectation import Expectation, Kind
from botflow.nodes.answers.find_values import Found
from botflow.nodes.answers.message import Message
from botflow.nodes.answers.value_places import Run, cues_in
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.words import is_harmless, points_out

FREE: tuple[Kind, ...] = ("text", "regex")
_COUNTING: tuple[Kind, ...] = ("integer", "number")
_OPTIONS: tuple[Kind, ...] = ("choice", "choices")
_ADDRESSES: tuple[Kind, ...] = ("email", "phone", "url")
_YEARS = range(1900, 2200)
_NUMBER = Expectation(kind="number")
_PARTS = (Expectation(kind="date"), Expectation(kind="time"))
_DIGITS = re.compile(r"[\W_]*[0-9]+(?:[.,][0-9]+)?[\W_]*")
_SIGNS = frozenset("€$£¥₹%")
_WEIGHTS = frozenset(map(fold, ("pound", "pounds", "Pfund", "libra", "libras", "livre", "livres")))


@dataclass(slots=True)
class Value:
    """A value in some words of the message; `values` by field.

    `known`: its words, and those beside it that say more of it. `weak`: the fields that take it only when they are
    asked for or have their own words beside it, such as a field for a time a bare number. `is_torn`: the words may as
    well be several values.
    """

    runs: tuple[Run, ...]
    values: dict[str, Any]
    known: frozenset[int]
    is_bare: bool = False
    weak: frozenset[str] = frozenset()
    is_torn: bool = False

    @property
    def words(self) -> frozenset[int]:
        return words_in(self.runs)

    @property
    def first(self) -> int:
        return self.runs[0][0]


def words_in(runs: Iterable[Run]) -> frozenset[int]:
    return frozenset(at for first, last in runs for at in range(first, last))


def values_of(fields: Sequence[Field], message: Message, place: Place) -> list[Value]:
    """Find the values of all fields; what is inside of a longer value is none of its own."""
    behind_cue = {last for _, last in cues_in(message)}
    by_runs: dict[tuple[Run, ...], dict[str, Found]] = {}
    for one in fields:
        for found in place.find(one.expectation, message):
            if _says_something(found, one.expectation.kind, message, behind_cue):
                by_runs.setdefault(found.place.runs, {})[one.name] = found
    by_name = {one.name: one for one in fields}
    pieces = {words_in(runs): _strong(runs, by_field, by_name, message, place) for runs, by_field in by_runs.items()}
    values = []
    for runs, by_field in by_runs.items():
        words = words_in(runs)
        if any(words < other for other in pieces):
            continue
        if (value := _value(runs, by_field, by_name, message, place, behind_cue)) is not None:
            value.is_torn = _is_torn(words, value, pieces, fields, message, place) or _is_rate(
                words, pieces, by_name, message
            )
            values.append(value)
    _weaken_beside_options(values, by_name, message)
    return values


def _weaken_beside_options(values: Sequence[Value], fields: Mapping[str, Field], message: Message) -> None:
    """Let a number or an option right before an option be taken only where it is sure what it belongs to: only a whole
    number counts, and in a form with several lists both belong to an option of the first one: "two large salami", not
    "salami and two cola", "a small water"."""
    lists = [name for name, one in fields.items() if one.expectation.kind in _OPTIONS]
    options = {one.first: one for one in values if not one.values.keys().isdisjoint(lists)}
    for value in values:
        beside = _options_behind(value, options, message)
        if not beside or _is_counted(value.runs, message) or not (value.is_bare or beside.isdisjoint(value.values)):
            continue
        is_first = not value.is_bare or all(first > value.first for first in options)
        is_sure = len(lists) == 1 or (is_first and lists[0] in beside | value.values.keys())
        value.weak |= {name for name in value.values if fields[name].expectation.kind == "number" or not is_sure}


def _options_behind(value: Value, options: Mapping[int, Value], message: Message) -> set[str]:
    """Return the fields of the options right behind a value: "large salami" behind "two"."""
    found: set[str] = set()
    last = value.runs[-1][1]
    while (option := options.get(last)) is not None and not message.words[last - 1].ends_clause:
        found |= option.values.keys()
        last = option.runs[-1][1]
    return found


def _strong(
    runs: tuple[Run, ...], found: Iterable[str], fields: Mapping[str, Field], message: Message, place: Place
) -> frozenset[str]:
    """Return the fields that take these words unasked: of a bare number only those for numbers."""
    is_bare = len(runs) == 1 and _is_bare(runs[0], message, place)
    return frozenset(name for name in found if not is_bare or fields[name].expectation.kind in _COUNTING)


def overlap(values: Sequence[Value]) -> bool:
    """Say whether a word belongs to two values: then one of them is wrong."""
    return sum(len(value.words) for value in values) > len(frozenset().union(*(value.words for value in values)))


def _says_something(found: Found, kind: Kind, message: Message, behind_cue: set[int]) -> bool:
    """Say whether the words are a value, and no article or "half": "una mesa" is not 1, but "a la una" is a time."""
    runs = found.place.runs
    if _is_one(found.value) and is_pronoun(runs[0], message):
        return False
    if kind == "time" and runs[0][0] in behind_cue:
        return True
    if _is_name(runs, message) or (kind == "time" and _is_counted(runs, message)):
        return False
    return not all(_is_between(message, at) for at in words_in(runs))


def _is_one(value: Any) -> bool:
    return (value.get("amount") if isinstance(value, Mapping) else value) == 1


def is_pronoun(run: Run, message: Message) -> bool:
    """Say whether a word for one means a thing that was named: the "one" of "a small one", not of "for one"."""
    first, last = run
    if not first or last - first > 1 or message.words[first - 1].ends_clause or message.folded[first].isdecimal():
        return False
    before, behind = message.folded[first - 1], message.folded[last : last + 1]
    if behind and (behind[0] in message.lexicon.holders or (behind[0],) in message.lexicon.counted):
        return False
    return points_out(before) or not (
        is_harmless(before, message.language) or before in message.lexicon.numbers.before_one
    )


def _is_name(runs: tuple[Run, ...], message: Message) -> bool:
    """Say whether a number is the name of what is before it: "table 5", but not "table 5 people"."""
    is_behind = _is_number_behind(runs, message, message.lexicon.holders)
    last = runs[-1][1]
    return is_behind and not (last < len(message.folded) and (message.folded[last],) in message.lexicon.counted)


def _is_counted(runs: tuple[Run, ...], message: Message) -> bool:
    """Say whether a number is of people, and no time: "we are 5"."""
    return _is_number_behind(runs, message, message.lexicon.counting)


def _is_number_behind(runs: tuple[Run, ...], message: Message, words: frozenset[str]) -> bool:
    first, last = runs[0]
    if not first or last - first > 1 or len(runs) > 1 or message.words[first - 1].ends_clause:
        return False
    number, before = message.folded[first], message.folded[first - 1]
    return before in words and (number.isdecimal() or number in message.lexicon.numbers.pieces)


def _value(
    runs: tuple[Run, ...],
    found: Mapping[str, Found],
    fields: Mapping[str, Field],
    message: Message,
    place: Place,
    behind_cue: set[int],
) -> Value | None:
    """Return the value for the fields that can take it; None for a number that is a time, where no field takes one."""
    values = {name: one.value for name, one in found.items()}
    kinds = {name: fields[name].expectation.kind for name in found}
    is_bare = len(runs) == 1 and _is_bare(runs[0], message, place)
    if is_bare and runs[0][0] in behind_cue:  # "at 7" is a time, never a number of people
        values = {name: value for name, value in values.items() if kinds[name] in ("time", *_ADDRESSES)}
    elif not is_bare:  # "7pm" is a time, also where a reader of numbers finds a 7
        others = {name: value for name, value in values.items() if kinds[name] not in _COUNTING}
        values = others or values
    if not values:
        return None
    weak = {name for name in values if fields[name].is_partial or found[name].place.is_vague}
    if _is_ordinal(runs, message) or not _SIGNS.isdisjoint(message.said(*runs[0])):
        weak |= {name for name in values if kinds[name] in _COUNTING}
    if is_bare:
        weak |= {name for name in values if kinds[name] not in (*_COUNTING, *_ADDRESSES)}
    elif not _WEIGHTS.isdisjoint(message.folded[slice(*runs[0])]):
        is_weighed = any(one.expectation.kind in _COUNTING for one in fields.values())
        weak |= {name for name in values if is_weighed and kinds[name] == "money"}
    beside = words_in(run for name in values for run in found[name].place.beside)
    return Value(runs, values, words_in(runs) | beside, is_bare, frozenset(weak))


def _is_bare(run: Run, message: Message, place: Place) -> bool:
    """Say whether the words are a number and nothing else: "5", "five"; not "$5", "five euros"."""
    said = message.said(*run)
    if any(map(str.isdigit, said)):
        return _DIGITS.fullmatch(said) is not None and _SIGNS.isdisjoint(said)
    return any(found.place.runs == (run,) for found in place.find(_NUMBER, message))


def _is_ordinal(runs: tuple[Run, ...], message: Message) -> bool:
    """Say whether a number has a full stop and words behind it: "3. um 7 Uhr"."""
    last = runs[-1][1]
    return last < len(message.words) and message.text.startswith(".", message.words[last - 1].end)


def _is_torn(
    words: frozenset[int],
    value: Value,
    pieces: Mapping[frozenset[int], frozenset[str]],
    fields: Sequence[Field],
    message: Message,
    place: Place,
) -> bool:
    """Say whether another field can take a part of the words, and any field the rest."""
    for part, names in pieces.items():
        if not part < words or names <= value.values.keys() or _is_year(part, message):
            continue
        between = {at for at in words - part if _is_between(message, at)}
        rest = _runs_of(words - part - between)
        readers = [_readers(run, pieces, fields, message, place) for run in rest]
        is_range = any(message.folded[at] in message.lexicon.changing for at in between)
        others = frozenset().union(*readers)
        if rest and all(readers) and (is_range or len(names | others) > 1):
            return True
        if len(rest) > 1 and _is_moment([message.said(*run) for run in rest], value, fields, place):
            return True  # "2 weeks on friday at 7": two weeks, and a moment on Friday
        if len(rest) == 1 and _goes_on(rest[0], value, pieces, fields, message, place):
            return True
    return False


def _goes_on(
    rest: Run,
    value: Value,
    pieces: Mapping[frozenset[int], frozenset[str]],
    fields: Sequence[Field],
    message: Message,
    place: Place,
) -> bool:
    """Say whether the end of a value and the word behind it are one, too: "december 5" in "4 december 5"."""
    first, last = rest
    if last != value.runs[-1][1] or last == len(message.words) or last - 1 in message.breaks:
        return False
    if any(last in words and len(words) > 1 for words in pieces):  # the 7 of "7 pm" belongs to it
        return False
    return _reads(message.said(first, last + 1), value, fields, place)


def _reads(said: str, value: Value, fields: Sequence[Field], place: Place) -> bool:
    """Say whether a field that takes the value can read these words, too."""
    return any(place.read(one.expectation, said) is not None for one in fields if one.name in value.values)


def _is_year(part: frozenset[int], message: Message) -> bool:
    """Say whether a number in a longer value is a year: "12 March 2027" are no 2027 people."""
    word = message.words[min(part)].text
    return len(part) == 1 and len(word) == 4 and word.isdecimal() and int(word) in _YEARS


def _is_moment(parts: Sequence[str], value: Value, fields: Sequence[Field], place: Place) -> bool:
    """Say whether the parts are days and times that a field which takes the value can read together."""
    are_parts = all(any(place.read(kind, part) is not None for kind in _PARTS) for part in parts)
    return are_parts and _reads(" ".join(parts), value, fields, place)


def _is_rate(
    words: frozenset[int],
    pieces: Mapping[frozenset[int], frozenset[str]],
    fields: Mapping[str, Field],
    message: Message,
) -> bool:
    """Say whether an article begins a value right behind an amount: "50 euros a month"."""
    first = min(words)
    article = message.folded[first]
    if not first or message.words[first - 1].ends_clause or article not in message.lexicon.calendar.one:
        return False
    before = [names for piece, names in pieces.items() if first - 1 in piece]
    return is_harmless(article, message.language) and any(
        all(fields[name].expectation.kind == "money" for name in names) for names in before
    )


def _is_between(message: Message, at: int) -> bool:
    """Say whether a word may be between two values: "4 or 5", "4 people after 7"."""
    return message.folded[at] in message.lexicon.changing or is_harmless(message.folded[at], message.language)


def _runs_of(words: frozenset[int]) -> list[Run]:
    runs: list[Run] = []
    for at in sorted(words):
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _readers(
    run: Run,
    pieces: Mapping[frozenset[int], frozenset[str]],
    fields: Sequence[Field],
    message: Message,
    place: Place,
) -> frozenset[str]:
    """Return the fields that can read the words as a whole."""
    found = pieces.get(words_in([run]))
    if found is not None:
        return found
    said = message.said(*run)
    return frozenset(
        one.name
        for one in fields
        if one.expectation.kind not in (*FREE, "yes_no") and place.read(one.expectation, said) is not None
    )
