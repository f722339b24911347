"""Weekdays counted in a month, in tokens: "the first Monday of December", "the last day of the month"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from botflow.nodes.answers.accounting import Match, looked_up
from botflow.nodes.answers.calendar.calendar_days import days_in, month_after
from botflow.nodes.answers.calendar.day_grammar import past_marks, year_behind
from botflow.nodes.answers.lexicons.lexicon import CalendarWords
from botflow.nodes.answers.tokens import Token

_LAST = -1
_MOST_ARTICLES = 2  # "am", "am letzten"
_SHORTEST = 3  # letters of a weekday's name: "so" is more often another word


def nth_in_month(
    tokens: Sequence[Token], at: int, words: CalendarWords, today: date, *, past: bool
) -> Match[date] | None:
    """Return the weekday of a month that begins at `at`: without a year the next one, with `past` the last one."""
    start = at
    while start < len(tokens) and start < at + _MOST_ARTICLES and tokens[start].text in words.before_day:
        start += 1
    nth = _nth_at(tokens, start, words)
    if nth is None or nth.end >= len(tokens):
        return None
    weekday = words.weekdays.get(tokens[nth.end].text) if len(tokens[nth.end].text) >= _SHORTEST else None
    is_last_day = nth.value == _LAST and words.units.get(tokens[nth.end].text) == "day"
    if weekday is None and not is_last_day:
        return None
    return _of_relative_month(tokens, nth.end + 1, words, today, weekday, nth.value) or _of_named_month(
        tokens, nth.end + 1, words, today, weekday, nth.value, past=past
    )


def _nth_at(tokens: Sequence[Token], at: int, words: CalendarWords) -> Match[int] | None:
    found = looked_up(tokens, at, words.nth)
    if found is not None or at + 1 >= len(tokens) or tokens[at].kind != "digits":
        return found
    is_ordinal = tokens[at + 1].glued and (tokens[at + 1].text == "." or tokens[at + 1].text in words.ordinal_ends)
    return Match(int(tokens[at].text), at + 2) if is_ordinal and tokens[at].text in "12345" else None


def _of_relative_month(
    tokens: Sequence[Token], at: int, words: CalendarWords, today: date, weekday: int | None, nth: int
) -> Match[date] | None:
    """Read "of the month", "of next month"; a day of this month that is over is none."""
    month = looked_up(tokens, at, words.this_month)
    month = month or looked_up(tokens, past_marks(tokens, at, "", words.of), words.this_month)
    found = _day(*month_after(today, month.value), weekday, nth) if month is not None else None
    return Match(found, month.end) if month is not None and found is not None and found >= today else None


def _of_named_month(
    tokens: Sequence[Token],
    at: int,
    words: CalendarWords,
    today: date,
    weekday: int | None,
    nth: int,
    *,
    past: bool,
) -> Match[date] | None:
    place = past_marks(tokens, at, "", words.of)
    month = words.months.get(tokens[place].text) if place < len(tokens) else None
    if month is None:
        return None
    year = year_behind(tokens, place + 1, words, today)
    if year is not None:
        found = _day(year.value, month, weekday, nth)
        return None if found is None else Match(found, year.end)
    found = _day(today.year, month, weekday, nth)
    if found is None:
        return None
    if past and found > today:
        found = _day(today.year - 1, month, weekday, nth)
    elif not past and found < today:
        found = _day(today.year + 1, month, weekday, nth)
    return None if found is None else Match(found, place + 1)


def _day(year: int, month: int, weekday: int | None, nth: int) -> date | None:
    """Return the nth such weekday of the month, or its last day; None for a fifth one that it does not have."""
    last = date(year, month, days_in(year, month))
    if nth == _LAST:
        return last if weekday is None else last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = 1 + ((weekday or 0) - first.weekday()) % 7 + 7 * (nth - 1)
    return date(year, month, day) if day <= last.day else None
