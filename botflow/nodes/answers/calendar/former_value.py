"""A day or a time that corrects a former one: "at 8" after 7 pm, "the 21st" after 20 April, "a week later".

What the correction leaves out is as it was. Where that is not sure, None is returned, and the person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from botflow.nodes.answers.accounting import Match, longest
from botflow.nodes.answers.calendar.calendar_days import Day, moved, seconds_of
from botflow.nodes.answers.calendar.clock_grammar import Clock, time_of
from botflow.nodes.answers.calendar.span_grammar import parts_at
from botflow.nodes.answers.lexicons.lexicon import DayPart, Lexicon, Unit
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token

_HALF, _DAY = 12 * 60, 24 * 60  # minutes
_FARTHEST = 4 * 60  # from one time to the one that corrects it; the same hour of the other half may be as near
_COMING = 7  # days, of which a weekday alone names one
_OF_CLOCK: frozenset[Unit] = frozenset(("second", "minute", "hour"))


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a value is moved: "a week later", with `sign` -1 for "2 hours earlier"."""

    sign: int
    parts: tuple[tuple[Number, Unit], ...]

    @property
    def is_of_clock(self) -> bool:
        """Say whether it moves a time of day; one of days moves a day."""
        return {unit for _, unit in self.parts} <= _OF_CLOCK


def shift_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[Shift] | None:
    """Read "a week later" and "2 hours earlier"."""
    parts = parts_at(tokens, at, lexicon)
    if parts is None:
        return None
    for words, sign in ((lexicon.calendar.later, 1), (lexicon.calendar.earlier, -1)):
        if length := longest(tokens, parts.end, words):
            return Match(Shift(sign, parts.value), parts.end + length)
    return None


def moved_moment(former: datetime, shift: Shift) -> datetime | None:
    """Return a moment moved by days and by hours, on the same clock; None beyond the calendar, and for half days."""
    of_days = [(count, unit) for count, unit in shift.parts if unit not in _OF_CLOCK]
    if not all(isinstance(count, int) for count, _ in of_days):
        return None
    day = moved(former.date(), tuple((int(count), unit) for count, unit in of_days), shift.sign)
    seconds = seconds_of([(float(count), unit) for count, unit in shift.parts if unit in _OF_CLOCK])
    if day is None or seconds % 60:
        return None
    try:
        return datetime.combine(day, former.time()) + shift.sign * timedelta(seconds=seconds)
    except OverflowError:
        return None


def moved_time(former: str, shift: Shift) -> str | None:
    """Return HH:MM of a time moved within its day."""
    then = datetime.fromisoformat(f"2024-01-01T{former}")
    there = moved_moment(then, shift) if shift.is_of_clock else None
    return f"{there:%H:%M}" if there is not None and there.date() == then.date() else None


def moved_day(former: date, shift: Shift) -> date | None:
    there = None if shift.is_of_clock else moved_moment(datetime.combine(former, datetime.min.time()), shift)
    return there.date() if there is not None else None


def time_after(former: str, clock: Clock, parts: Sequence[DayPart], tokens: Sequence[Token]) -> str | None:
    """Return HH:MM of a time that replaces the time `former`: without its half of the day it keeps the former one's."""
    if parts or not lacks_half(clock, tokens):
        return time_of(clock, parts)
    minutes = in_half_of(former, clock.minutes)
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def lacks_half(clock: Clock, tokens: Sequence[Token]) -> bool:
    """Say whether a time may be in either half of the day: 8, 8:30; not 8 pm, noon, 20:00, 08:00."""
    is_whole = any(token.kind == "digits" and token.text.startswith("0") and not token.glued for token in tokens)
    return clock.part is None and not clock.is_named and not is_whole and 60 <= clock.minutes < 13 * 60


def in_half_of(former: str, minutes: int) -> int | None:
    """Return the minute of the day in the half of the time `former`, if it is near that. Noon is in both halves."""
    then = int(former[:2]) * 60 + int(former[3:5])
    nearer = min((minutes % _HALF, minutes % _HALF + _HALF), key=lambda each: _distance(then, each))
    is_same_half = nearer // _HALF == then // _HALF or _HALF <= nearer < _HALF + 60
    return nearer if is_same_half and _distance(then, nearer) <= _FARTHEST else None


def day_after(former: date, day: Day, today: date, *, past: bool) -> Day:
    """Return a day with the month, and the year, that the day `former` has and that it lacks itself. A year that the
    former one has by itself is kept, one that is only the next is not: "3 January" after 20 December."""
    if day.month_ahead is not None or day.year is not None:
        return day
    if day.month is None:
        return replace(day, month=former.month, year=former.year)
    is_next = Day(former.day, former.month).seen_from(today, past=past) == former
    return day if is_next else replace(day, year=former.year)


def is_of_coming_week(former: date, today: date) -> bool:
    """Say whether a weekday alone means the same after this day as without it."""
    return abs((former - today).days) <= _COMING


def _distance(one: int, other: int) -> int:
    apart = abs(one - other)
    return min(apart, _DAY - apart)
