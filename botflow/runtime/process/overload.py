"""Load shedding: work that could not be done in time is refused on arrival, and no queue grows without bound.

Two bounds. A process accepts a limited number of requests at once, because each of them holds memory and a connection
until it is answered; no kind of request can take the places of all others, and opt-outs have some of their own. And a
message that must be queued is refused while too many turns, or too old ones, wait before it; messages that need no
queue are accepted. A refused request gets 503 and may be repeated: nothing of it was stored. A stored message is never
dropped; its repetitions, and opt-outs, are always accepted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Literal

import structlog

from botflow.errors import ProviderError
from botflow.records.queues import MESSAGE_PRIORITY, TURNS
from botflow.runtime.process.failure_facts import log_failure
from botflow.storage.backlog_counts import CensusTaker, QueueDepth

Reason = Literal["in_flight", "queue_depth", "queue_age"]

Kind = Literal["callers", "providers", "opt_outs"]  # chat and API; webhooks of providers; those with consent

KEPT_S = 1.0

_log = structlog.get_logger("botflow.overload")


class Overloaded(ProviderError):
    """More work waits than can be done in time; the client may retry after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, code="overloaded", retryable=True)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits: requests at once in this process, queued turns of all sessions, and the age of the oldest.

    The age is generous, since a refused SMS may be lost, while a waiting one is answered when the workers are back: it
    must exceed a restart of all workers.
    """

    in_flight: int = 500
    waiting: int = 10_000
    oldest_s: float = 60.0

    @property
    def of_one_kind(self) -> int:
        """How many of `in_flight` may be requests of chat and API, and how many providers' webhooks."""
        return ceil(self.in_flight * 0.8)

    @property
    def besides_opt_outs(self) -> int:
        """How many of `in_flight` may be requests of these two kinds together."""
        return ceil(self.in_flight * 0.96)


class BacklogWatch:
    """The backlog as this process last saw it: queried at most once a second, and only on demand. Calls during a query
    get the previous result."""

    def __init__(self, census: CensusTaker) -> None:
        self._census = census
        self._seen: Sequence[QueueDepth] = ()
        self._looked_s = float("-inf")
        self._looking = asyncio.Lock()
        self.added = 0  # by this process since the last query began

    async def depths(self) -> Sequence[QueueDepth]:
        """Return the backlog by queue and priority; ProviderError when the database is away."""
        if time.monotonic() - self._looked_s >= KEPT_S and not self._looking.locked():
            async with self._looking:
                self._looked_s = time.monotonic()
                before = self.added
                self._seen = await self._census.depths()
                self.added -= before
        return self._seen


class Overload:
    """Counts requests, watches the queue of turns, and refuses requests beyond the bounds."""

    def __init__(self, watch: BacklogWatch, bounds: Bounds, count_shed: Callable[[Reason], None]) -> None:
        self._watch = watch
        self._bounds = bounds
        self._count_shed = count_shed
        self.in_flight = 0
        self._of_kind: dict[Kind, int] = {"callers": 0, "providers": 0, "opt_outs": 0}
        self._of_one_kind, self._besides_opt_outs = bounds.of_one_kind, bounds.besides_opt_outs

    @contextmanager
    def place(self, kind: Kind) -> Iterator[None]:
        """Count a request of `kind` during the block; Overloaded when there are too many already."""
        self.enter(kind)
        try:
            yield
        finally:
            self.leave(kind)

    def enter(self, kind: Kind) -> None:
        """Count a request that begins, until `leave`; Overloaded when there are too many already."""
        if kind == "opt_outs":
            is_full = self.in_flight >= self._bounds.in_flight
        else:
            is_full = self.in_flight >= self._besides_opt_outs or self._of_kind[kind] >= self._of_one_kind
        if is_full:
            self._count_shed("in_flight")
            raise Overloaded("this server has too many requests under way", retry_after_s=2)
        self.in_flight += 1
        self._of_kind[kind] += 1

    def leave(self, kind: Kind) -> None:
        self.in_flight -= 1
        self._of_kind[kind] -= 1

    async def check_queue(self) -> None:
        """Let one more message into the queue of turns; Overloaded when too many, or too old ones, wait there.

        If the database does not answer, the message passes here, and fails a moment later with the database's error.
        """
        try:
            rows = await self._watch.depths()
        except ProviderError as failure:
            log_failure(_log, "backlog_unknown", failure)
            return
        # Inbounds of lower priority than a message, such as thousands of due timers, do not delay it.
        ahead = [row for row in rows if row.queue == TURNS and row.priority >= MESSAGE_PRIORITY]
        if sum(row.waiting for row in ahead) + self._watch.added >= self._bounds.waiting:
            self._refuse("queue_depth")
        if any(row.oldest_s > self._bounds.oldest_s for row in ahead):
            self._refuse("queue_age")
        self._watch.added += 1

    def _refuse(self, reason: Reason) -> None:
        self._count_shed(reason)
        raise Overloaded("too many messages are waiting for their turn", retry_after_s=10)
