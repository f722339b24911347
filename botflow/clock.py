"""Time as an argument: the one place that reads this machine's clock, for times that the database does not decide."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the runtime takes the time of receipt and measures durations from."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()
