"""Group commit in the application: turns that wait at the same moment become durable by one statement.

Each batch holds distinct sessions. A turn that lost its race gets None; an error splits the batch, so that one bad turn
never fails its neighbours. A caller that gives up does not take its turn out of the batch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from botflow.errors import ProviderError
from botflow.interfaces import SessionStore
from botflow.records.sessions import SessionKey
from botflow.records.turns import TurnCommit, TurnId

LARGEST_BATCH = 16  # larger ones save little, and the first in them wait for the last
COMMITTERS = 2  # statements under way at once: one is on the wire while the next fills


@dataclass(frozen=True, slots=True)
class _Entry:
    turn: TurnCommit
    done: asyncio.Future[TurnId | None]

    def settle(self, result: TurnId | None) -> None:
        if not self.done.done():  # its caller may have been cancelled meanwhile
            self.done.set_result(result)

    def fail(self, failure: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(failure)


class Committer:
    """Collects turns and commits them in batches. `run` must be running."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._waiting: deque[_Entry] = deque()
        self._arrived = asyncio.Event()

    async def commit(self, turn: TurnCommit) -> TurnId | None:
        """Return the committed turn's id, or None when it lost, was locked or is a duplicate."""
        done: asyncio.Future[TurnId | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(turn, done))
        self._arrived.set()
        return await done

    async def run(self) -> None:
        """Commit whatever waits, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(COMMITTERS):
                tasks.create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            await self._arrived.wait()
            batch = self._take()
            if not self._waiting:
                self._arrived.clear()
            if batch:  # the other committer may have been quicker
                await self._settle(batch)

    def _take(self) -> list[_Entry]:
        """Take up to a batch of turns of distinct sessions; a session's second turn stays for the next batch."""
        batch: list[_Entry] = []
        later: list[_Entry] = []
        taken: set[SessionKey] = set()
        while self._waiting and len(batch) < LARGEST_BATCH:
            entry = self._waiting.popleft()
            key = entry.turn.read.key
            (later if key in taken else batch).append(entry)
            taken.add(key)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _settle(self, batch: Sequence[_Entry]) -> None:
        try:
            results = await self._store.commit_turns([entry.turn for entry in batch])
        except Exception as failure:  # noqa: BLE001 -- a fence: whatever one turn broke, its neighbours go on alone
            if len(batch) == 1 or (isinstance(failure, ProviderError) and failure.retryable):
                for entry in batch:  # no database, no turn: splitting would only ask it again and again
                    entry.fail(failure)
                return
            for entry in batch:
                await self._settle([entry])
            return
        for entry, result in zip(batch, results, strict=True):
            entry.settle(result)
