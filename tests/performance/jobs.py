"""What a job costs beside its own work: `python -m tests.performance.jobs`, half a minute, on Postgres and SQLite.

Each job is deferred by a statement of its own, as an enqueued message does it, and does nothing. The start is measured
from before that statement, so it holds the commit's wait for the disk.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg

from botflow.storage.database import open_database
from tests.runtime.job_places import JobPlace, open_place, until
from tests.servers import Server, start_postgres

LOADS = ((20, 60), (200, 600))  # jobs a second, jobs


@dataclass(slots=True)
class Costs:
    """Seconds of CPU, and bytes of WAL, since `reset`."""

    server: Server | None
    cpu_s: float = 0.0
    server_cpu_s: float = 0.0
    wal: int = 0
    _start: tuple[float, float, int] = field(default=(0.0, 0.0, 0))

    def reset(self) -> None:
        self._start = self._now()

    def read(self) -> tuple[float, float, int]:
        cpu, server, wal = (now - then for now, then in zip(self._now(), self._start, strict=True))
        return cpu, server, int(wal)

    def _now(self) -> tuple[float, float, int]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        own = used.ru_utime + used.ru_stime
        if self.server is None:
            return own, 0.0, 0
        postgres = psutil.Process(self.server.pid)
        times = [process.cpu_times() for process in (postgres, *postgres.children())]
        with psycopg.connect(self.server.url) as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return own, sum(time.user + time.system for time in times), int(row[0])


async def measure(place: JobPlace, costs: Costs, name: str) -> None:
    """Print one line for each load, and one for deferring alone, which is no cost of the worker's."""
    deferred_s: dict[int, float] = {}
    waits_ms: list[float] = []
    awaited = asyncio.Semaphore(0)

    async def advance(session: int) -> None:
        waits_ms.append((time.perf_counter() - deferred_s[session]) * 1000)
        awaited.release()

    async def defer(session: int) -> None:
        deferred_s[session] = time.perf_counter()
        await place.defer(session)

    async with place.worker(advance):
        await until(place.is_listening)
        for rate, jobs in LOADS:
            waits_ms.clear()
            costs.reset()
            await _paced(defer, rate, jobs)
            for _ in range(jobs):
                await awaited.acquire()
            waits_ms.sort()
            starts = f"start p50 {waits_ms[jobs // 2]:.1f} ms, p99 {waits_ms[jobs * 99 // 100]:.1f} ms"
            _report(f"{name}, {rate}/s", jobs, costs, starts)
    costs.reset()
    for session in range(300):
        await defer(session)
    _report(f"{name}, only deferred", 300, costs, "")


async def _paced(defer: Callable[[int], Coroutine[Any, Any, None]], rate: int, jobs: int) -> None:
    begun_s = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(jobs):
            await asyncio.sleep(begun_s + number / rate - time.perf_counter())
            group.create_task(defer(number))


def _report(load: str, jobs: int, costs: Costs, starts: str) -> None:
    cpu_s, server_s, wal = costs.read()
    server = f", {server_s / jobs * 1000:.2f} ms in the server, {wal // jobs} bytes of WAL" if wal else ""
    print(f"{load:24} a job: {cpu_s / jobs * 1000:.2f} ms CPU here{server}  {starts}")


async def measure_postgres() -> None:
    with start_postgres(fsync=True) as server:
        database = await open_database(server.url, migrate=True)
        async with open_place(database.jobs_connector()) as place:
            await measure(place, Costs(server), "Postgres")
        await database.close()


async def measure_sqlite() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:///{folder}/jobs.db", migrate=True)
        async with open_place(database.jobs_connector()) as place:
            await measure(place, Costs(None), "SQLite")
        await database.close()


if __name__ == "__main__":
    asyncio.run(measure_postgres())
    asyncio.run(measure_sqlite())
