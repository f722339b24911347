"""Several worker processes on one Postgres."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from botflow.storage.jobs_postgres import PostgresJobs
from tests.runtime.job_places import open_place, until


@pytest.fixture
def jobs_url(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE runs (session bigint, pid bigint)")
    return postgres_url


@asynccontextmanager
async def worker_process(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.job_process", url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


async def test_two_processes_run_each_job_once(jobs_url: str) -> None:
    async with worker_process(jobs_url), worker_process(jobs_url), open_place(PostgresJobs(jobs_url)) as place:
        for session in range(100):
            await place.defer(session)
        await until(place.is_empty)
    runs = rows(jobs_url, "SELECT session, pid FROM runs")
    assert Counter(session for session, _ in runs) == dict.fromkeys(range(100), 1)
    assert len({pid for _, pid in runs}) == 2


async def test_a_killed_process_leaves_its_job_to_another(jobs_url: str) -> None:
    async with open_place(PostgresJobs(jobs_url)) as place, worker_process(jobs_url) as doomed:
        await place.defer(-600)
        await until(lambda: bool(rows(jobs_url, "SELECT 1 FROM runs")))
        doomed.send_signal(signal.SIGKILL)
        # As if ten seconds had passed.
        rows(jobs_url, "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '11 s' RETURNING 1")
        async with worker_process(jobs_url):
            await until(lambda: len(rows(jobs_url, "SELECT 1 FROM runs")) == 2)


async def test_a_process_that_wakes_from_a_stop_neither_ends_the_job_another_runs_nor_dies(jobs_url: str) -> None:
    async with open_place(PostgresJobs(jobs_url)) as place, worker_process(jobs_url) as sleeper:
        await place.defer(-2)
        await until(lambda: bool(rows(jobs_url, "SELECT 1 FROM runs")))
        os.kill(sleeper.pid, signal.SIGSTOP)
        await asyncio.sleep(2)  # the job's own time runs out while its process is stopped
        rows(jobs_url, "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '11 s' RETURNING 1")
        other = await place.register()  # prunes nothing: the sleeper's row goes as another process's start would do it
        rows(jobs_url, f"DELETE FROM procrastinate_workers WHERE id <> {other} RETURNING 1")
        assert await place.table.put_back_stalled(10, 10) == 1
        [taken] = await place.table.claim(other, 10)
        os.kill(sleeper.pid, signal.SIGCONT)
        await until(lambda: len(rows(jobs_url, "SELECT 1 FROM procrastinate_workers")) == 2)
        await asyncio.sleep(1)
        assert await place.table.depth() == {("turns", "doing"): 1}
        assert (await place.table.finish([taken])).count == 1
        await place.defer(5)
        await until(lambda: bool(rows(jobs_url, f"SELECT 1 FROM runs WHERE session = 5 AND pid = {sleeper.pid}")))
