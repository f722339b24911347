"""The worker of a process, supervised: jobs and tick run until the process stops, whatever happens in between.

Start reading in job_worker.py for how a job is claimed and ended. Nothing here knows what a job does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from procrastinate import App

from botflow.errors import ProviderError
from botflow.runtime.job_worker import HEARTBEAT_S, JobWorker
from botflow.runtime.process.tick import Tick
from botflow.storage.jobs import QUEUES, JobTable, Queue

STOP_S = 20.0
RESTART_PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)
STEADY_S = 30.0  # who ran for this long starts over with the shortest pause
LIVING_S = 3 * HEARTBEAT_S
CACHED_S = 1.0

_log = structlog.get_logger("botflow.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How much a worker takes upon itself: so many jobs at once, of these queues.

    Finished jobs are deleted at once, because what they did stands in turns and executions, and a table that is nearly
    empty is a fast one. `keep_s` keeps them for that long, for whoever wants to look.
    """

    concurrency: int = 64
    queues: tuple[Queue, ...] = QUEUES
    keep_s: float = 0.0


class SupervisedWorker:
    """Keeps one JobWorker and the tick running; a worker that ends unasked is followed by another."""

    def __init__(self, app: App, table: JobTable, tick: Tick, options: WorkerOptions) -> None:
        self._app = app
        self._table = table
        self._tick = tick
        self._options = options
        self._worker: JobWorker | None = None
        self._stopped = asyncio.Event()

    @property
    def is_alive(self) -> bool:
        """Whether this worker runs, and reached the database a moment ago."""
        return self._worker is not None and self._worker.silent_s < LIVING_S

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run in the background for the length of the block; at its end stop in good order, within twenty seconds.

        Jobs that are still running then are put back, and another process or the next start runs them again.
        """
        tasks = {
            asyncio.create_task(self._supervise(), name="job worker"),
            asyncio.create_task(self._tick.run(), name="tick"),
        }
        try:
            yield
        finally:
            self._stopped.set()
            self._tick.stop()
            if self._worker is not None:
                self._worker.stop()  # type: ignore[no-untyped-call]  # procrastinate annotates no result
            await self._wait(tasks)

    async def _wait(self, tasks: set[asyncio.Task[None]]) -> None:
        done, late = await asyncio.wait(tasks, timeout=STOP_S)
        for task in done:
            if not task.cancelled() and (failure := task.exception()) is not None:
                _log.error("worker_failed", part=task.get_name(), exc_info=failure)
        for task in late:
            _log.error("worker_stop_late", part=task.get_name(), seconds=STOP_S)
            task.cancel()

    async def _supervise(self) -> None:
        deaths = 0
        while not self._stopped.is_set():
            self._worker = JobWorker(
                self._app,
                self._table,
                concurrency=self._options.concurrency,
                queues=self._options.queues,
                keep=self._options.keep_s > 0,
            )
            started_s = time.monotonic()
            try:
                await self._worker.run()  # type: ignore[no-untyped-call]  # as above
            except Exception:  # noqa: BLE001 -- the fence: whatever ends a worker, another one follows
                _log.exception("worker_died")
            if self._stopped.is_set():
                return
            deaths = 1 if time.monotonic() - started_s > STEADY_S else deaths + 1
            pause_s = RESTART_PAUSES_S[min(deaths, len(RESTART_PAUSES_S)) - 1]
            _log.warning("worker_restarts", in_seconds=pause_s)
            try:
                async with asyncio.timeout(pause_s):
                    await self._stopped.wait()
            except TimeoutError:
                continue


class WorkerWatch:
    """Tells from the heartbeats whether some worker lives, in this process or another; the answer is kept a second."""

    def __init__(self, table: JobTable) -> None:
        self._table = table
        self._looked_s = float("-inf")
        self._reachable = False

    async def reachable(self) -> bool:
        """Say whether some worker lives; False also when the database does not answer."""
        if time.monotonic() - self._looked_s >= CACHED_S:
            self._looked_s = time.monotonic()
            try:
                self._reachable = await self._table.workers(LIVING_S) > 0
            except ProviderError as failure:
                _log.warning("worker_watch_failed", cause=str(failure))
                self._reachable = False
        return self._reachable
