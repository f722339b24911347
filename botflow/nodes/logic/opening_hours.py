"""Business hours: `{mon-fri: "09:00-17:00", sat: "10:00-12:00, 13:00-16:00", holidays: [2026-12-25, 01-01]}`.

Times are local clock times: when the clock changes in spring or autumn, the opening times change with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botflow.flow.templates.moments import wall_moment

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*-\s*(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)")
_HOLIDAY = re.compile(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}")
_LOOK_AHEAD = 400  # days
_HOLIDAYS = "holidays"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Spans (from, to) for each day of the week, Monday first; a span that ends no later than it begins ends the next
    day. Nothing begins on a holiday; a holiday without a year is one every year."""

    spans: tuple[tuple[tuple[time, time], ...], ...]
    holidays: frozenset[str]

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> OpeningHours:
        """Read an author's hours; ValueError says what is wrong."""
        spans: list[tuple[tuple[time, time], ...]] = [()] * len(_DAYS)
        for days, hours in written.items():
            if days == _HOLIDAYS:
                continue
            for day in _days(days):
                if spans[day]:
                    raise ValueError(f"the hours of {_DAYS[day]} stand there twice")
                spans[day] = _spans(hours)
        if not any(spans):
            raise ValueError("the business hours never begin; write them as mon-fri: 09:00-17:00")
        return cls(tuple(spans), frozenset(_holidays(written.get(_HOLIDAYS, ()))))

    def open_from(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Return `moment` (UTC) if it is within the hours, else when they next begin; None: not within a year."""
        for opens, closes in self._spans_around(moment, zone):
            if closes > moment:
                return max(opens, moment)
        return None

    def _spans_around(self, moment: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Yield spans in UTC in order of their beginnings, from yesterday's on."""
        today = moment.astimezone(zone).date()
        for day in (today + timedelta(days=ahead) for ahead in range(-1, _LOOK_AHEAD)):
            if day.isoformat() in self.holidays or day.isoformat()[5:] in self.holidays:
                continue
            for begin, end in self.spans[day.weekday()]:
                last = day if end > begin else day + timedelta(days=1)
                yield wall_moment(day, begin, zone), wall_moment(last, end, zone)


def _days(written: str) -> Iterator[int]:
    for part in written.lower().split(","):
        first, _, last = (name.strip()[:3] for name in part.partition("-"))
        if first not in _DAYS or (last and last not in _DAYS):
            raise ValueError(f"{written!r} names no days; write them as mon-fri, or sat")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        yield from range(begin, end + 1) if begin <= end else (*range(begin, len(_DAYS)), *range(end + 1))


def _spans(written: object) -> tuple[tuple[time, time], ...]:
    found = []
    parts = written.split(",") if isinstance(written, str) else written if isinstance(written, Sequence) else (written,)
    for part in parts:
        match = _SPAN.fullmatch(str(part).strip())
        if match is None:
            raise ValueError(f"{part!r} are no hours; write them as 09:00-17:00")
        begin = time(int(match[1]), int(match[2]))
        end = time(int(match[3]), int(match[4])) if match[3] else time(0)
        found.append((begin, end))
    return tuple(sorted(found))


def _holidays(written: object) -> Iterator[str]:
    for day in written if isinstance(written, Sequence) and not isinstance(written, str) else (written,):
        text = str(day)
        try:
            if not _HOLIDAY.fullmatch(text):
                raise ValueError
            date.fromisoformat(text if len(text) > 5 else f"2024-{text}")  # a leap year has every day
        except ValueError:
            raise ValueError(
                f"the holiday {text!r} is no day; write it as 2026-12-25, or 12-25 for every year"
            ) from None
        yield text
