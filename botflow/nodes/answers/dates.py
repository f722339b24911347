"""Dates: numbers in the region's order, month names, weekdays, relative words; relative to when the person wrote."""

from __future__ import annotations

import re
from datetime import date, timedelta

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import fold
from botflow.languages import LANGUAGES, base_language, country_in
from botflow.nodes.answers.calendar_words import CALENDARS, Calendar
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.numbers import spelled_out

_LONGEST = 80
_ISO = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")
_NUMERIC = re.compile(r"(?<![0-9])([0-9]{1,2})\s?([./-])\s?([0-9]{1,2})(?:\s?\2\s?([0-9]{4}|[0-9]{2})?)?(?![0-9])")
_DAY_ALONE = re.compile(r"(?:the |on the |am |den |el |le )?([0-9]{1,2})(?:st|nd|rd|th|\.)")
_MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "VI", "PH"})


def read_date(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one date, as YYYY-MM-DD; a day without a year is the next such day."""
    found = find_date(inbound.text, inbound.received_at.date(), language, region)
    if found is None:
        return Refused("not_a_date")
    value = found.isoformat()
    if isinstance(expectation.least, str) and value < expectation.least:
        return Refused("too_early")
    return Refused("too_late") if isinstance(expectation.most, str) and value > expectation.most else Accepted(value)


def find_date(text: str, today: date, language: str, region: str | None) -> date | None:
    """Return the date that `text` names, seen from `today`; None when it names no date, or one that does not exist."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    country = (region or country_in(language)).upper()
    calendar = CALENDARS.get(base_language(language))
    try:
        found = _numeric(text, today, base_language(language), country)
        if found is None and calendar is not None:
            found = _named(text, today, language, calendar)
    except (ValueError, OverflowError):  # the thirtieth of February
        return None
    if found or (found := _by_library(text, today, language)) or base_language(language) in LANGUAGES:
        return found
    return find_date(text, today, "en", country or None)  # the sentences of such a language are English ones


def _numeric(text: str, today: date, tongue: str, country: str) -> date | None:
    if iso := _ISO.search(text):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    if not (found := _NUMERIC.search(text)):
        alone = _DAY_ALONE.fullmatch(text.casefold())
        return _next_day_of_month(int(alone[1]), today) if alone else None
    first, second = int(found[1]), int(found[3])
    months_first = found[2] == "/" and (country in _MONTH_FIRST_REGIONS or (tongue == "en" and not country))
    day, month = (second, first) if months_first else (first, second)
    if month > 12 >= day:
        day, month = month, day
    return _dated(day, month, found[4], today)


def _named(text: str, today: date, language: str, calendar: Calendar) -> date | None:
    """Read month names, weekdays and relative words; `text` is compared folded, its number words as digits."""
    folded = fold(spelled_out(text, language))
    words = folded.split(" ")
    months = [(at, calendar.months[word[:4]]) for at, word in enumerate(words) if word[:4] in calendar.months]
    if months and (found := _around(words, months[0][0])):
        return _dated(found[0], months[0][1], found[1], today)
    # "Freitag morgen" is a Friday, so weekdays go before "morgen"; "mar" and "di" may be other words.
    weekdays = {
        calendar.weekdays[word] for word in words if word in calendar.weekdays and (len(word) > 3 or len(words) < 3)
    }
    if weekdays:
        return _weekday(weekdays.pop(), folded, today, calendar) if len(weekdays) == 1 else None
    if ahead := calendar.ahead.search(folded):
        return _ahead(ahead["count"], ahead["unit"], today, calendar)
    for phrase, days in calendar.relative_days:
        if f" {phrase} " in f" {folded} ":
            return today + timedelta(days=days)
    return None


def _around(words: list[str], at: int) -> tuple[int, str | None] | None:
    """Return the day and the year beside a month's name: 12 March 2027, March 12th, 3 de marzo."""
    numbers = [(place, found) for place, word in enumerate(words) if (found := re.match(r"[0-9]+", word))]
    days = [int(found[0]) for place, found in numbers if len(found[0]) <= 2 and abs(place - at) <= 2]
    years = [found[0] for _, found in numbers if len(found[0]) == 4]
    return (days[0], years[0] if years else None) if len(days) == 1 and len(years) <= 1 else None


def _ahead(count: str, unit: str, today: date, calendar: Calendar) -> date:
    number = int(count) if count.isdecimal() else 1
    kind = calendar.units[unit]
    if kind == "month":
        month = today.month - 1 + number
        year, month = today.year + month // 12, month % 12 + 1
        return date(year, month, min(today.day, _days_in(year, month)))
    if kind == "year":
        return date(today.year + number, today.month, min(today.day, _days_in(today.year + number, today.month)))
    return today + timedelta(days=number * (7 if kind == "week" else 1))


def _weekday(weekday: int, folded: str, today: date, calendar: Calendar) -> date:
    """Return the first such day after today, or that of next week when the text says so."""
    if any(phrase in folded for phrase in calendar.next_week):
        return today + timedelta(days=7 - today.weekday() + weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _dated(day: int, month: int, year: str | None, today: date) -> date:
    if year is None:
        this_year = today.year
        for candidate in range(this_year, this_year + 9):  # 29 February may be eight years away
            if day <= _days_in(candidate, month) and date(candidate, month, day) >= today:
                return date(candidate, month, day)
        raise ValueError("no such day")
    if len(year) == 2:
        century = today.year // 100 * 100
        full = century + int(year)
        return date(full if full <= today.year + 20 else full - 100, month, day)
    return date(int(year), month, day)


def _next_day_of_month(day: int, today: date) -> date:
    for month in range(today.month, today.month + 13):
        year, month_of_year = today.year + (month - 1) // 12, (month - 1) % 12 + 1
        if day <= _days_in(year, month_of_year) and date(year, month_of_year, day) >= today:
            return date(year, month_of_year, day)
    raise ValueError("no such day")


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _by_library(text: str, today: date, language: str) -> date | None:
    """Ask dateparser, for languages and phrases that are not covered here.

    It takes "no" and "12" for dates, so a day and a month must both be there; it reads the clock and the machine's
    time zone unless it is told both.
    """
    if sum(character.isalpha() for character in text) < 3:
        return None
    try:
        from dateparser import parse
    except ImportError:
        return None
    from datetime import datetime, time

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = parse(text, languages=[base_language(language)], settings=settings)
    except (ValueError, OverflowError):  # no such language, or a year beyond the calendar
        return None
    return found.date() if found else None
