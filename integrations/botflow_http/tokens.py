"""OAuth access tokens of this process, by the client credentials grant (RFC 6749, 4.4).

They are kept in memory alone, each for one credential of one organization, and never in a log, a journal or a variable.
A token is renewed before it expires, and once by a request that it did not open.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MOST_KEPT = 1_000
EARLY_S = 30.0  # before its end a token is renewed: the request with it takes a while
UNSAID_S = 300.0  # how long a token is used whose service does not say how long it lives
LONGEST_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and for how long it is valid from when it was asked for; None if the service did not say."""

    secret: str
    lives_s: float | None


Fetch = Callable[[], Awaitable[Token]]


@dataclass(frozen=True, slots=True)
class _Kept:
    secret: str
    until_s: float


class Tokens:
    """Keeps the latest tokens. Requests that need the same one at the same moment wait for one fetch."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._fetching: dict[str, asyncio.Lock] = {}

    async def token(self, key: str, fetch: Fetch, *, refused: str = "") -> str:
        """Return the token of `key`: the kept one, unless it is about to expire or was `refused`."""
        if found := self._usable(key, refused):
            return found
        lock = self._fetching.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                return self._usable(key, refused) or await self._fetch(key, fetch)
        finally:
            if not lock.locked():
                self._fetching.pop(key, None)

    def _usable(self, key: str, refused: str) -> str | None:
        kept = self._kept.get(key)
        if kept is None or kept.secret == refused or kept.until_s <= self._monotonic_s():
            return None
        self._kept.move_to_end(key)
        return kept.secret

    async def _fetch(self, key: str, fetch: Fetch) -> str:
        began_s = self._monotonic_s()
        token = await fetch()
        lives_s = UNSAID_S if token.lives_s is None else min(token.lives_s, LONGEST_S)
        self._kept[key] = _Kept(token.secret, began_s + lives_s - min(EARLY_S, lives_s / 2))
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return token.secret
