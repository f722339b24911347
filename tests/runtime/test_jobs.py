"""The same tests of the worker on Postgres and on SQLite."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.runtime.job_places import JobPlace, until


async def test_a_job_runs_once_and_leaves_nothing_behind(place: JobPlace) -> None:
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with place.worker(advance):
        await place.defer(7)
        await until(place.is_empty)
    assert ran == [7]


async def test_jobs_of_one_lock_run_in_order_and_never_together(place: JobPlace) -> None:
    running: set[int] = set()
    order: list[int] = []
    ids = iter(range(20))

    async def advance(session: int) -> None:
        assert session not in running
        running.add(session)
        order.append(next(ids))
        await asyncio.sleep(0.002)
        running.discard(session)

    for _ in range(10):
        await place.defer(1)
        await place.defer(2)
    async with place.worker(advance):
        await until(place.is_empty)
    assert order == list(range(20))


async def test_a_job_waits_for_an_earlier_one_of_its_lock_that_is_not_due(place: JobPlace) -> None:
    worker = await place.register()
    await place.defer(1)
    [first] = await place.table.claim(worker, 10)
    assert await place.table.put_back(first, datetime.now(UTC) + timedelta(hours=1))
    await place.defer(1)
    await place.defer(2)
    assert [job.task_kwargs for job in await place.table.claim(worker, 10)] == [{"session": 2}]


async def test_a_job_whose_lower_number_was_committed_late_waits_for_the_one_that_runs(place: JobPlace) -> None:
    worker = await place.register()
    await place.defer(1)
    [running] = await place.table.claim(worker, 10)
    await place.defer(1)
    await place.defer(2)
    await place.execute("UPDATE procrastinate_jobs SET id = -id WHERE status = 'todo' AND lock = 'session:1'")
    assert [job.task_kwargs for job in await place.table.claim(worker, 10)] == [{"session": 2}]
    assert (await place.table.finish([running])).freed


async def test_sixty_four_jobs_run_at_once(place: JobPlace) -> None:
    together = asyncio.Barrier(64)

    async def advance(session: int) -> None:
        await together.wait()

    for session in range(64):
        await place.defer(session)
    async with place.worker(advance, concurrency=64):
        await until(place.is_empty)


async def test_no_more_jobs_run_at_once_than_allowed(place: JobPlace) -> None:
    running = 0
    most = 0

    async def advance(session: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1

    for session in range(12):
        await place.defer(session)
    async with place.worker(advance, concurrency=3):
        await until(place.is_empty)
    assert most == 3


async def test_four_workers_run_each_job_once(place: JobPlace) -> None:
    ran: Counter[int] = Counter()

    async def advance(session: int) -> None:
        ran[session] += 1
        await asyncio.sleep(0.001)

    async with AsyncExitStack() as workers:
        for _ in range(4):
            await workers.enter_async_context(place.worker(advance))
        for session in range(100):
            await place.defer(session)
        await until(place.is_empty)
    assert ran == dict.fromkeys(range(100), 1)


async def test_a_failing_job_runs_again(place: JobPlace) -> None:
    attempts: list[int] = []

    async def advance(session: int) -> None:
        attempts.append(session)
        if len(attempts) < 3:
            raise RuntimeError("the first two fail")

    async with place.worker(advance):
        await place.defer(1)
        await until(place.is_empty)
    assert len(attempts) == 3


async def test_a_close_pair_of_jobs_never_waits_for_the_poll(place: JobPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an hour between polls, a job that a lock or a running claim has hidden must be announced."""
    monkeypatch.setattr("botflow.runtime.job_worker.POLL_S", 3600.0)
    ran: Counter[int] = Counter()

    async def advance(session: int) -> None:
        ran[session] += 1

    async with place.worker(advance):
        await until(place.is_listening)
        for session in range(60):
            await asyncio.gather(place.defer(session), place.defer(session))
        await until(place.is_empty)
    assert ran == dict.fromkeys(range(60), 2)


async def test_a_stop_puts_a_running_job_back(place: JobPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.GRACE_S", 0.1)
    started = asyncio.Event()

    async def endless(session: int) -> None:
        started.set()
        await asyncio.Event().wait()

    async with place.worker(endless):
        await place.defer(1)
        await started.wait()
    assert await place.table.depth() == {("turns", "todo"): 1}

    async def advance(session: int) -> None:
        started.clear()

    async with place.worker(advance):
        await until(place.is_empty)
    assert not started.is_set()


async def test_a_stop_lets_a_short_job_finish(place: JobPlace) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def advance(session: int) -> None:
        started.set()
        await asyncio.sleep(0.1)
        ended.set()

    async with place.worker(advance):
        await place.defer(1)
        await started.wait()
    assert ended.is_set()
    assert await place.is_empty()
