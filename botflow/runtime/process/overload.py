"""When to say no: work that could not be done in time is refused at the door, and nothing waits without bound.

Two bounds. A process takes so many requests at once, because each of them holds memory and a connection until it is
answered. And a message that must be queued is refused while too many turns, or too old ones, wait before it; what
needs no queue goes on. Who is refused gets 503 and may come again: nothing of it was stored. What was stored before is
never dropped, a repeat of it is let in, and so is an opt-out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from botflow.errors import ProviderError
from botflow.records.queues import MESSAGE_PRIORITY, TURNS
from botflow.storage.backlog_counts import CensusTaker, QueueDepth

Reason = Literal["in_flight", "queue_depth", "queue_age"]

KEPT_S = 1.0

_log = structlog.get_logger("botflow.overload")


class Overloaded(ProviderError):
    """There is more to do than can be done in time; come again after so many seconds."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, code="overloaded", retryable=True)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is too much: requests at once in this process, queued turns of everybody, and the age of the oldest.

    The age is generous, for an SMS that is refused may be lost, while one that waits is answered when the workers are
    back: a restart of all of them must fit in.
    """

    in_flight: int = 500
    waiting: int = 10_000
    oldest_s: float = 60.0


class BacklogWatch:
    """How much waits, as this process last saw it: asked of the database once a second at most, and only on demand.
    Those who ask while a look is under way get the last answer."""

    def __init__(self, census: CensusTaker) -> None:
        self._census = census
        self._seen: Sequence[QueueDepth] = ()
        self._looked_s = float("-inf")
        self._looking = asyncio.Lock()
        self.added = 0  # by this process since the last look began

    async def depths(self) -> Sequence[QueueDepth]:
        """Return the backlog by queue and priority; ProviderError when the database does not say."""
        if time.monotonic() - self._looked_s >= KEPT_S and not self._looking.locked():
            async with self._looking:
                self._looked_s = time.monotonic()
                before = self.added
                self._seen = await self._census.depths()
                self.added -= before
        return self._seen


class Overload:
    """Counts requests, watches the queue of turns, and refuses what is too much."""

    def __init__(self, watch: BacklogWatch, bounds: Bounds, count_shed: Callable[[Reason], None]) -> None:
        self._watch = watch
        self._bounds = bounds
        self._count_shed = count_shed
        self.in_flight = 0

    def enter(self) -> None:
        """Count a request that begins; Overloaded when there are too many already. `leave` when it is answered."""
        if self.in_flight >= self._bounds.in_flight:
            self._count_shed("in_flight")
            raise Overloaded("this server has too many requests under way", retry_after_s=2)
        self.in_flight += 1

    def leave(self) -> None:
        self.in_flight -= 1

    async def check_queue(self) -> None:
        """Let one more message into the queue of turns; Overloaded when too many, or too old ones, wait there.

        A database that does not answer refuses the message itself a moment later, with its own words.
        """
        try:
            rows = await self._watch.depths()
        except ProviderError as failure:
            _log.warning("backlog_unknown", code=failure.code)
            return
        # What stands behind a message, such as timers that are due by the thousand, does not hold it up.
        ahead = [row for row in rows if row.queue == TURNS and row.priority >= MESSAGE_PRIORITY]
        if sum(row.waiting for row in ahead) + self._watch.added >= self._bounds.waiting:
            self._refuse("queue_depth")
        if any(row.oldest_s > self._bounds.oldest_s for row in ahead):
            self._refuse("queue_age")
        self._watch.added += 1

    def _refuse(self, reason: Reason) -> None:
        self._count_shed(reason)
        raise Overloaded("too many messages are waiting for their turn", retry_after_s=10)
