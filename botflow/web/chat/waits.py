"""Chat requests that wait for the outcome of a turn: bounded per session and per address.

A request beyond the bound is answered as soon as its message is stored (202): its turn runs as any other, and the
messages come by the stream or by the next request. So no visitor holds all places of the server with a slow workflow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST_PER_SESSION = 4
MOST_PER_ADDRESS = 50


class Waits:
    """Counts waiting requests by session and by address."""

    def __init__(self) -> None:
        self._sessions: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    @contextmanager
    def place(self, session: str, address: str | None, within_s: float) -> Iterator[float]:
        """Count a request of `session` and, unless it is None, of `address`. The value is how long the request may
        wait, in seconds: `within_s`, or 0 beyond the bounds."""
        if self._sessions[session] >= MOST_PER_SESSION or (
            address is not None and self._addresses[address] >= MOST_PER_ADDRESS
        ):
            yield 0.0
            return
        self._sessions[session] += 1
        if address is not None:
            self._addresses[address] += 1
        try:
            yield within_s
        finally:
            _leave(self._sessions, session)
            if address is not None:
                _leave(self._addresses, address)


def _leave(counts: Counter[str], name: str) -> None:
    if counts[name] > 1:
        counts[name] -= 1
    else:
        del counts[name]
