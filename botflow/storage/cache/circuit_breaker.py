"""A circuit breaker: after some failures in a row no call is made for a while, then one call may try."""

from __future__ import annotations

from collections.abc import Callable


class Breaker:
    """Closed, open (for `pause_s` after `failures` in a row), or half open (one trial decides)."""

    def __init__(self, *, failures: int, pause_s: float, monotonic_s: Callable[[], float]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._monotonic_s = monotonic_s
        self._failures = 0
        self._open_until_s = 0.0

    def allows(self) -> bool:
        """True if a call may be made; when a pause is over, True for the first caller only."""
        if self._failures < self._limit:
            return True
        now_s = self._monotonic_s()
        if now_s < self._open_until_s:
            return False
        self._open_until_s = now_s + self._pause_s  # this one is the trial; the others wait for its outcome
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._limit:
            self._open_until_s = self._monotonic_s() + self._pause_s
