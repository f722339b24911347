"""Where in a message a value of a kind may be, as the kind's grammar says: "7pm" in "table for 4 tomorrow at 7pm".

What is there is read afterwards by the kind's reader, alone. A place is offered once, as long as the grammar takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from botflow.engine.text_folding import read_words
from botflow.nodes.answers.accounting import Grammar, Match
from botflow.nodes.answers.calendar.clock_grammar import Clock, ClockGrammar, time_of
from botflow.nodes.answers.calendar.dates import date_grammar
from botflow.nodes.answers.calendar.durations import length_grammar
from botflow.nodes.answers.calendar.former_value import shift_at
from botflow.nodes.answers.calendar.moments import length_ahead
from botflow.nodes.answers.choosing.choice_words import choice_words
from botflow.nodes.answers.choosing.option_names import names_of
from botflow.nodes.answers.expectation import Expectation
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.message import Located, Message
from botflow.nodes.answers.numbers.currencies import SIGNS
from botflow.nodes.answers.numbers.money import amount_grammar, begins_amount
from botflow.nodes.answers.numbers.numbers import number_grammar
from botflow.nodes.answers.numbers.ratings import mark_grammar, scale_of
from botflow.nodes.answers.tokens import Token

_LONGEST_NAME = 8  # words of an option's name
_CHUNK = re.compile(r"\S+")
_URL_SIGNS = frozenset(".:/")
_PHONE = re.compile(r"(?:\(?\+ ?)?\(?[0-9][0-9 ().+/-]*[0-9)]")
_FEWEST_DIGITS = 5  # of a telephone number

Run = tuple[int, int]  # from a word up to another


class ValuePlace(NamedTuple):
    """The words of a value, and what they say. The words `beside` say more of it, and may say something else, too: the
    "tonight" of "tonight at 7" is a day. `is_vague`: its time may as well be another number: "7 tomorrow". `is_shift`:
    it is counted from the former value: "a week later"."""

    runs: tuple[Run, ...]
    said: str
    beside: tuple[Run, ...] = ()
    is_vague: bool = False
    is_shift: bool = False


def places_of(
    expectation: Expectation, message: Message, region: str | None, received_at: datetime
) -> Iterable[ValuePlace]:
    """Return where values of the expected kind may be; none for a kind that is read from whole messages only."""
    language = message.language
    match expectation.kind:
        case "integer" | "number":
            return _by_grammar(message, number_grammar(language, region))
        case "money":
            return _by_grammar(message, amount_grammar(language, region))
        case "rating":
            return _by_grammar(message, mark_grammar(language, scale_of(expectation)[1]))
        case "duration":
            return _lengths(message)
        case "date":
            return [*_as_places(message, _days(message, region, received_at)), *_shifts(message, of_clock=(False,))]
        case "time":
            return [*_times(message), *_shifts(message, of_clock=(True,))]
        case "datetime":
            return [*_moments(message, region, received_at), *_shifts(message, of_clock=(False, True))]
        case "choice":
            return _as_places(message, _options(message, expectation))
        case "choices":
            return _lists(message, expectation)
        case "email":
            return _chunks(message, frozenset("@"))
        case "url":
            return _chunks(message, _URL_SIGNS)
        case "phone":
            return _phones(message)
        case _:
            return ()


def _by_grammar(message: Message, grammar: Grammar[Any]) -> Iterator[ValuePlace]:
    return _as_places(message, message.find(grammar))


def _as_places(message: Message, found: Iterable[Located[Any]]) -> Iterator[ValuePlace]:
    for one in found:
        yield ValuePlace(((one.first, one.last),), message.said(one.first, one.last))


# -- the calendar


def _lengths(message: Message) -> Iterator[ValuePlace]:
    """Return the lengths of time; "in 2 hours" is none."""
    behind = {last for _, last in message.places_of(" ".join(each) for each in message.lexicon.calendar.ahead)}
    return _as_places(
        message, [one for one in message.find(length_grammar(message.language)) if one.first not in behind]
    )


def _days(message: Message, region: str | None, received_at: datetime) -> list[Located[Any]]:
    try:
        return message.find(date_grammar(received_at.date(), message.language, region), mended=True)
    except OverflowError:  # beyond the calendar
        return []


def _shifts(message: Message, *, of_clock: tuple[bool, ...]) -> Iterator[ValuePlace]:
    """Return the places of "a week later" and "an hour earlier", of days, of hours, or of both."""
    for one in message.find(partial(shift_at, lexicon=message.lexicon), mended=True):
        if one.value.is_of_clock in of_clock:
            yield ValuePlace(((one.first, one.last),), message.said(one.first, one.last), is_shift=True)


def _clocks(message: Message) -> list[Located[Clock]]:
    """Return the times of day, without the "at" before them."""
    clocks = ClockGrammar(message.lexicon)

    def grammar(tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        found = None if tokens[at].text in message.lexicon.clock.before else clocks(tokens, at)
        if found is None or time_of(found.value, ()) is None or _is_amount(tokens, at, found.end, message.lexicon):
            return None  # "4 at noon" is two values
        return found

    return message.find(grammar, mended=True)


def _is_amount(tokens: Sequence[Token], first: int, last: int, lexicon: Lexicon) -> bool:
    """Say whether money is named before or behind a number: "€12.50"."""
    if first and tokens[first].glued and tokens[first - 1].text in SIGNS:
        return True
    if last >= len(tokens) or begins_amount(tokens, last):
        return False
    return tokens[last].text in SIGNS or tokens[last].text in lexicon.currencies


def _times(message: Message) -> Iterator[ValuePlace]:
    """A part of the day that is apart belongs to the only sure time: "tomorrow evening at 7"."""
    clocks = _clocks(message)
    parts = _runs_beside(message, clocks)
    sure = _sure(message, clocks)
    for clock in clocks:
        run = (clock.first, clock.last)
        beside = tuple(parts) if sure == [clock] else ()
        yield ValuePlace((run,), _joined(message, (run, *beside)) if beside else message.said(*run), beside)


def _moments(message: Message, region: str | None, received_at: datetime) -> Iterator[ValuePlace]:
    """A moment is a length of time from now on, or a day with a time, anywhere in the message or in a clause of it."""

    def ahead(tokens: Sequence[Token], at: int) -> Match[float] | None:
        return length_ahead(tokens, at, message.lexicon)

    days, clocks, aheads = _days(message, region, received_at), _clocks(message), message.find(ahead, mended=True)
    if aheads:
        yield from _as_places(message, aheads)
        return
    days = [day for day in days if not any(clock.first == day.first and clock.last > day.last for clock in clocks)]
    clocks = [clock for clock in clocks if not any(_overlap(clock, day) for day in days)]
    for first, last in [(0, len(message.words))] if len(days) == 1 else _clauses(message):
        day = [one for one in days if first <= one.first < last]
        at = [one for one in clocks if first <= one.first < last]
        sure = _sure(message, at)
        at = sure or at
        if len(day) == len(at) == 1:
            parts = [run for run in _runs_beside(message, [*day, *at]) if first <= run[0] < last]
            runs = tuple(sorted({(day[0].first, day[0].last), (at[0].first, at[0].last), *parts}))
            yield ValuePlace(runs, _joined(message, runs), is_vague=not sure)


def _sure(message: Message, clocks: Sequence[Located[Clock]]) -> list[Located[Clock]]:
    """Return the times that cannot be another number: 7pm, at 7."""
    behind = {last for _, last in cues_in(message)}
    return [clock for clock in clocks if clock.value.is_clear or clock.first in behind]


def cues_in(message: Message) -> list[Run]:
    """Return where phrases are behind which a number is a time: "at", "a las"."""
    return message.places_of(" ".join(phrase) for phrase in message.lexicon.clock.cues)


def _runs_beside(message: Message, values: Sequence[Located[Any]]) -> list[Run]:
    """Return where parts of the day are that belong to none of the values: "evening"."""
    parts = message.find(ClockGrammar(message.lexicon).part_at, mended=True)
    return [(part.first, part.last) for part in parts if not any(_overlap(part, value) for value in values)]


def _overlap(one: Located[Any], other: Located[Any]) -> bool:
    return one.first < other.last and other.first < one.last


def _joined(message: Message, runs: Iterable[Run]) -> str:
    """Return the words, a time with its "at": it may need it behind a part of the day, as in "mittags um 12"."""
    cues = {last: first for first, last in cues_in(message)}
    return " ".join(message.said(cues.get(first, first), last) for first, last in sorted(runs))


def _clauses(message: Message) -> list[Run]:
    ends = [0, *(at + 1 for at, word in enumerate(message.words) if word.ends_clause), len(message.words)]
    return [(first, last) for first, last in pairwise(ends) if first < last]


# -- options


def _options(message: Message, expectation: Expectation) -> list[Located[Any]]:
    """Return where names of options are, each the longest one there."""
    names = names_of(expectation.choices)
    found: list[Located[Any]] = []
    at = 0
    while at < len(message.words) and message.is_searched:
        last = 0
        if names.may_begin(next(iter(read_words(message.words[at].text).words), "")):
            for end in range(at + 1, min(at + _LONGEST_NAME, len(message.words)) + 1):
                last = end if names.whole(read_words(message.said(at, end))) is not None else last
        if last:
            found.append(Located(at, last, None))
        at = last or at + 1
    return found


def _lists(message: Message, expectation: Expectation) -> Iterator[ValuePlace]:
    """Options that follow each other, with nothing but commas and "and" between them, are one value."""
    together = choice_words(message.language).together
    runs: list[Run] = []
    for one in _options(message, expectation):
        if runs and all(word in together for word in message.folded[runs[-1][1] : one.first]):
            runs[-1] = (runs[-1][0], one.last)
        else:
            runs.append((one.first, one.last))
    for first, last in runs:
        yield ValuePlace(((first, last),), message.said(first, last))


# -- addresses and numbers of people


def _chunks(message: Message, signs: frozenset[str]) -> Iterator[ValuePlace]:
    """Return what spaces set off and what has one of the signs: an address, whole."""
    for chunk in _CHUNK.finditer(message.text if message.is_searched else ""):
        if not signs.isdisjoint(chunk[0]) and (run := _words_in(message, chunk.start(), chunk.end())):
            yield ValuePlace((run,), chunk[0])


def _phones(message: Message) -> Iterator[ValuePlace]:
    for found in _PHONE.finditer(message.text if message.is_searched else ""):
        run = _words_in(message, found.start(), found.end())
        if run and sum(map(str.isdigit, found[0])) >= _FEWEST_DIGITS:
            yield ValuePlace((run,), found[0])


def _words_in(message: Message, start: int, end: int) -> Run | None:
    """Return the words of a part of the text; None if it has only a piece of one, or none."""
    within = [at for at, word in enumerate(message.words) if word.start < end and start < word.end]
    if not within or message.words[within[0]].start < start or message.words[within[-1]].end > end:
        return None
    return within[0], within[-1] + 1
