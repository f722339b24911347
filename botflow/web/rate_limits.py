"""How often a caller without the API key may call: fixed windows, generous, per address and per session.

Counted in this process, and across processes with Redis. When Redis is slow or gone, the count of this process
decides, so that no caller is refused by mistake. Callers with the API key are not counted.
Not by the package `limits`: its storage in memory goes through all of its keys on each hit.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from botflow.clock import Clock
from botflow.web.problem import Refused

if TYPE_CHECKING:
    from botflow.storage.cache.redis import RedisLink

KEPT_COUNTS = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` per window."""

    name: str
    times: int
    window_s: int = 60


SESSIONS_PER_ADDRESS = Limit("sessions", 120)
MESSAGES_PER_ADDRESS = Limit("messages", 1_200)
MESSAGES_PER_SESSION = Limit("session-messages", 120)
READS_PER_SESSION = Limit("session-reads", 600)


class RateLimiter:
    """Counts calls; a call above the limit is refused with the time to wait."""

    def __init__(self, clock: Clock, shared: RedisLink | None) -> None:
        self._clock = clock
        self._shared = shared
        self._counts: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    async def check(self, limit: Limit, subject: str) -> None:
        """Count one call of `subject`; a 429 with Retry-After when that is more than `limit` allows."""
        now_s = int(self._clock.now().timestamp())
        window = now_s // limit.window_s
        counted = self._count(limit, subject, window)
        if self._shared is not None:
            everywhere = await self._shared.count(f"{limit.name}:{_opaque(subject)}:{window}", limit.window_s)
            counted = max(counted, everywhere or 0)
        if counted > limit.times:
            raise Refused(
                "too many requests",
                code="rate.limited",
                hint="wait for as many seconds as Retry-After says",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                headers={"retry-after": str((window + 1) * limit.window_s - now_s)},
            )

    def _count(self, limit: Limit, subject: str, window: int) -> int:
        key = (limit.name, subject)
        last_window, count = self._counts.pop(key, (window, 0))
        count = count + 1 if last_window == window else 1
        self._counts[key] = (window, count)
        if len(self._counts) > KEPT_COUNTS:
            self._counts.popitem(last=False)
        return count


def _opaque(subject: str) -> str:
    """Hash a subject: addresses are not stored in Redis in the clear."""
    return hashlib.blake2b(subject.encode(), digest_size=12).hexdigest()
