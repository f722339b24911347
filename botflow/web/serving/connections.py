"""The open connections of this process: a bound in all, and a bound per address.

An address that opens as many connections as it can must leave places for others. A trusted proxy is excepted from the
bound per address: all callers come from it.
"""

from __future__ import annotations

import sys
from collections import Counter

import structlog

from botflow.web.problem import Problem
from botflow.web.requests.addresses import TrustedProxies, counted_as

MOST = 10_000
MOST_PER_ADDRESS = 500
SPARE_FILES = 256  # for databases, providers and files
_RETRY_S = "10"


class Connections:
    """Counts connections; refuses one more than the bounds allow."""

    def __init__(self, proxies: TrustedProxies, *, most: int = MOST, most_per_address: int = MOST_PER_ADDRESS) -> None:
        self._proxies = proxies
        self._most = most
        self._most_per_address = most_per_address
        self._open: Counter[str] = Counter()
        self._total = 0

    def enter(self, peer: str) -> Problem | None:
        """Count a connection of the address `peer`, until `leave`; the problem to answer with when it is refused."""
        address = counted_as(peer)
        if self._total >= self._most:
            return _refusal(503, "connections.full", "this server has too many open connections")
        if self._open[address] >= self._most_per_address and not self._proxies.trusts(peer):
            return _refusal(429, "connections.too_many", "your address has too many open connections")
        self._total += 1
        self._open[address] += 1
        return None

    def leave(self, peer: str) -> None:
        address = counted_as(peer)
        self._total -= 1
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


def most_connections() -> int:
    """Return how many connections this process may hold, after raising its limit of open files as far as it may."""
    if sys.platform == "win32":
        return MOST
    import resource

    wanted = MOST + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
        soft = max(soft, allowed)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST
    most = max(soft - SPARE_FILES, soft // 2)
    structlog.get_logger("botflow.web").warning("few_open_files", limit=soft, connections=most)
    return most


def _refusal(status: int, code: str, detail: str) -> Problem:
    return Problem(
        status=status,
        code=code,
        detail=detail,
        hint="close some, or wait as many seconds as Retry-After says",
        headers={"retry-after": _RETRY_S},
    )
