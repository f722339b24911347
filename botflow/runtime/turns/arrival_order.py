"""First in, first out, per session and within this process: messages are taken in the order of their arrival."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from botflow.errors import RejectedInbound
from botflow.records.sessions import SessionKey

LONGEST_LINE = 100  # messages of one person that may wait in this process at the same time


class ArrivalOrder:
    """One lock per session (asyncio's locks are FIFO), kept only while a message holds it or waits for it."""

    def __init__(self) -> None:
        self._lines: dict[SessionKey, _Line] = {}

    def turn(self, key: SessionKey) -> AbstractAsyncContextManager[None]:
        """Wait for this session's turn; RejectedInbound `session.busy` (429) when too many wait already."""
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(self._lines, key)
        return line


class _Line:
    """A session's lock. A class, since a generator would cost each message of the fast path another 2 µs."""

    __slots__ = ("_key", "_lines", "_lock", "_users")

    def __init__(self, lines: dict[SessionKey, _Line], key: SessionKey) -> None:
        self._lines = lines
        self._key = key
        self._lock = asyncio.Lock()
        self._users = 0

    async def __aenter__(self) -> None:
        if self._users > LONGEST_LINE:
            raise RejectedInbound(
                "too many messages of this session are waiting",
                code="session.busy",
                hint="wait for a reply, then send again",
                status=429,
            )
        self._users += 1
        try:
            await self._lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *failure: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        self._users -= 1
        if not self._users:
            del self._lines[self._key]
