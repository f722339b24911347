"""Quiet hours: when a message that nobody is waiting for may go out, by the clock of whoever gets it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from botflow.flow.policy import QuietHours

# Who has just written is awake, and waits: what comes within this time after their message is an answer.
ANSWER_S = 15 * 60.0


def is_unasked(now: datetime, wrote_at: datetime | None) -> bool:
    """Say whether a message that goes out `now` answers nobody: the person last wrote too long ago, or never."""
    return wrote_at is None or (now - wrote_at).total_seconds() > ANSWER_S


def opens_after_s(now: datetime, zone: str, quiet: QuietHours) -> float:
    """Return how long it is until the quiet hours of `zone` are over; 0.0 outside of them.

    They begin at `start` and end before `end`; past midnight when `start` is the later of the two, never when they are
    equal. An end that the clocks leap over is the moment after the leap (PEP 495).
    """
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    if not (start <= clock < end if start <= end else clock >= start or clock < end):
        return 0.0
    day = local.date() + timedelta(days=1) if clock >= end else local.date()
    opening = datetime.combine(day, end, ZoneInfo(zone)).astimezone(UTC)
    return max(1.0, (opening - now).total_seconds())
