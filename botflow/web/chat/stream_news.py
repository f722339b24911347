"""Looks for news of all sessions that have streams: one statement for the process, however many streams are open.

Signals are the fast way, and this is the poll under them: it wakes the streams of sessions that changed since it last
looked. Sessions with a turn under way are looked at more often than quiet ones, and an idle stream costs the database
nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import structlog

from botflow.records.sessions import SessionState
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.turns.signals import Hub

POLL_RUNNING_S = 0.5  # while a turn of the session is under way
QUIET_TICKS = 10  # of `POLL_RUNNING_S`: quiet sessions are looked at every 5 s
AT_ONCE = 1_000  # sessions in one statement


class States(Protocol):
    """Reads the states of sessions: `storage.transcripts.Transcripts`."""

    async def states(self, sessions: Collection[int]) -> Mapping[int, SessionState]: ...


class StreamNews:
    """The sessions that have streams here, as they were when this process last looked at them."""

    def __init__(self, states: States, hub: Hub) -> None:
        self._states = states
        self._hub = hub
        self._watched: Counter[int] = Counter()
        self._seen: dict[int, SessionState] = {}
        self._running: set[int] = set()
        self._has_streams = asyncio.Event()
        self._log = structlog.get_logger("botflow.web")

    @contextmanager
    def watch(self, session: int) -> Iterator[None]:
        """Wake this process's listeners of `session` after each change, during the block."""
        self._watched[session] += 1
        self._has_streams.set()
        try:
            yield
        finally:
            self._watched[session] -= 1
            if not self._watched[session]:
                del self._watched[session]
                self._seen.pop(session, None)
                self._running.discard(session)
            if not self._watched:
                self._has_streams.clear()

    def is_running(self, session: int) -> None:
        """Note that a turn of `session` is under way."""
        if session in self._watched:
            self._running.add(session)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look for news during the block."""
        task = asyncio.create_task(self._look(), name="stream news")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self) -> None:
        tick = 0
        while True:
            await self._has_streams.wait()
            await asyncio.sleep(POLL_RUNNING_S)
            tick += 1
            looked_at = list(self._watched if tick % QUIET_TICKS == 0 else self._running)
            for start in range(0, len(looked_at), AT_ONCE):
                await self._look_at(looked_at[start : start + AT_ONCE])

    async def _look_at(self, sessions: Collection[int]) -> None:
        try:
            states = await self._states.states(sessions)
        except Exception as failure:  # noqa: BLE001 -- a fence: the next look finds the same news
            log_failure(self._log, "stream_news_unknown", failure)
            return
        for session, state in states.items():
            if session not in self._watched:
                continue
            if not state.is_running:
                self._running.discard(session)
            else:
                self._running.add(session)
            if self._seen.get(session) != state:  # for one that was never looked at, too: it may have changed since
                self._seen[session] = state
                self._hub.wake_here(session)
