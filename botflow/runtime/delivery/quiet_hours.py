"""Quiet hours: when a message that is not a reply may be sent, by the recipient's local time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from botflow.flow.policy import QuietHours

# A message sent within this time after the recipient's last one counts as a reply: the recipient is awake and waits.
ANSWER_S = 15 * 60.0


def is_unasked(now: datetime, wrote_at: datetime | None) -> bool:
    """True if a message sent `now` is not a reply: the person last wrote too long ago, or never."""
    return wrote_at is None or (now - wrote_at).total_seconds() > ANSWER_S


def opens_after_s(now: datetime, zone: str, quiet: QuietHours) -> float:
    """Return the seconds until the quiet hours of `zone` end; 0.0 outside of them.

    They begin at `start` and end before `end`; they cross midnight when `start` is the later of the two, and never
    begin when both are equal. An end that a clock change skips is the first moment after the change (PEP 495).
    """
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    if not (start <= clock < end if start <= end else clock >= start or clock < end):
        return 0.0
    day = local.date() + timedelta(days=1) if clock >= end else local.date()
    opening = datetime.combine(day, end, ZoneInfo(zone)).astimezone(UTC)
    return max(1.0, (opening - now).total_seconds())
