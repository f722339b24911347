"""When a campaign's conversation with a person is due: so long before or after a date of theirs, on their own clock.

Pure, so that the server and the simulator follow the same rule. A date in a contact is found by its text, so this also
says between which texts the dates are that can be due in a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from botflow.values import value

DAY = timedelta(days=1)
# Between the clocks that are furthest ahead (+14 h) and furthest behind (-12 h) of UTC.
AHEAD, BEHIND = timedelta(hours=14), timedelta(hours=12)


@value(frozen=True, slots=True, kw_only=True)
class CampaignRule:
    """A date or moment in the contact's `field`, and when a conversation is due because of it.

    `offset_s` is negative before it. `at` is the time of day, None for the time of the moment itself. `yearly` takes
    the day of each later year.
    """

    field: str
    type: Literal["date", "datetime"]
    offset_s: float = 0.0
    at: time | None = None
    yearly: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what decides about the moments, to compare it with what a later version says."""
        at = self.at.isoformat() if self.at is not None else None
        return {
            "field": self.field,
            "type": self.type,
            "offset": self.offset_s,
            "at": at,
            "yearly": self.yearly,
        }


class Occasion(NamedTuple):
    """One time that a conversation is due: `name` is the same however the time zone or the offset changes, `date` is
    the day that the person thinks of."""

    name: str
    due_at: datetime
    date: date


def occasions(rule: CampaignRule, stored: object, zone: ZoneInfo, first: datetime, last: datetime) -> list[Occasion]:
    """Return the occasions of a stored value that are due from `first` to `last`, both included; none for a value that
    is no date."""
    try:
        found = list(_occasions(rule, str(stored), zone, first, last))
    except (ValueError, OverflowError):  # a text from before the field was declared a date, or the end of the calendar
        return []
    return [each for each in found if first <= each.due_at <= last]


def latest(rule: CampaignRule, due: Occasion, zone: ZoneInfo, late_s: float) -> datetime:
    """Return until when a conversation may start: not on the next day for a time of day, so never deep in a night that
    the author did not name, and not once the moment that it announces has come."""
    until = due.due_at + timedelta(seconds=late_s)
    if rule.at is not None:
        day = due.due_at.astimezone(zone).date()
        until = min(until, _by_the_clock(day + DAY, time(), zone) - timedelta(seconds=1))
    elif rule.offset_s < 0:
        until = min(until, due.due_at - timedelta(seconds=rule.offset_s))
    return until


def texts_between(rule: CampaignRule, first: datetime, last: datetime, oldest: str) -> Iterator[tuple[str, str]]:
    """Yield the ranges of stored texts, in small letters, whose occasions may be due from `first` to `last` in some
    time zone: from the first text of a pair on, up to the second. A yearly rule has one for each year back to that of
    the `oldest` text."""
    offset = timedelta(seconds=rule.offset_s)
    margin = DAY if rule.type == "datetime" else timedelta(0)  # the day in UTC and the person's may differ
    begin = (first - BEHIND - offset - margin).date()
    end = (last + AHEAD - offset + margin).date() + DAY
    years = begin.year - int(oldest[:4]) if rule.yearly and oldest[:4].isdecimal() else 0
    for back in range(max(0, years) + 1):
        yield _text(begin, back), _text(end, back)


def _text(day: date, back: int) -> str:
    """Return the day so many years earlier as a text, also where that year has no such day: it is only compared. The
    end of a range is the day after it, so 29 February is in that of the 28th."""
    return f"{day.year - back:04}-{day.month:02}-{day.day:02}"


def _occasions(rule: CampaignRule, stored: str, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Occasion]:
    offset = timedelta(seconds=rule.offset_s)
    if rule.type == "date":
        for day in _days(rule, date.fromisoformat(stored), first - offset, last - offset):
            assert rule.at is not None, "a campaign by a date has a time of day"
            yield Occasion(day.isoformat(), _by_the_clock(day + offset, rule.at, zone), day)
        return
    moment = datetime.fromisoformat(stored).astimezone(UTC)
    local = moment.astimezone(zone)
    if rule.yearly:
        for day in _days(rule, local.date(), first - offset, last - offset):
            if rule.at is None:
                due_at = _by_the_clock(day, local.time(), zone) + offset
            else:
                due_at = _by_the_clock(day + offset, rule.at, zone)
            yield Occasion(day.isoformat(), due_at, day)
    else:
        at = moment + offset if rule.at is None else _by_the_clock(local.date() + offset, rule.at, zone)
        yield Occasion(moment.isoformat(), at, local.date())


def _days(rule: CampaignRule, day: date, first: datetime, last: datetime) -> Iterator[date]:
    if not rule.yearly:
        yield day
        return
    for year in range(max(day.year, (first - DAY).year), (last + DAY).year + 1):
        yield _in_year(day, year)


def _in_year(day: date, year: int) -> date:
    """Return the day in another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _by_the_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when the clocks show this, the first time; a time that they skip comes as much later."""
    return datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)
