"""The database's clock in this process: it gives the time of receipt, the base of "in an hour" and "tomorrow".

Only the database decides when something is due. This machine's wall clock may be wrong, or jump; its steady clock
measures the time since the last query of the database's clock, counted from the middle of that round trip.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from botflow.clock import Clock
from botflow.errors import ProviderError

EVERY_S = 10.0
FIRST_TRIES = 3  # the fastest of them is the most exact


class DatabaseClock:
    """A Clock that shows the database's time; `measure` before it is first read, then let it `run`."""

    def __init__(self, steady: Clock, ask: Callable[[], Awaitable[datetime]]) -> None:
        self._steady = steady
        self._ask = ask
        self._shown: datetime | None = None  # by the database
        self._at_s = 0.0  # the steady clock at that moment
        self._log = structlog.get_logger("botflow.clock")

    def now(self) -> datetime:
        """Return the database's time, as far as this process knows it."""
        if self._shown is None:
            raise RuntimeError("nobody has asked the database what time it is")
        return self._shown + timedelta(seconds=self._steady.monotonic_s() - self._at_s)

    def seconds_since(self, moment: datetime) -> float:
        """Return what has passed of the database's time since `moment`: `now` without a moment of its own."""
        assert self._shown is not None
        return (self._shown - moment).total_seconds() + self._steady.monotonic_s() - self._at_s

    def monotonic_s(self) -> float:
        return self._steady.monotonic_s()

    async def measure(self) -> None:
        """Query the database's clock for the first time. ProviderError when the database is away."""
        quickest_s = float("inf")
        for _ in range(FIRST_TRIES):
            shown, at_s, took_s = await self._measured()
            if took_s < quickest_s:
                quickest_s, self._shown, self._at_s = took_s, shown, at_s

    async def run(self) -> None:
        """Repeat the query until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                shown, at_s, took_s = await self._measured()
            except ProviderError as failure:
                self._log.debug("clock_not_measured", code=failure.code)
                continue
            off_s = (shown - self.now()).total_seconds() - (at_s - self._steady.monotonic_s())
            if abs(off_s) > took_s / 2:  # else the difference may come from a slow answer
                if abs(off_s) > 1.0:
                    self._log.warning("clock_was_off", seconds=round(off_s, 3))
                self._shown, self._at_s = shown, at_s

    async def _measured(self) -> tuple[datetime, float, float]:
        """Return the database's time, the steady clock at that moment, and the duration of the round trip."""
        began_s = self._steady.monotonic_s()
        shown = await self._ask()
        took_s = self._steady.monotonic_s() - began_s
        return shown, began_s + took_s / 2, took_s
