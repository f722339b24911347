"""One line per session within this process: whoever came first is served first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from botflow.errors import RejectedInbound
from botflow.records.sessions import SessionKey

LONGEST_LINE = 100  # messages of one person that may wait in this process at the same time


class Lines:
    """First in, first out, per session key. A line exists only while somebody stands in it."""

    def __init__(self) -> None:
        self._waiting: dict[SessionKey, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, key: SessionKey) -> AsyncIterator[None]:
        """Wait for this session's turn; RejectedInbound `session.busy` (429) when the line is too long."""
        line = self._waiting.get(key)
        if line is None:
            self._waiting[key] = deque()
        else:
            if len(line) >= LONGEST_LINE:
                raise RejectedInbound(
                    "too many messages of this session are waiting",
                    code="session.busy",
                    hint="wait for a reply, then send again",
                    status=429,
                )
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            line.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._serve_next(key)  # it was our turn already: pass it on
                raise
        try:
            yield
        finally:
            self._serve_next(key)

    def _serve_next(self, key: SessionKey) -> None:
        line = self._waiting[key]
        while line:
            place = line.popleft()
            if not place.done():
                place.set_result(None)
                return
        del self._waiting[key]
