"""Times of day, as HH:MM on the 24-hour clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import takewhile

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.accounting import Harmless, Match, Said, length_of_count, longest, only_value
from botflow.nodes.answers.beginnings import may_begin_number
from botflow.nodes.answers.calendar.clock_grammar import Clock, ClockGrammar, time_of
from botflow.nodes.answers.calendar.date_grammar import DateGrammar
from botflow.nodes.answers.calendar.former_value import in_half_of, lacks_half, moved_time, shift_at, time_after
from botflow.nodes.answers.calendar.question_of_days import is_told_of_past
from botflow.nodes.answers.calendar.statements import is_about_own_day, words_beside_days
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import DayPart, Lexicon
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.spelling import corrected
from botflow.nodes.answers.tokens import Token, tokenize

_ASKING = frozenset("?¿")
_ANY_DAY = date(2024, 1, 1)  # a leap year: whatever day it is, only the words are of interest


def read_time(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one time of day, as HH:MM on the 24-hour clock."""
    value = find_time(inbound.text, language, expectation.question, former=expectation.former)
    if value is None:
        return Refused("not_a_time")
    if isinstance(expectation.least, str) and value < expectation.least:
        return Refused("too_early")
    return Refused("too_late") if isinstance(expectation.most, str) and value > expectation.most else Accepted(value)


def find_time(text: str, language: str, question: str = "", *, former: str | None = None) -> str | None:
    """Return the time of day that `text` names; None without one, with several, or with a word that may change it.

    A day beside it is no part of it: "tomorrow at 7 pm" is 19:00. Where it replaces the time `former`, "an hour later"
    is counted from that, and 8 is in its half of the day.
    """
    lexicon = lexicon_of(language)
    tokens = corrected(tokenize(text, elides=lexicon.elides), lexicon)
    if is_told_of_past(tokens, question, lexicon) or is_about_own_day(tokens, question, lexicon):
        return None
    said = _Times(lexicon, question)
    if former is not None:
        shift = only_value(tokens, partial(shift_at, lexicon=lexicon), said.skip, lexicon)
        if shift is not None:
            return moved_time(former, shift)
        said.parts.clear()
    found = only_value(tokens, said.clock, said.skip, lexicon, _amended)
    if found is None or (not found.is_clear and said.may_count(tokens)):
        return None
    return time_of(found, said.parts) if former is None else time_after(former, found, said.parts, tokens)


def _amended(former: Said[Clock], second: Said[Clock]) -> Clock | None:
    """Return what "7 pm, no wait, 8" means: a time without its half of the day keeps the other one's."""
    first = time_of(former.value, ())
    if first is None or lacks_half(former.value, former.tokens) or not lacks_half(second.value, second.tokens):
        return second.value
    minutes = in_half_of(first, second.value.minutes)
    return None if minutes is None else replace(second.value, minutes=minutes)


class _Times:
    """Reads the times of one text, and collects the parts of the day that stand apart from them."""

    def __init__(self, lexicon: Lexicon, question: str) -> None:
        self.parts: list[DayPart] = []
        self._articles = lexicon.calendar.one
        beside = words_beside_days(question, lexicon.language)
        self._harmless = Harmless(lexicon, beside, question=question, marks=_ASKING, names=True)
        self._lexicon = lexicon
        self._clocks = ClockGrammar(lexicon)
        self._dates = DateGrammar(lexicon, _ANY_DAY, numeric=False)
        self._numbers = NumberGrammar(lexicon)

    def clock(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        """Return the time that begins at `at`; not the number of a day, of people, or an article."""
        clock = self._clocks(tokens, at)
        if clock is None:
            return None
        day = self._dates(tokens, at)
        if day is not None and day.end > clock.end:
            return None
        if clock.value.is_clear:
            return clock
        is_article = tokens[at].text in self._articles and len(tokens) > 1
        is_its_number = at > 0 and tokens[at - 1].text in self._lexicon.holders  # table 7
        return None if is_article or is_its_number or self._count(tokens, at) else clock

    def skip(self, tokens: Sequence[Token], at: int) -> int:
        day, part = self._dates(tokens, at), self._clocks.part_at(tokens, at)
        length = max(self._harmless(tokens, at), day.end - at if day else 0, self._count(tokens, at))
        if part is None or part.end - at < length:
            return length
        self.parts.append(part.value)
        return part.end - at

    def may_count(self, tokens: Sequence[Token]) -> bool:
        """Say whether a bare number may be one of people: "we are 4", "for 4"; not "7 works for me"."""
        is_number = (may_begin_number(token, self._lexicon) for token in tokens)
        before = takewhile(lambda each: not each[1], zip(tokens, is_number, strict=True))
        return any(token.text in self._lexicon.counting for token, _ in before)

    def _count(self, tokens: Sequence[Token], at: int) -> int:
        return length_of_count(tokens, at, self._numbers, self._lexicon)


def length_of_time(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int:
    """Return how many tokens a time of day takes that begins at `at` and is surely one, 0 if none does."""
    grammar = ClockGrammar(lexicon)
    found = grammar(tokens, at)
    if found is not None and found.value.is_clear:
        return found.end - at
    part = grammar.part_at(tokens, at)
    return part.end - at if part else 0


def length_of_hours(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int:
    """Return how many tokens hours take that begin at `at`: "after 6 pm", "between 2 and 4 pm". Behind a day they say
    nothing of it."""
    start = at + longest(tokens, at, lexicon.clock.bounds)
    clocks = ClockGrammar(lexicon)
    first = clocks(tokens, start) if at < start < len(tokens) else None
    if first is None:
        return 0
    to = first.end + longest(tokens, first.end, lexicon.clock.joining)
    last = clocks(tokens, to) if first.end < to < len(tokens) else None
    if last is not None and (first.value.is_clear or last.value.is_clear):
        return last.end - at
    return first.end - at if first.value.is_clear else 0
