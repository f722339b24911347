"""Ranges of numbers, dates and times of day, as the cases of a switch write them: from a value, and below another one.

A date and a moment are compared with each other: a moment by what a clock in the person's zone shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from botflow.flow.templates.moments import read_value
from botflow.flow.templates.ordering import number_in

Kind = Literal["number", "date", "time"]
Key = float | datetime | time
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Range:
    """What is at least `low` and less than `below`; None is no bound. Both are of one kind."""

    kind: Kind
    low: Any = None
    below: Any = None

    def contains(self, value: Any, zone: Callable[[], ZoneInfo]) -> bool:
        """Say whether `value` is of this kind, and in the range."""
        read = read_key(value, zone)
        if read is None or read[0] != self.kind:
            return False
        return (self.low is None or read[1] >= self.low) and (self.below is None or read[1] < self.below)

    def is_part_of(self, others: Iterable[Range]) -> bool:
        """Say whether each of its values is in one of the others."""
        low = self.low
        for other in sorted((each for each in others if each.kind == self.kind), key=_by_low):
            if other.low is not None and (low is None or other.low > low):
                return False
            if other.below is None or (self.below is not None and other.below >= self.below):
                return True
            if low is None or other.below > low:
                low = other.below
        return False

    def crosses(self, other: Range) -> bool:
        """Say whether some values are in both, and each range has values that the other one has not."""
        if self.kind != other.kind or self.is_part_of([other]) or other.is_part_of([self]):
            return False
        return _is_before(self.low, other.below) and _is_before(other.low, self.below)


def read_range(low: Any, below: Any) -> Range:
    """Return the range from `low` to before `below`, of which one may be None; ValueError when there is none."""
    read = [read_key(bound, lambda: _UTC) for bound in (low, below) if bound is not None]
    kinds = {each[0] for each in read if each is not None}
    if None in read:
        raise ValueError("a range is bounded by numbers, dates (2026-12-24, or with a time) or times (17:30)")
    if len(kinds) != 1:
        raise ValueError("both bounds of a range are of one kind: numbers, dates or times")
    keys = [each[1] for each in read if each is not None]
    made = Range(kinds.pop(), None if low is None else keys[0], None if below is None else keys[-1])
    if made.low is not None and made.below is not None and not made.low < made.below:
        raise ValueError("the range is empty: `from` is its first value, and `below` is the first after it")
    return made


def read_key(value: Any, zone: Callable[[], ZoneInfo]) -> tuple[Kind, Any] | None:
    """Return a value's kind, and what it is compared by; None for what is no number, date or time."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", value
    if not isinstance(value, str):
        return None
    if (number := number_in(value)) is not None:
        return "number", number
    try:
        read = read_value(value)
    except ValueError:
        return None
    if isinstance(read, time):
        return "time", read.replace(tzinfo=None)
    if isinstance(read, datetime):
        return "date", read.astimezone(zone()).replace(tzinfo=None) if read.tzinfo else read
    assert isinstance(read, date)
    return "date", datetime.combine(read, time())


def _by_low(each: Range) -> tuple[bool, Any]:
    return (each.low is not None, each.low if each.low is not None else 0)


def _is_before(low: Any, below: Any) -> bool:
    return low is None or below is None or low < below
