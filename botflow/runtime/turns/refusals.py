"""Whether the database refuses every message of this process: then it is not ready, though the database answers.

A full disk, or a lock on one table, lets reads and small writes pass. One message that fails says little, such as one
that met a lock on its session; and an old failure says nothing, since a process that is not ready gets no messages.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from botflow.errors import ProviderError
from botflow.runtime.process.failure_facts import is_known_outage

AFTER_S = 3.0  # of refusals without a message that was taken
FOR_S = 5.0  # after the last refusal


class Refusals:
    """What became of the last messages, by the steady clock."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._since_s: float | None = None
        self._last_s = 0.0

    def __enter__(self) -> None:
        """Begin to take a message; a class, because a generator would cost each message a microsecond."""

    def __exit__(self, kind: object, failure: BaseException | None, traceback: object) -> None:
        """Note whether the block took the message, or the database refused it."""
        if failure is None:
            self._since_s = None
        elif isinstance(failure, ProviderError) and is_known_outage(failure):
            self._failed()

    def _failed(self) -> None:
        now_s = self._monotonic_s()
        if self._since_s is None or now_s - self._last_s > FOR_S:
            self._since_s = now_s
        self._last_s = now_s

    @property
    def are_lasting(self) -> bool:
        """Whether all messages were refused for a while, up to now."""
        if self._since_s is None or self._monotonic_s() - self._last_s > FOR_S:
            return False
        return self._last_s - self._since_s >= AFTER_S
