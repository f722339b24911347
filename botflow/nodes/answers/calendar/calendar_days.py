"""Days of the calendar, counted from the day on which somebody writes. No words, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from botflow.nodes.answers.lexicons.lexicon import Order, Unit

_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_SOON = 62  # days; a weekday and a day of the month that meet later than that are more likely an error
Span = tuple[tuple[int, Unit], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it was written: without a month it is the next such day, without a year the next such date."""

    day: int
    month: int | None = None
    year: int | None = None
    month_ahead: int | None = None  # 0 for "of this month"

    def seen_from(self, today: date, weekday: int | None = None, *, past: bool = False) -> date | None:
        """Return the date, the next such day or with `past` the last one; None when there is no such day, or when it is
        not the weekday that was said."""
        found = self._last_such_day(today) if past and self._is_open else self._found(today, weekday)
        return found if found is not None and (weekday is None or found.weekday() == weekday) else None

    @property
    def _is_open(self) -> bool:
        return self.month_ahead is None and (self.month is None or self.year is None)

    def _last_such_day(self, today: date) -> date | None:
        for back in range(9 * 12 if self.month else 13):
            year, month = month_after(today, -back)
            found = day_or_none(year, month, self.day) if self.month in (None, month) else None
            if found is not None and found <= today:
                return found
        return None

    def _found(self, today: date, weekday: int | None) -> date | None:
        if self.month_ahead is not None:
            return day_or_none(*month_after(today, self.month_ahead), self.day)
        if self.month is None:
            return self._next_such_day(today, weekday)
        if self.year is not None:
            return day_or_none(self.year, self.month, self.day)
        for year in range(today.year, today.year + 9):  # 29 February may be eight years away
            found = day_or_none(year, self.month, self.day)
            if found is not None and found >= today:
                return found
        return None

    def _next_such_day(self, today: date, weekday: int | None) -> date | None:
        for ahead in range(13):
            found = day_or_none(*month_after(today, ahead), self.day)
            if found is None or found < today:
                continue
            if weekday is None or found.weekday() == weekday:
                return found if weekday is None or (found - today).days <= _SOON else None
        return None


def day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_after(today: date, months: int) -> tuple[int, int]:
    """Return the year and the month that is `months` after today's."""
    month = today.month - 1 + months
    return today.year + month // 12, month % 12 + 1


def full_year(year: int, today: date) -> int:
    """Return the year that two digits mean: at most twenty years ahead, else of the century before."""
    full = today.year // 100 * 100 + year
    return full if full <= today.year + 20 else full - 100


def moved(day: date, span: Span, sign: int = 1) -> date | None:
    """Return `day` moved by the span's days, weeks, months and years; None beyond the calendar, or with hours in it."""
    for count, unit in span:
        try:
            if unit in _DAYS:
                day += timedelta(days=sign * count * _DAYS[unit])
            elif unit in ("month", "year"):
                year, month = month_after(day, sign * count * (12 if unit == "year" else 1))
                day = date(year, month, min(day.day, days_in(year, month)))
            else:
                return None
        except (ValueError, OverflowError):
            return None
    return day


def days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def upcoming(weekday: int, today: date) -> date:
    """Return the first such day after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def in_week(weekday: int, today: date, weeks: int) -> date:
    """Return the day of the week that is `weeks` after this one; a week begins on Monday."""
    return today + timedelta(days=7 * weeks - today.weekday() + weekday)


def ordered_weekday(weekday: int, today: date, order: Order | None, *, past: bool = False) -> date | None:
    """Return the weekday that an order names; None where people do not agree which one it is.

    "Next Friday", said on a Wednesday, is in two days to some and in nine to others, and "last Monday" likewise.
    """
    coming, before = upcoming(weekday, today), upcoming(weekday, today) - timedelta(days=7)
    if before == today:
        before -= timedelta(days=7)
    match order:
        case None if past:
            return None if weekday == today.weekday() else before  # today, or a week ago
        case None | "coming":
            return coming
        case "this":
            this = in_week(weekday, today, 0)
            return this if this >= today else None
        case "next":
            return coming if coming == in_week(weekday, today, 1) else None
        case "last":
            return before if before == in_week(weekday, today, -1) else None
        case "past":
            return before
        case "after_next":
            return coming + timedelta(days=7) if coming == in_week(weekday, today, 1) else None


def weekday_in(weekday: int, today: date, span: Span) -> date | None:
    """Return "Friday in two weeks" when both ways to count agree: from the coming Friday, and by calendar weeks."""
    weeks = sum(count * (2 if unit == "fortnight" else 1) for count, unit in span if unit in ("week", "fortnight"))
    if len([unit for _, unit in span if unit not in ("week", "fortnight")]):
        there = moved(today, span)
        return there if there is not None and there.weekday() == weekday else None
    if not 0 < weeks < 1000:
        return None
    counted = upcoming(weekday, today) + timedelta(days=7 * weeks)
    in_calendar = in_week(weekday, today, weeks)
    if in_calendar == counted or today.weekday() == weekday:
        return in_calendar
    return None


def seconds_of(span: Sequence[tuple[float, Unit]]) -> float:
    """Return the seconds of a span; a month counts 30 days and a year 365."""
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400, "fortnight": 14 * 86400}
    seconds |= {"month": 30 * 86400, "year": 365 * 86400}
    return sum(count * seconds[unit] for count, unit in span)
