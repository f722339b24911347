"""Job tables on both databases, and a worker on them, for the tests of jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, LiteralString

from procrastinate import App
from procrastinate.connector import BaseAsyncConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from botflow.clock import SystemClock
from botflow.runtime.jobs import jobs_app
from botflow.runtime.process.tick import Step, Tick
from botflow.runtime.process.worker import SupervisedWorker, WorkerOptions
from botflow.storage.jobs import QUEUES, TURNS, JobTable, Queue, turn_lock
from botflow.storage.jobs_sqlite import SqliteJobs

LISTENERS: LiteralString = """
    SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND state = 'idle' AND datname = current_database()
"""


class JobPlace:
    """One database's job tables, and an app for tasks that the test gives."""

    def __init__(self, connector: BaseAsyncConnector) -> None:
        self.connector = connector
        self.table = JobTable(connector)

    def app(self, advance: Callable[[int], Awaitable[None]]) -> App:
        return jobs_app(self.connector, advance=advance, carry_out=advance, clock=SystemClock())

    def worker(
        self,
        advance: Callable[[int], Awaitable[None]],
        *,
        concurrency: int = 64,
        queues: tuple[Queue, ...] = QUEUES,
        keep_s: float = 0.0,
        steps: tuple[Step, ...] = (),
    ) -> AbstractAsyncContextManager[None]:
        options = WorkerOptions(concurrency=concurrency, queues=queues, keep_s=keep_s)
        return SupervisedWorker(self.app(advance), self.table, Tick(steps), options).running()

    async def defer(self, session: int, *, again: bool = False, queue: Queue = TURNS, priority: int = 0) -> int:
        """Defer `advance(session)` under the session's lock."""
        task = self.advance.configure(lock=turn_lock(session, again=again), queue=queue, priority=priority)
        return int(await task.defer_async(session=session))

    @property
    def is_sqlite(self) -> bool:
        return isinstance(self.connector, SqliteJobs)

    @property
    def advance(self) -> Task[..., Any, Any]:
        """The task, for deferring."""
        return self.app(_nothing).tasks["advance"]

    async def register(self) -> int:
        """Register a worker that does nothing by itself, and return its number."""
        return int(await self.app_manager.register_worker())

    @property
    def app_manager(self) -> JobManager:
        """Procrastinate's own statements."""
        return self.app(_nothing).job_manager

    async def execute(self, statement: LiteralString) -> None:
        """Run a statement that both databases know, past all our code."""
        if isinstance(self.connector, SqliteJobs):
            await self.connector._writer.change(lambda connection: connection.execute(statement).fetchall())
        else:
            await self.connector.execute_query_async(statement)

    async def listeners(self) -> set[int]:
        """Return who would hear of a new job: server processes, or listeners within this one."""
        if isinstance(self.connector, SqliteJobs):
            return {id(listener) for listener in self.connector._bell._listeners}
        rows = await self.connector.execute_query_all_async(LISTENERS)
        return {row["pid"] for row in rows}

    async def is_listening(self) -> bool:
        return bool(await self.listeners())

    async def has_worker(self) -> bool:
        return await self.table.workers(5) > 0

    async def is_empty(self) -> bool:
        return not await self.table.depth()


@asynccontextmanager
async def open_place(connector: BaseAsyncConnector) -> AsyncIterator[JobPlace]:
    """Open the connector's own connections, if it has any."""
    await connector.open_async()
    try:
        yield JobPlace(connector)
    finally:
        await connector.close_async()


async def until(claim: Callable[[], Awaitable[bool] | bool], *, within_s: float = 15.0) -> None:
    """Wait until the claim holds; AssertionError when it never does."""
    async with asyncio.timeout(within_s):
        while True:
            held = claim()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)


async def _nothing(session: int) -> None:
    """Do nothing: the app of somebody who only defers."""
