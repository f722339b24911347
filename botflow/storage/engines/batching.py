"""Calls that wait at the same moment run as one statement: beginning and committing one costs more than its work.

After an idle time the first call runs at once; the calls that arrive while it runs form the next batch. A caller that
is cancelled does not cancel its call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from botflow.errors import ProviderError
from botflow.storage.engines.error_translation import is_about_a_row

Item = TypeVar("Item")
Result = TypeVar("Result")
LARGEST = 16  # calls: of sixty-four, the first would wait for the last, and all would then ask their models at once


class Batcher(Generic[Item, Result]):
    """Collects calls and hands them to `run`, at most one with the same `key` in a batch; results come in their order.

    Up to `at_once` batches run at the same time. After a refusal, or a lock timeout on a row, each call of the batch
    runs again alone, so that one call never fails the others. A batch that found no database fails as a whole, since
    splitting it would only repeat the failure.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        key: Callable[[Item], Hashable],
        at_once: int = 1,
    ) -> None:
        self._run = run
        self._key = key
        self._at_once = at_once
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._under_way = 0
        self._serving: set[asyncio.Task[None]] = set()

    async def __call__(self, item: Item) -> Result:
        """Return what `run` returned for this item, or raise what it raised."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, done))
        if self._under_way < self._at_once:
            self._under_way += 1
            serving = loop.create_task(self._serve())
            self._serving.add(serving)
            serving.add_done_callback(self._serving.discard)
        return await done

    async def _serve(self) -> None:
        try:
            while self._waiting:
                await self._settle(self._take())
        finally:
            self._under_way -= 1  # not in the task's callback: a call that came before it would wait for the next batch

    def _take(self) -> dict[Hashable, tuple[Item, asyncio.Future[Result]]]:
        taken: dict[Hashable, tuple[Item, asyncio.Future[Result]]] = {}
        later = []
        waiting = iter(self._waiting)
        for entry in waiting:
            key = self._key(entry[0])
            if key in taken:
                later.append(entry)
                continue
            taken[key] = entry
            if len(taken) == LARGEST:
                break
        self._waiting = [*later, *waiting]
        return taken

    async def _settle(self, batch: dict[Hashable, tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch.values()])
        except Exception as failure:  # noqa: BLE001 -- a fence: when one call fails the batch, each call runs alone
            is_outage = isinstance(failure, ProviderError) and failure.retryable and not is_about_a_row(failure)
            if len(batch) > 1 and not is_outage:
                await asyncio.gather(*(self._settle({key: entry}) for key, entry in batch.items()))
                return
            for _, done in batch.values():
                if not done.done():
                    done.set_exception(failure)
        else:
            for (_, done), result in zip(batch.values(), results, strict=True):
                if not done.done():  # its caller may have been cancelled meanwhile
                    done.set_result(result)
