"""The dates of days that have a name: Christmas Day, Easter Monday, the fourth Thursday of November. No words, no
clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from botflow.nodes.answers.lexicons.lexicon import Feast


def next_feast(feasts: Sequence[Feast], country: str, today: date, year: int | None, *, past: bool) -> date | None:
    """Return the next such day, or with `past` the last one; with `year` that of it. None where it is none in
    `country`."""
    here = [feast for feast in feasts if not feast.countries or country in feast.countries]
    if not here:
        return None
    if year is not None:
        return _in_year(here[0], year)
    days = [_in_year(here[0], today.year + years) for years in (-1, 0, 1)]
    return max(day for day in days if day <= today) if past else min(day for day in days if day >= today)


def _in_year(feast: Feast, year: int) -> date:
    if feast.month is None:
        return easter(year) + timedelta(days=feast.day)
    day = date(year, feast.month, feast.day)
    return day if feast.weekday is None else day + timedelta(days=(feast.weekday - day.weekday()) % 7)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, golden = year // 100, year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 100 % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
