"""Says in the log when a server is away and why, and when it is back: a line per change, not one per call."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

AGAIN_S = 60.0  # the same cause is logged again after this time, with how often it came
CALM_S = 3.0  # without a failure for so long, a success means that it is back
LONGEST_CAUSE = 300
MOST_CAUSES = 10  # of one outage, each with a line of its own

_log = structlog.get_logger("botflow.storage")


class OutageLog:
    """The state of one server, by the calls of this process."""

    def __init__(self, server: str, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._monotonic_s = monotonic_s
        self._causes: dict[str, float] = {}  # the kinds of this outage: when each was logged
        self._began_s = self._failed_s = 0.0
        self._more = 0
        self.is_away = False
        self.failures = 0  # since the process began

    def failed(self, cause: str, *, hint: str = "", kind: str = "") -> None:
        """A call has failed for a reason that concerns every call. Causes of one `kind` are logged as one: a full disk
        is named with another file each time."""
        now_s = self._monotonic_s()
        if not self.is_away:
            self.is_away, self._began_s = True, now_s
        self._failed_s = now_s
        self.failures += 1
        self._more += 1
        cause = cause[:LONGEST_CAUSE]
        kind = kind or cause
        logged_s = self._causes.get(kind)
        if logged_s is None and len(self._causes) >= MOST_CAUSES:
            logged_s = max(self._causes.values())
        if logged_s is not None and now_s - logged_s < AGAIN_S:
            return
        _log.warning(f"{self._server}_away", cause=cause, failures=self._more, **({"hint": hint} if hint else {}))
        if kind in self._causes or len(self._causes) < MOST_CAUSES:
            self._causes[kind] = now_s
        else:
            self._causes = {kind: now_s}
        self._more = 0

    def succeeded(self) -> None:
        """A call has succeeded. Cheap while the server is there."""
        if not self.is_away or self._monotonic_s() - self._failed_s < CALM_S:
            return
        _log.warning(f"{self._server}_back", away_s=round(self._failed_s - self._began_s, 1))
        self.is_away, self._causes, self._more = False, {}, 0
