"""The open streams of this process: bounded in all, per session and per address; they end before the server stops."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from botflow.web.problem import Refused

MOST_STREAMS = 5_000
MOST_STREAMS_PER_SESSION = 8
MOST_STREAMS_PER_ADDRESS = 50


class Streams:
    """The open streams of this process: bounds their number, and ends them."""

    def __init__(self) -> None:
        self._open: Counter[int | str] = Counter()
        self._of_address: Counter[str] = Counter()
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream, so that the server can stop; clients reconnect and resume."""
        self._closing.set()

    async def closed(self) -> None:
        await self._closing.wait()

    @contextmanager
    def place(self, session: int | str, address: str | None) -> Iterator[None]:
        """Hold a place for a stream; 503 with Retry-After when all are taken, 429 when the session or the address has
        too many. `session` is its number, or a name that tells it from others; `address` is None for a server, which
        speaks for many people."""
        if self._closing.is_set() or self._open.total() >= MOST_STREAMS:
            raise _full("too many streams are open on this server", HTTPStatus.SERVICE_UNAVAILABLE, "stream.full")
        if self._open[session] >= MOST_STREAMS_PER_SESSION:
            raise _full("this session has too many streams open", HTTPStatus.TOO_MANY_REQUESTS, "stream.too_many")
        if address is not None and self._of_address[address] >= MOST_STREAMS_PER_ADDRESS:
            raise _full("your address has too many streams open", HTTPStatus.TOO_MANY_REQUESTS, "stream.too_many")
        self._open[session] += 1
        if address is not None:
            self._of_address[address] += 1
        try:
            yield
        finally:
            _leave(self._open, session)
            if address is not None:
                _leave(self._of_address, address)


def _leave(counts: Counter[Any], name: object) -> None:
    counts[name] -= 1
    if not counts[name]:
        del counts[name]


def _full(message: str, status: HTTPStatus, code: str) -> Refused:
    return Refused(
        message, code=code, status=status, headers={"retry-after": "10"}, hint="close one, or wait and try again"
    )
