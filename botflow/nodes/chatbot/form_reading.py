"""What one message says about the fields of a form.

Each value in the message is given to the one field that it can be for: a field's own words beside it decide ("under
Ann", "5 people"), else its kind. Every word must belong to a value, to a field's own words or to words that change
nothing; otherwise the message is not sure, and no value of it is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import fold
from botflow.nodes.answers.expectation import Accepted, Expectation
from botflow.nodes.answers.find_values import Found, Token, find_values, tokens_of
from botflow.nodes.answers.fitting import is_bare_number
from botflow.nodes.answers.read_answer import read
from botflow.nodes.chatbot.form_words import cues_of, greetings, is_harmless, may_change

_COUNTING = ("integer", "number")
_MOST_TEXT_WORDS = 6  # of a free text behind the field's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field to fill: `words` are its own words, folded, of one or more words each."""

    name: str
    expectation: Expectation
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What readers must know beside the words; `received_at` is by the person's own clock. It keeps what was found: the
    parts of a message are read for several sets of fields."""

    language: str
    region: str | None
    received_at: datetime
    _found: dict[tuple[Expectation, str], list[Found]] = field(default_factory=dict, compare=False, repr=False)

    def inbound(self, text: str) -> Inbound:
        return Inbound(kind="message", key="", received_at=self.received_at, seed=0, channel="", text=text)

    def find(self, expectation: Expectation, text: str) -> list[Found]:
        """Return the values of `text` as answers of this kind."""
        known = self._found.get((expectation, text))
        if known is None:
            known = find_values(expectation, text, self.language, self.region, self.received_at)
            self._found[expectation, text] = known
        return known


@dataclass(frozen=True, slots=True)
class FormReading:
    """The values by field; `is_sure` unless words were left over or a value can be for several fields.

    `clear`: the fields whose value cannot be another field's, by their own words or by its form (not a bare number);
    if it is not sure, those with own words beside a value.
    `named`: the only field whose own words the message holds, when it holds no value: "the time". `shared`: the fields
    that can read every value in it. `mentioned`: the fields whose own words it holds.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    is_sure: bool = True
    clear: frozenset[str] = frozenset()
    named: str = ""
    shared: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Value:
    """A run of tokens that some fields can read; `values` by field. `weak`: the fields that take a bare number, such as
    a time of day, only when it is asked for or has their own words beside it."""

    first: int
    last: int  # behind the run
    values: dict[str, Any]
    is_bare: bool = False
    weak: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _OwnWords:
    first: int
    last: int
    fields: frozenset[str]
    only_before: bool = False


def read_form(
    fields: Sequence[Field], text: str, place: Place, *, asked: str = "", extra: frozenset[str] = frozenset()
) -> FormReading:
    """Read a message. `asked` is the field whose question is open: a value for several fields, first in the message, is
    its; `extra` are more words that change nothing."""
    tokens = tokens_of(text)
    folded = [fold(token.text.replace("’", "'")) for token in tokens]
    named = _own_words(fields, folded)
    own = [*named, *_cues(fields, folded, place.language), *_phrases(greetings(place.language), folded, frozenset())]
    greeted = {at for words in own if not words.fields for at in range(words.first, words.last)}
    values = [
        one
        for one in _values(fields, text, tokens, place)
        if greeted.isdisjoint(range(one.first, one.last))
        and not all(is_harmless(word, place.language) for word in folded[one.first : one.last])  # "a" is not 1
    ]
    values = [*values, *_texts(fields, text, tokens, folded, own, values, place)]
    values.sort(key=lambda value: value.first)
    bound = _bind(values, own, tokens, folded, place.language)
    taken, is_sure = _assign(values, bound, asked)
    left = _left_over(tokens, folded, values, own, extra, place.language)
    mentioned = frozenset(name for words in named for name in words.fields)
    if not values:
        return FormReading(named=next(iter(mentioned)) if len(mentioned) == 1 and not left else "", mentioned=mentioned)
    if left or not is_sure:
        shared = frozenset.intersection(*(frozenset(one.values) for one in values))
        return FormReading(is_sure=False, shared=shared, clear=frozenset().union(*bound.values()), mentioned=mentioned)
    clear = {name for at, one in enumerate(values) if at in bound or not one.is_bare for name in one.values}
    return FormReading(taken, clear=frozenset(clear & taken.keys()))


def _own_words(fields: Sequence[Field], folded: Sequence[str]) -> list[_OwnWords]:
    """Find the fields' own words; of two at the same place the longer one counts."""
    known: dict[tuple[str, ...], set[str]] = {}
    for one in fields:
        for words in one.words:
            known.setdefault(tuple(words.split(" ")), set()).add(one.name)
    longest = max(map(len, known), default=0)
    found, at = [], 0
    while at < len(folded):
        for count in range(min(longest, len(folded) - at), 0, -1):
            if (names := known.get(tuple(folded[at : at + count]))) is not None:
                found.append(_OwnWords(at, at + count, frozenset(names)))
                at += count
                break
        else:
            at += 1
    return found


def _cues(fields: Sequence[Field], folded: Sequence[str], language: str) -> list[_OwnWords]:
    found = []
    for kind in {one.expectation.kind for one in fields}:
        names = frozenset(one.name for one in fields if one.expectation.kind == kind)
        found += _phrases(cues_of(kind, language), folded, names)
    return found


def _phrases(phrases: Iterable[str], folded: Sequence[str], fields: frozenset[str]) -> list[_OwnWords]:
    found = []
    for words in (phrase.split(" ") for phrase in phrases):
        for at in range(len(folded) - len(words) + 1):
            if list(folded[at : at + len(words)]) == words:
                found.append(_OwnWords(at, at + len(words), fields, only_before=True))
    return found


def _values(fields: Sequence[Field], text: str, tokens: Sequence[Token], place: Place) -> list[_Value]:
    """Find the values of all fields; what is inside a longer value is none of its own."""
    starts = {token.start: at for at, token in enumerate(tokens)}
    ends = {token.end: at + 1 for at, token in enumerate(tokens)}
    runs: dict[tuple[int, int], dict[str, Any]] = {}
    for one in fields:
        for start, end, value in place.find(one.expectation, text):
            if start in starts and end in ends:
                runs.setdefault((starts[start], ends[end]), {})[one.name] = value
    kinds = {one.name: one.expectation.kind for one in fields}
    found = []
    for (first, last), by_field in runs.items():
        if any((first, last) != run and run[0] <= first and last <= run[1] for run in runs):
            continue
        words = place.inbound(text[tokens[first].start : tokens[last - 1].end])
        is_bare = is_bare_number(words, place.language, place.region)
        others = {name: value for name, value in by_field.items() if kinds[name] not in _COUNTING}
        if is_bare:
            found.append(_Value(first, last, by_field, is_bare, frozenset(others)))
        else:  # "7pm" is a time, also where a reader of numbers finds a 7
            found.append(_Value(first, last, others or by_field))
    return found


def _texts(
    fields: Sequence[Field],
    text: str,
    tokens: Sequence[Token],
    folded: Sequence[str],
    own: Sequence[_OwnWords],
    values: Sequence[_Value],
    place: Place,
) -> list[_Value]:
    """Find the free texts: the words behind a text field's own words, up to the end of the clause or another value."""
    texts = {one.name: one for one in fields if one.expectation.kind in ("text", "regex")}
    taken = {at for value in values for at in range(value.first, value.last)}
    found = []
    for words in own:
        names = words.fields & texts.keys()
        if len(names) != 1 or tokens[words.last - 1].ends_clause:
            continue
        last = words.last
        while last < len(tokens) and last not in taken and not any(other.first == last for other in own):
            last += 1
            if tokens[last - 1].ends_clause:
                break
        first = words.last
        while first < last and is_harmless(folded[first], place.language):
            first += 1
        while first < last and is_harmless(folded[last - 1], place.language):
            last -= 1
        if not first < last <= first + _MOST_TEXT_WORDS:
            continue
        name = next(iter(names))
        value = read_whole(texts[name], text[tokens[first].start : tokens[last - 1].end], place)
        if value is not None and not any(may_change(word, place.language) for word in folded[first:last]):
            found.append(_Value(first, last, {name: value}))
    return found


def _bind(
    values: Sequence[_Value],
    own: Sequence[_OwnWords],
    tokens: Sequence[Token],
    folded: Sequence[str],
    language: str,
) -> dict[int, frozenset[str]]:
    """Return the fields that own words give to a value, by its position in `values`. Own words belong to the nearest
    value of their fields; at the same distance, to that on the side where the message has its first ones."""
    named = [words for words in own if not words.only_before]
    before = not named or not values or named[0].first < values[0].first
    bound: dict[int, frozenset[str]] = {}
    for words in own:
        nearest: tuple[int, int, int] | None = None
        for at, value in enumerate(values):
            if words.fields.isdisjoint(value.values):
                continue
            follows = value.first >= words.last
            if words.only_before and value.first != words.last:
                continue
            gap = range(words.last, value.first) if follows else range(value.last, words.first)
            first, last = (words.last, value.first) if follows else (value.last, words.first)
            is_far = any(token.ends_clause for token in tokens[first - 1 : last])
            if is_far or not all(is_harmless(folded[between], language) for between in gap):
                continue
            distance = (len(gap), int(follows != before), at)
            nearest = distance if nearest is None else min(nearest, distance)
        if nearest is not None:
            bound[nearest[2]] = bound.get(nearest[2], words.fields) & words.fields
    return bound


def _assign(values: Sequence[_Value], bound: Mapping[int, frozenset[str]], asked: str) -> tuple[dict[str, Any], bool]:
    """Give each value to the only field that can take it; the second result is False when that is not sure."""
    open_ = {at: set(value.values) & bound[at] if at in bound else set(value.values) for at, value in enumerate(values)}
    taken: dict[str, Any] = {}
    while open_:
        sole: dict[str, list[int]] = {}
        for at, names in open_.items():
            if len(names) == 1:
                sole.setdefault(next(iter(names)), []).append(at)
        if not sole and asked in open_.get(0, ()):
            sole = {asked: [0]}
        if not sole or any(len(places) > 1 for places in sole.values()):
            return {}, False
        for name, (at,) in sole.items():
            if name in values[at].weak and at not in bound and name != asked:
                return {}, False
            taken[name] = values[at].values[name]
            del open_[at]
        for names in open_.values():
            names.difference_update(sole)
        if any(not names for names in open_.values()):
            return {}, False
    return taken, True


def _left_over(
    tokens: Sequence[Token],
    folded: Sequence[str],
    values: Iterable[_Value],
    own: Iterable[_OwnWords],
    extra: frozenset[str],
    language: str,
) -> bool:
    """Say whether the message has a word that belongs to nothing and may change a value."""
    known = {at for value in values for at in range(value.first, value.last)}
    known |= {at for words in own for at in range(words.first, words.last)}
    return any(
        at not in known and folded[at] not in extra and not is_harmless(folded[at], language)
        for at in range(len(tokens))
    )


def read_whole(one: Field, text: str, place: Place) -> Any:
    """Return the value of a message that answers the open question and nothing else; None if it does not."""
    reading = read(one.expectation, place.inbound(text), place.language, place.region)
    return reading.value if isinstance(reading, Accepted) else None
