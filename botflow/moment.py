"""A date or a time in ISO 8601, as commands and queries write it: one parser, so that both read and refuse the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_LONGEST = 40  # characters
_WRITTEN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_LOST_PLUS = re.compile(r"(T[0-9:.]+) (?=[0-9]{2}:?[0-9]{2}$)")


def parse_moment(written: str, name: str) -> datetime:
    """Return a date (its midnight) or a time in UTC, if it names no offset; ValueError with a sentence about `name`.

    A bare number is refused: `2027` may be meant as a year, or as seconds.
    """
    try:
        text = _LOST_PLUS.sub(r"\1+", written[: _LONGEST + 1])  # in a query, a + that was not encoded is a blank
        if len(text) > _LONGEST or not _WRITTEN.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is a date or a time, such as 2026-11-01 or 2026-11-01T09:30:00Z") from None
