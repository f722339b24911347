"""What one message says about the fields of a form.

Each value in the message is given to the one field that it can be for: a field's own words beside it decide ("under
Ann", "5 people"), else its kind. Every word must belong to a value, to a field's own words or to words that change
nothing; otherwise the message is not sure, and no value of it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botflow.nodes.answers.message import Message
from botflow.nodes.answers.value_places import cues_in
from botflow.nodes.chatbot.forms.free_text import without_frame
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.values import FREE, Value, is_pronoun, overlap, values_of, words_in
from botflow.nodes.chatbot.forms.words import (
    are_of_names,
    begins_verb,
    greetings,
    is_condition,
    is_harmless,
    is_possessive,
    is_refusal,
    leads,
    may_change,
    words_of_error,
)

_ELISION = re.compile(r"^[ld]'(?=\w)")  # l'heure
_MOST_TEXT_WORDS = 6  # of a free text behind the field's own words


@dataclass(frozen=True, slots=True)
class FormReading:
    """The values by field; `is_sure` unless words were left over or a value can be for several fields.

    `clear`: the fields whose value cannot be another field's, by their own words or by its form (not a bare number);
    if it is not sure, those for which there are such values.
    `is_understood`: it has no word that may change a value and belongs to none.
    `mentioned`: the fields whose own words the message holds; `named`: the same, when it holds nothing else: "the
    time". `shared`: the fields that can read every value in it.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    is_sure: bool = True
    is_understood: bool = False
    clear: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _OwnWords:
    first: int
    last: int
    fields: frozenset[str]
    only_before: bool = False
    leads: bool = False


def read_form(
    fields: Sequence[Field], text: str, place: Place, *, asked: str = "", extra: frozenset[str] = frozenset()
) -> FormReading:
    """Read a message. `asked` is the field whose question is open: a value for several fields, first in the message, is
    its; `extra` are more phrases that change nothing."""
    message = place.message(text)
    named = _own_words(fields, message)
    mentioned = frozenset(name for words in named for name in words.fields)
    if not message.is_searched:
        return FormReading(mentioned=mentioned)
    own = [*named, *_cues(fields, message), *_greetings(message)]
    values = values_of(fields, message, place)
    values = sorted([*values, *_texts(fields, message, own, values, place, extra)], key=lambda value: value.first)
    bound = _bind(values, own, message)
    taken, is_sure = _assign(values, bound, asked)
    left = _left_over(message, values, own, extra)
    if not values:
        named_only = frozenset() if left else mentioned
        return FormReading(is_understood=not left, named=named_only, mentioned=mentioned)
    is_torn = any(
        one.is_torn and at not in bound and not (asked in one.values and mentioned <= {asked})
        for at, one in enumerate(values)
    )
    is_unsure = is_torn or overlap(values) or None in taken.values() or _names_other(taken, values, bound, own, fields)
    if left or not is_sure or is_unsure:
        shared = frozenset.intersection(*(frozenset(one.values) for one in values))
        beside = frozenset().union(*bound.values(), *(one.values for one in values if not one.is_bare))
        return FormReading(is_sure=False, shared=frozenset() if is_torn else shared, clear=beside, mentioned=mentioned)
    clear = frozenset(name for at, one in enumerate(values) if at in bound or not one.is_bare for name in one.values)
    return FormReading(taken, is_understood=True, clear=clear & taken.keys())


def _own_words(fields: Sequence[Field], message: Message) -> list[_OwnWords]:
    """Find the fields' own words; of two at the same place the longer one counts."""
    known: dict[tuple[str, ...], set[str]] = {}
    for one in fields:
        for words in one.words:
            known.setdefault(tuple(words.split(" ")), set()).add(one.name)
    longest = max(map(len, known), default=0)
    folded = [_ELISION.sub("", word) for word in message.folded]
    found, at = [], 0
    while at < len(folded):
        for count in range(min(longest, len(folded) - at), 0, -1):
            if (names := known.get(tuple(folded[at : at + count]))) is not None and not (
                at and begins_verb(folded[at], folded[at - 1])
            ):
                found.append(
                    _OwnWords(at, at + count, frozenset(names), leads=leads(folded[at : at + count], message.language))
                )
                at += count
                break
        else:
            at += 1
    return found


def _cues(fields: Sequence[Field], message: Message) -> list[_OwnWords]:
    """A number behind "at" is a time; in a form for days with their times it may be a part of one."""
    times = frozenset(one.name for one in fields if one.expectation.kind == "time" and not one.is_partial)
    return [_OwnWords(first, last, times, only_before=True) for first, last in cues_in(message)]


def _greetings(message: Message) -> list[_OwnWords]:
    return [_OwnWords(first, last, frozenset()) for first, last in message.places_of(greetings(message.language))]


def _texts(
    fields: Sequence[Field],
    message: Message,
    own: Sequence[_OwnWords],
    values: Sequence[Value],
    place: Place,
    extra: frozenset[str],
) -> list[Value]:
    """Find the free texts: the words behind a text field's own words, up to the end of the clause or another value."""
    texts = {one.name: one for one in fields if one.expectation.kind in FREE}
    taken = frozenset().union(*(value.known for value in values))
    others = {words.first for words in own}
    wrong = words_in(message.places_of(words_of_error(message.language)))  # "the name is wrong" is no name
    changed = {at for at, word in enumerate(message.folded) if may_change(word, message.language)}
    found = []
    for words in own:
        names = words.fields & texts.keys()
        if len(names) != 1 or message.words[words.last - 1].ends_clause:
            continue
        first, last = _text_behind(words.last, message, taken, others)
        if not first < last <= first + _MOST_TEXT_WORDS:
            continue
        name = next(iter(names))
        if are_of_names(texts[name].words) and is_possessive(message.folded[first], message.language):
            continue
        if all(word in extra or is_harmless(word, message.language) for word in message.folded[first:last]):
            continue
        reading = place.read(texts[name].expectation, without_frame(message.said(first, last), message.language))
        if reading and not any(at in changed or at in wrong for at in range(first, last)):
            found.append(Value(((first, last),), {name: reading.value}, words_in([(first, last)])))
    return found


def _text_behind(first: int, message: Message, taken: frozenset[int], others: set[int]) -> tuple[int, int]:
    """Return the words of the text that begins at a word, without harmless ones around it."""
    last = first
    while last < len(message.words) and last not in taken and last not in others:
        last += 1
        if message.words[last - 1].ends_clause:
            break
    while first < last and _is_idle_word(message.folded[first], message.language):
        first += 1
    while first < last and is_harmless(message.folded[last - 1], message.language):
        last -= 1
    return first, last


def _is_idle_word(word: str, language: str) -> bool:
    return is_harmless(word, language) and not is_possessive(word, language)


def _bind(values: Sequence[Value], own: Sequence[_OwnWords], message: Message) -> dict[int, frozenset[str]]:
    """Return the fields that own words give to a value, by its position in `values`. Own words belong to the nearest
    value of their fields; at the same distance, to that on the side where the message has its first ones."""
    inside = frozenset().union(*(value.words for value in values))
    named = [words for words in own if not words.only_before and words.fields]
    before = not named or not values or named[0].first < values[0].first
    bound: dict[int, frozenset[str]] = {}
    for words in own:
        if words.first in inside:
            continue
        nearest: tuple[int, int, int] | None = None
        for at, value in enumerate(values):
            if words.fields.isdisjoint(value.values):
                continue
            for run in value.runs:
                gap = _gap(words, run, message)
                if gap is not None:
                    distance = (gap, int((run[0] >= words.last) != before), at)
                    nearest = distance if nearest is None else min(nearest, distance)
        if nearest is not None:
            bound[nearest[2]] = bound.get(nearest[2], words.fields) & words.fields
    return bound


def _gap(words: _OwnWords, run: tuple[int, int], message: Message) -> int | None:
    """Return how many harmless words are between own words and a value; None if they do not belong together."""
    if (words.only_before and run[0] != words.last) or (words.leads and run[0] < words.last):
        return None
    first, last = (words.last, run[0]) if run[0] >= words.last else (run[1], words.first)
    if any(word.ends_clause for word in message.words[first - 1 : last]):
        return None
    is_near = all(is_harmless(folded, message.language) for folded in message.folded[first:last])
    return last - first if is_near else None


def _assign(values: Sequence[Value], bound: Mapping[int, frozenset[str]], asked: str) -> tuple[dict[str, Any], bool]:
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


def _names_other(
    taken: Mapping[str, Any],
    values: Sequence[Value],
    bound: Mapping[int, frozenset[str]],
    own: Sequence[_OwnWords],
    fields: Sequence[Field],
) -> bool:
    """Say whether a value, which no own words give to its field, is of the kind of another field that is named and gets
    no value: "tomorrow is my birthday" is no day of an appointment."""
    kinds = {one.name: one.expectation.kind for one in fields}
    unnamed = {kinds[name] for at, one in enumerate(values) if at not in bound for name in one.values if name in taken}
    inside = frozenset().union(*(value.words for value in values))
    others = {name for words in own if words.first not in inside for name in words.fields} - taken.keys()
    return not unnamed.isdisjoint(kinds[name] for name in others)


def _left_over(message: Message, values: Iterable[Value], own: Iterable[_OwnWords], extra: frozenset[str]) -> bool:
    """Say whether the message has a word that belongs to nothing and may change a value."""
    values, own = [*values], [*own]
    led = [(one.first, one.last) for one in own if not _is_idle(one, values, message)]
    known = frozenset().union(*(value.known for value in values)) | words_in(led)
    beside = message.places_of(extra)
    known |= words_in(run for run in beside if run[1] - run[0] > 1)
    harmless = words_in(beside) | _pronouns(message, known)
    return any(
        not (at in harmless or is_harmless(word, message.language)) or _turns(message, at)
        for at, word in enumerate(message.folded)
        if at not in known
    )


def _pronouns(message: Message, known: frozenset[int]) -> frozenset[int]:
    """Return the places of "one" behind an option's name: "a small one", "two large ones"."""
    return frozenset(
        at
        for at, word in enumerate(message.folded)
        if at and at - 1 in known and (word == "ones" or (word == "one" and is_pronoun((at, at + 1), message)))
    )


def _is_idle(own: _OwnWords, values: Iterable[Value], message: Message) -> bool:
    """Say whether own words of another field may change the value behind them: "under 10 guests", without a name."""
    is_value = any(not own.fields.isdisjoint(value.values) for value in values)
    return not is_value and message.folded[own.first] in message.lexicon.changing


def _turns(message: Message, at: int) -> bool:
    """Say whether a word, which is harmless at the beginning, changes what is before it: "7pm no", "sí si hace sol"."""
    word = message.folded[at]
    is_clause = at == 0 or (message.words[at - 1].ends_clause and at + 1 < len(message.words))
    return (at > 0 and is_condition(word, message.language)) or (not is_clause and is_refusal(word))
