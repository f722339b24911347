"""How often a caller without the API key may call, and how much it may make us store: fixed windows, generous, per
address and per session.

Counted in this process, and across processes with Redis. When Redis is slow or gone, the count of this process
decides, so that no caller is refused by mistake. Callers with the API key are not counted.
Not by the package `limits`: its storage in memory goes through all of its keys on each hit.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from botflow.clock import Clock
from botflow.records.counts import Count
from botflow.web.problem import Refused

if TYPE_CHECKING:
    from botflow.storage.cache.redis import RedisLink

KEPT_COUNTS = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` (calls, or bytes) per window."""

    name: str
    times: int
    window_s: int = 60
    code: str = "rate.limited"
    detail: str = "too many requests"


class Use(NamedTuple):
    """`amount` more of what `limit` counts, by `subject`."""

    limit: Limit
    subject: str
    amount: int = 1


SESSIONS_PER_ADDRESS = Limit("sessions", 120)
MESSAGES_PER_ADDRESS = Limit("messages", 1_200)
MESSAGES_PER_SESSION = Limit("session-messages", 120)
PAGES_PER_ADDRESS = Limit("pages", 3_000)  # files of the widget, and looks: a visit takes up to eight of them
READS_PER_SESSION = Limit("session-reads", 600)
FEEDBACK_PER_ADDRESS = Limit("feedback", 1_200)
FEEDBACK_PER_SESSION = Limit("session-feedback", 120)
# Wrong keys, tokens and signatures. Generous: after a change of the secret key, all visitors of an office have one.
FAILURES_PER_ADDRESS = Limit("failures", 300)
SIGN_INS_PER_ADDRESS = Limit("sign-ins", 30)  # each takes 0.1 s of a core
STORED_PER_ADDRESS = Limit(
    "stored",
    100_000_000,
    window_s=24 * 3600,
    code="rate.stored",
    detail="your address has made this server store as much as it may within a day",
)
FILES_PER_SESSION = Limit("session-files", 100, window_s=24 * 3600, detail="too many files within a day")
FILE_READS_PER_ADDRESS = Limit("file-reads", 1_200)
BYTES_OF_A_MESSAGE = 1_000  # about what the rows of a message or a session take besides its text


class RateLimiter:
    """Counts calls; a call above the limit is refused with the time to wait."""

    def __init__(self, clock: Clock, shared: RedisLink | None) -> None:
        self._clock = clock
        self._shared = shared
        self._counts: OrderedDict[tuple[str, int], tuple[int, int]] = OrderedDict()

    async def check(self, *uses: Use) -> None:
        """Count the uses; a 429 with Retry-After when one is more than its limit allows."""
        now_s = int(self._clock.now().timestamp())
        counted = [self._count(use, now_s // use.limit.window_s) for use in uses]
        if self._shared is not None:
            everywhere = await self._shared.count([_shared_count(use, now_s) for use in uses])
            counted = [max(pair) for pair in zip(counted, everywhere or counted, strict=True)]
        for use, count in zip(uses, counted, strict=True):
            if count > use.limit.times:
                raise _exceeded(use.limit, now_s)

    def _count(self, use: Use, window: int) -> int:
        key = (use.limit.name, hash(use.subject))  # keyed by this process: who called is not kept
        last_window, count = self._counts.pop(key, (window, 0))
        count = count + use.amount if last_window == window else use.amount
        self._counts[key] = (window, count)
        if len(self._counts) > KEPT_COUNTS:
            self._counts.popitem(last=False)
        return count


def _shared_count(use: Use, now_s: int) -> Count:
    limit = use.limit
    return Count(f"{limit.name}:{_opaque(use.subject)}:{now_s // limit.window_s}", limit.window_s, use.amount)


def _exceeded(limit: Limit, now_s: int) -> Refused:
    return Refused(
        limit.detail,
        code=limit.code,
        hint="wait for as many seconds as Retry-After says",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"retry-after": str(limit.window_s - now_s % limit.window_s)},
    )


def _opaque(subject: str) -> str:
    """Hash a subject: addresses are not stored in Redis in the clear."""
    return hashlib.blake2b(subject.encode(), digest_size=12).hexdigest()
