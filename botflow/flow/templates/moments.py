"""Dates, times and moments in templates: how they are read, and moved by a time such as `-1d`.

A date is `2026-11-27`, a time `19:30`, a moment both, in ISO 8601. A moment without an offset is what a clock in the
person's zone shows. Moments that are made here have an offset, so that an hour that comes twice stays clear.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from botflow.errors import did_you_mean

LONGEST_SHIFT_YEARS = 100
_LONGEST_VALUE = 40  # characters of a date and time with a fraction and an offset
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:.*")
_SHIFT = re.compile(r"\s*([+-]?)\s*((?:[0-9]{1,10}\s*[A-Za-z]{1,10}\s*){1,6})")
_PART = re.compile(r"([0-9]+)\s*([A-Za-z]+)")
_NAMES = {
    "s": ("s", "second", "seconds"),
    "m": ("m", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "months": ("month", "months"),
    "years": ("year", "years"),
}
_UNITS = {name: unit for unit, names in _NAMES.items() for name in names}
_SECONDS = {"s": 1, "m": 60, "h": 3_600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"months": 1, "years": 12}


@dataclass(frozen=True, slots=True)
class Shift:
    """A way through the calendar (months first, then days), then seconds of elapsed time."""

    months: int = 0
    days: int = 0
    seconds: int = 0


def read_value(written: object) -> date | time | datetime:
    """Return the date, time or moment that a value is; ValueError when it is none of them."""
    text = written.strip() if isinstance(written, str) else ""
    if len(text) <= _LONGEST_VALUE:
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
            if clock := _CLOCK.fullmatch(text):
                return time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
            if _MOMENT.fullmatch(text):
                return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(
        f"{shown(written)} is neither a date such as 2026-11-27, nor a time such as 19:30, "
        "nor both such as 2026-11-27T19:30"
    )


def is_kind(written: object, kind: type[date | time]) -> bool:
    """Say whether a value is a date, or a time, or with `datetime` a moment, and nothing else."""
    try:
        return type(read_value(written)) is kind
    except ValueError:
        return False


def read_clock(written: object) -> time:
    """Return a time of day; ValueError when the value is not one."""
    clock = _CLOCK.fullmatch(written.strip()) if isinstance(written, str) and len(written) <= _LONGEST_VALUE else None
    if clock is None:
        raise ValueError(f"{shown(written)} is no time of day; write one as 09:00")
    return time(int(clock[1]), int(clock[2]), int(clock[3] or 0))


def read_shift(written: object) -> Shift:
    """Return how far to move; ValueError when it cannot be read, or is too far."""
    found = _SHIFT.fullmatch(written) if isinstance(written, str) and len(written) <= 80 else None
    if found is None:
        raise ValueError(f'{shown(written)} says not how far to move; write it as "-1d", "2h 30m" or "1 month"')
    sign = -1 if found[1] == "-" else 1
    months = days = seconds = 0
    for count, word in _PART.findall(found[2]):
        unit = _UNITS.get(word)
        if unit is None:
            known = "the units are s, m (minutes), h, d, w, months and years"
            raise ValueError(f"there is no unit {word!r}: {did_you_mean(word.lower(), _UNITS, known, likeness=0.75)}")
        number = sign * int(count)
        seconds += number * _SECONDS.get(unit, 0)
        days += number * _DAYS.get(unit, 0)
        months += number * _MONTHS.get(unit, 0)
    if abs(months) / 12 + (abs(days) + abs(seconds) / 86_400) / 366 > LONGEST_SHIFT_YEARS:
        raise ValueError(f"{shown(written)} is more than {LONGEST_SHIFT_YEARS} years")
    return Shift(months, days, seconds)


def shifted(value: date | time | datetime, by: Shift, zone: ZoneInfo) -> date | time | datetime:
    """Return `value`, moved. A date moves by days and longer units, a time of day by hours and shorter ones, past
    midnight to the other end of the day; a moment by both. ValueError when a unit does not fit, or the year."""
    if isinstance(value, time):
        if by.months or by.days:
            raise ValueError(f"a time of day such as {clock_text(value)} moves by h, m and s only")
        return (datetime.combine(date(2000, 1, 1), value) + timedelta(seconds=by.seconds % 86_400)).time()
    try:
        if isinstance(value, datetime):
            return _shifted_moment(in_zone(value, zone), by, zone)
        if by.seconds:
            raise ValueError(f'the date {value} has no time of day: give it one before, as in at("09:00")')
        return _shifted_day(value, by)
    except OverflowError:
        raise ValueError("the date is beyond the years 1 to 9999") from None


def at_clock(value: date | time | datetime, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment of that day when a clock in `zone` shows `clock`; ValueError when `value` has no day."""
    if isinstance(value, time):
        raise ValueError(f"{clock_text(value)} is a time of day: at() needs a date before it")
    day = in_zone(value, zone).date() if isinstance(value, datetime) else value
    return _in_years(lambda: wall_moment(day, clock, zone).astimezone(zone))


def wall_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, when a clock in `zone` shows this: the first one if there are two. If the clock skips
    it, the moment is later by the length of the gap: 02:30 becomes 03:30."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment by the clock of `zone`; without an offset it is what that clock shows."""
    if moment.tzinfo is None:
        moment = _in_years(lambda: wall_moment(moment.date(), moment.time(), zone))
    return _in_years(lambda: moment.astimezone(zone))


def text_of(value: date | time | datetime) -> str:
    """Return a value as templates and variables hold it: moments to the second, with their offset."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, date) else clock_text(value)


def clock_text(value: time) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def shown(written: object) -> str:
    """Return a value as an error shows it."""
    return repr(written if not isinstance(written, str) or len(written) <= 60 else written[:57] + "...")[:80]


def _shifted_moment(moment: datetime, by: Shift, zone: ZoneInfo) -> datetime:
    if by.months or by.days:  # the clock shows the same; only then may the result be another of two equal times
        moment = wall_moment(_shifted_day(moment.date(), by), moment.time(), zone)
    return (moment.astimezone(UTC) + timedelta(seconds=by.seconds)).astimezone(zone)


def _shifted_day(day: date, by: Shift) -> date:
    months = day.year * 12 + day.month - 1 + by.months
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=by.days)


def _in_years(compute: Callable[[], datetime]) -> datetime:
    try:
        return compute()
    except OverflowError:
        raise ValueError("the date is beyond the years 1 to 9999") from None
