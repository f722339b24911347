"""A clock that only a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from botflow.errors import UsageError

START = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # a Wednesday: "tomorrow" and "next Friday" are the same in every run


class VirtualClock:
    """A `botflow.clock.Clock` for tests: only `advance` and `advance_to` move it."""

    def __init__(self, now: datetime = START) -> None:
        """`now` must be aware; UsageError `clock.naive` when it has no time zone."""
        self._began = self._now = _in_utc(now)

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return (self._now - self._began).total_seconds()

    def advance(self, seconds: float) -> None:
        """Move forward; UsageError `clock.backwards` for a negative duration."""
        self.advance_to(self._now + timedelta(seconds=seconds))

    def advance_to(self, moment: datetime) -> None:
        """Move forward to `moment`; UsageError `clock.backwards` when that has passed."""
        moment = _in_utc(moment)
        if moment < self._now:
            raise UsageError(
                f"the virtual clock shows {self._now.isoformat()} and cannot go back to {moment.isoformat()}",
                code="clock.backwards",
            )
        self._now = moment


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise UsageError(
            f"{moment.isoformat()} has no time zone", code="clock.naive", hint="write datetime(..., tzinfo=UTC)"
        )
    return moment.astimezone(UTC)
