"""What the readers of answers know of one language. All words are in the normal form of `tokens.unaccented`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, TypeVar

from botflow.nodes.answers.tokens import ELISION, unaccented

Phrase = tuple[str, ...]
T = TypeVar("T")
Unit = Literal["second", "minute", "hour", "day", "week", "fortnight", "month", "year"]
DayPart = Literal["am", "pm", "morning", "noon", "afternoon", "evening", "night", "small_hours", "midnight"]
Order = Literal["next", "coming", "this", "last", "past", "after_next"]


class Phrases(dict[Phrase, T]):
    """Values by phrase, None for a list of phrases. `reach`: the words of the longest phrase, by its first word."""

    def __init__(self, entries: Mapping[Phrase, T] = MappingProxyType({})) -> None:
        super().__init__(entries)
        self.reach: dict[str, int] = {}
        for first, *rest in entries:
            self.reach[first] = max(self.reach.get(first, 0), 1 + len(rest))

    def length_at(self, said: Sequence[str], place: int) -> int:
        """Return how many words from `place` on are the longest of these phrases, 0 if none is there."""
        for length in range(min(self.reach.get(said[place], 0), len(said) - place), 0, -1):
            if tuple(said[place : place + length]) in self:
                return length
        return 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a number in words: a unit (0-9), a teen (10-19), tens, a hundred that multiplies what stands before it,
    hundreds (500), a scale (1,000 and more), or the word between them."""

    kind: Literal["unit", "teen", "tens", "hundred", "hundreds", "scale", "and"]
    value: int = 0


@dataclass(frozen=True, slots=True)
class Feast:
    """A day that has a name: a day of a month, or with `weekday` the first such one from there on. Without a month
    `day` is counted from Easter Sunday. `countries`: where it is that day, everywhere if there are none."""

    day: int
    month: int | None = None
    weekday: int | None = None
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords:
    """`compound` matches a word that is made of several pieces; `weak` words are also articles."""

    pieces: Mapping[str, Piece]
    compound: re.Pattern[str] | None = None
    wholes: Phrases[float] = field(default_factory=Phrases)  # "a dozen", "none": a number by themselves
    negative: frozenset[str]
    point: frozenset[str]
    halves: Phrases[None]  # after a number: "and a half"
    quarters: Phrases[float] = field(default_factory=Phrases)  # "and a quarter"
    half_of: Phrases[float] = field(default_factory=Phrases)  # before a scale: "half a million"
    with_half: Mapping[str, float] = field(default_factory=dict)  # one word: "anderthalb"
    fractions: Mapping[str, int] = field(default_factory=dict)  # denominators: "thirds"
    before_one: frozenset[str]  # behind any other word, a lone word for one is a pronoun: "the good one"
    many: Mapping[str, int]  # multiply any number before them: "dozen", "lakh"
    suffixes: Mapping[str, int]  # glued to digits: "k"; compared as typed
    weak: frozenset[str] = frozenset()
    hundred_is_coin: bool = False  # behind digits and tens: "vingt cents" is 0.20 euros


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWords:
    """`days`: relative days; `orders`: words beside a weekday or a unit, and which side they stand on."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Phrases[int]
    units: Mapping[str, Unit]
    part_units: Mapping[str, float] = field(default_factory=dict)  # hours of one word: "Viertelstunde"
    loose_spans: Phrases[None] = field(default_factory=Phrases)  # a week or two, and a day more: "quinze jours"
    one: frozenset[str]  # words for one before a unit: "a week"
    ages: frozenset[str]  # words of a question to which a number of years is the answer
    ahead: Phrases[None]  # before a span: "in 3 days"
    ahead_after: Phrases[None]  # after it: "3 days from now"
    ago: Phrases[None] = field(default_factory=Phrases)  # after it: "3 days ago"
    ago_before: Phrases[None] = field(default_factory=Phrases)  # before it: "vor 3 Tagen"
    neighbours: Phrases[int] = field(default_factory=Phrases)  # "the day after" another one
    since: Phrases[None]  # between a span and a day: "3 weeks from tomorrow"
    until: Phrases[None]  # "2 weeks before 13 May"
    later: Phrases[None]  # behind a span, counted from an earlier answer: "a week later"
    earlier: Phrases[None]  # "an hour earlier"
    orders: Phrases[Order]  # before a weekday
    orders_after: Phrases[Order]  # after a weekday
    weeks: Phrases[int]  # "of next week", "last week" beside a weekday: the week counted from this one
    weeks_on: Phrases[int] = field(default_factory=Phrases)  # after a day, from the coming one: "monday week"
    weeks_in: Phrases[int] = field(default_factory=Phrases)  # after a weekday: "in acht Tagen"
    nth: Phrases[int] = field(default_factory=Phrases)  # before a weekday of a month; the last one is -1
    of_month: Phrases[None] = field(default_factory=Phrases)  # between a day and a month in figures: "el 21 del 3"
    this_month: Phrases[int]  # "of this month", "of next month" after a day
    ordinals: Phrases[int]
    ordinal_ends: frozenset[str]
    of: frozenset[str]  # between day, month and year
    about: Phrases[None]  # before the number of a span that has passed: "about 3 days ago"
    vague: Phrases[None] = field(default_factory=Phrases)  # instead of a number that is sure: "a couple of weeks"
    joined: Mapping[str, Phrase] = field(default_factory=dict)  # two words that are written as one: "Freitagabend"
    verbs: frozenset[str] = frozenset()  # names of months that are verbs behind a pronoun: "I may"
    homographs: frozenset[str] = frozenset()  # short names of weekdays that are other words: "the sun"
    leads: frozenset[str] = frozenset()  # articles and pronouns, before such another word
    look_alikes: frozenset[str] = frozenset()  # words that are one letter from one of the calendar: "sundae"
    before_day: frozenset[str]  # a number after it is a day: "the 3rd", "el 3"
    feast_days: Phrases[tuple[Feast, ...]] = field(default_factory=Phrases)
    years: Phrases[int] = field(default_factory=Phrases)  # "next year" after a day and its month


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWords:
    """`style` says how minutes stand to the hour: "ten past two" (before it) or "dos y diez" (after it)."""

    named: Phrases[int]  # minutes of the day: "noon"
    hour_marks: frozenset[str]  # after the hour: "o'clock", "uhr"
    shares: Mapping[str, int]  # quarter, half
    past: Phrases[None]
    to: Phrases[None]
    minutes_first: bool
    minute_words: frozenset[str]
    half_to: Phrases[int] = field(default_factory=Phrases)  # "halb drei": minutes from the hour
    before: frozenset[str]  # words before an hour: "at"
    weak_before: frozenset[str] = frozenset()  # of these, words that stand before a number of people, too: "à 4"
    spans_before: frozenset[str]  # before a length of time: "for 2h", "pour 2h"
    cues: Phrases[None]  # before a number that is surely an hour: "at 7", but not "about 7"
    parts: Phrases[DayPart]
    bounds: Phrases[None]  # before an hour at which something begins or ends: "after 6 pm"
    joining: Phrases[None]  # between two such hours: "between 2 and 4 pm"
    about_ends: frozenset[str] = frozenset()  # "7ish"


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter that people tell of: what they say, and the words of a question that asks for it."""

    said: Phrases[None] = field(default_factory=Phrases)
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementWords:
    """What is told of a day that may be another one than the day asked for."""

    leaving: Topic = field(default_factory=Topic)
    birth: Topic = field(default_factory=Topic)
    paying: Topic = field(default_factory=Topic)
    past: Phrases[None] = field(default_factory=Phrases)  # told of what was: "it happened"
    owning: Phrases[None] = field(default_factory=Phrases)  # "I have", of one of the engagements
    owning_first: frozenset[str] = frozenset()  # the same as the first word: "have an appointment"
    engagements: Phrases[None] = field(default_factory=Phrases)
    possessive: frozenset[str] = frozenset()  # "my", before an engagement
    for_words: frozenset[str] = frozenset()  # before "my": "for my birthday"
    wishing: frozenset[str] = frozenset()  # who wishes to have something has it not
    or_so: Phrases[None] = field(default_factory=Phrases)  # behind a day that is not sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language. `harmless` words and phrases may stand beside any value; the others beside values of their kind."""

    language: str
    elides: bool = False
    numbers: NumberWords
    calendar: CalendarWords
    clock: ClockWords
    harmless: Phrases[None]
    corrections: Phrases[None]  # between two values, of which the second one counts: "6, no wait, 7"
    negating: frozenset[str] = frozenset()  # of these, words that refuse what follows them at once: "6, no 7" is 6
    counting: frozenset[str]  # words that lead to a number of people: "we are 4", "for 4"
    counted: Phrases[None]  # beside a count: "people", "of us"
    changing: frozenset[str]  # never harmless, not even when the question says them: "not", "or", "before"
    feasts: frozenset[str]  # capital letters that are no person's name: "Easter"
    holders: frozenset[str]  # "a table for 4": a noun whose article is no number
    holding: frozenset[str]  # between such a noun and its number: "table for 4"; "table 4" is the table's own
    spans: Phrases[None]  # beside a length of time: "it takes", "long"
    elapsed: Phrases[None]  # beside one that has passed, and in a question for it: "waiting"
    to_wait: Phrases[None]  # before one that somebody else shall wait: "give me a minute"
    with_words: frozenset[str] = frozenset()  # before somebody's name: "with Jim"
    toward: Phrases[None] = field(default_factory=Phrases)  # before the name of a place, two words: "back to China"
    requests: frozenset[str] = frozenset()  # behind the name of who is asked: "Ann, can you"
    moving: Phrases[None]  # beside a date or a time: "I will come"
    statements: StatementWords
    and_words: frozenset[str]
    currencies: Mapping[str, str]  # codes, and names that numbers/currencies.py knows: "dollar"
    cents: Mapping[str, str]  # names of hundredths that it knows
    money: frozenset[str]  # words of a question to which an amount of money is the answer
    past: frozenset[str]  # "it was 4" answers a question for what was
    judging: Phrases[None]  # behind one of two values, of which it takes none: "4 ist besser, 5 wäre super"
    how_many: Phrases[None]  # words of a question to which a count is the answer
    stars: frozenset[str]
    out_of: Phrases[None]


def words(text: str) -> frozenset[str]:
    """Return the words of `text`, in the readers' normal form."""
    return frozenset(unaccented(word) for word in text.split())


def phrases(text: str) -> Phrases[None]:
    """Return the phrases of `text`, which commas separate."""
    return Phrases(dict.fromkeys(phrase(each) for each in text.split(",")))


@lru_cache(maxsize=64)
def singles(names: frozenset[str]) -> Phrases[None]:
    """Return words as phrases of one word."""
    return Phrases(dict.fromkeys((name,) for name in names))


def elided(text: str) -> str:
    """Return French `text` as its tokens are: "s'il" is "s' il"."""
    return ELISION.sub(r"\g<0> ", text)


def phrase(text: str) -> Phrase:
    return tuple(unaccented(word) for word in text.split())


def table(entries: Mapping[str, T]) -> Phrases[T]:
    """Return a table by phrase; a key holds several phrases, which commas separate."""
    return Phrases({phrase(each): value for key, value in entries.items() for each in key.split(",")})


def word_table(entries: Mapping[str, T]) -> dict[str, T]:
    """Return a table by word; a key holds several words."""
    return {unaccented(word): value for key, value in entries.items() for word in key.split()}


def units(entries: Mapping[Unit, str]) -> dict[str, Unit]:
    """Return the unit that each word names."""
    return {unaccented(word): unit for unit, names in entries.items() for word in names.split()}


def numbered(names: str, first: int) -> dict[str, int]:
    """Number groups of names; the names of one group are separated by a vertical bar."""
    groups = enumerate(names.split(), first)
    return {unaccented(name): number for number, group in groups for name in group.split("|")}


def pieces(
    *, units: str, teens: str, tens: str, hundred: str = "", hundreds: str = "", scales: Mapping[str, int], joins: str
) -> dict[str, Piece]:
    """Return the pieces of numbers. `units` begin at 0, `teens` at 10, `tens` at 20, `hundreds` at 100."""
    found: dict[str, Piece] = {}
    for kind, names, first, step in (("unit", units, 0, 1), ("teen", teens, 10, 1), ("tens", tens, 2, 10)):
        for name, number in numbered(names, first).items():
            found[name] = Piece(kind, number * step)  # type: ignore[arg-type]
    for name, number in numbered(hundreds, 1).items():
        found[name] = Piece("hundreds", number * 100)
    found |= {name: Piece("hundred", 100) for name in words(hundred)}
    found |= {name: Piece("scale", value) for name, value in word_table(scales).items()}
    found |= {name: Piece("and") for name in words(joins)}
    return found


def compound_of(known: Iterable[str]) -> re.Pattern[str]:
    """Return what matches one piece at the beginning of a word, the longest one first."""
    return re.compile("|".join(sorted(map(re.escape, known), key=len, reverse=True)))
