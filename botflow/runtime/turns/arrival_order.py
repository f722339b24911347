"""First in, first out, per session and within this process: messages are taken in the order of their arrival."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from botflow.errors import RejectedInbound
from botflow.records.sessions import SessionKey

LONGEST_LINE = 100  # messages of one person that may wait in this process at the same time


class ArrivalOrder:
    """One lock per session (asyncio's locks are FIFO), kept only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: dict[SessionKey, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, key: SessionKey) -> AsyncIterator[None]:
        """Wait for this session's turn; RejectedInbound `session.busy` (429) when too many wait already."""
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        if users > LONGEST_LINE:
            raise RejectedInbound(
                "too many messages of this session are waiting",
                code="session.busy",
                hint="wait for a reply, then send again",
                status=429,
            )
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)
