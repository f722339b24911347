"""Retry-After (RFC 9110, 10.2.3): for how long a receiver wants to be left alone, in seconds or until a date."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

HEEDED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
LONGEST_TEXT = 40  # characters


def retry_after_s(status: int, header: str | None, now: datetime) -> float:
    """Return the seconds that an answer asks for; 0 for any other status, and for a header that makes no sense."""
    if status not in HEEDED or header is None or len(header) > LONGEST_TEXT:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    until = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)  # which is what HTTP's dates are in
    return max(0.0, (until - now).total_seconds())
