"""What has been seen to go wrong with jobs, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import psycopg
import pytest
from procrastinate.connector import BaseAsyncConnector
from procrastinate.jobs import Job
from structlog.testing import capture_logs

from botflow.runtime.process.worker import WorkerWatch
from botflow.storage.jobs import QUEUES, JobTable, Queue
from botflow.storage.jobs_postgres import PostgresJobs
from tests.runtime.job_places import JobPlace, open_place, until


@pytest.fixture(autouse=True)
def _quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.HEARTBEAT_S", 0.2)


class HeldClaims(JobTable):
    """A job table whose first answer that brings a job is a long time on its way."""

    def __init__(self, connector: BaseAsyncConnector) -> None:
        super().__init__(connector)
        self.claimed, self.arrived = asyncio.Event(), asyncio.Event()

    async def claim(self, worker: int, limit: int, queues: Sequence[str] = QUEUES) -> list[Job]:
        jobs = await super().claim(worker, limit, queues)
        if jobs:
            self.claimed.set()
            await self.arrived.wait()
        return jobs


async def test_a_job_announced_while_a_claim_is_under_way_never_waits_for_the_poll(
    place: JobPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.POLL_S", 3600.0)
    place.table = table = HeldClaims(place.connector)
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with place.worker(advance):
        await until(place.is_listening)
        await place.defer(1)
        await table.claimed.wait()
        await place.defer(2)
        await asyncio.sleep(0.2)  # the announcement arrives
        table.arrived.set()
        await until(lambda: ran == [1, 2])


async def test_a_claim_that_was_taken_over_can_end_nothing(place: JobPlace) -> None:
    sleeper, other = await place.register(), await place.register()
    await place.defer(1)
    [slept] = await place.table.claim(sleeper, 10)
    await place.app_manager.unregister_worker(sleeper)
    assert await place.table.put_back_stalled(10, 10) == 1
    [taken] = await place.table.claim(other, 10)

    assert (await place.table.finish([slept])).count == 0
    assert not await place.table.put_back(slept, None)
    assert await place.table.depth() == {("turns", "doing"): 1}
    assert (await place.table.finish([taken])).count == 1


@pytest.mark.parametrize("queue", QUEUES)
async def test_a_stalled_workers_jobs_are_put_back_and_a_living_ones_are_not(place: JobPlace, queue: Queue) -> None:
    worker = await place.register()
    await place.defer(1, queue=queue)
    await place.table.claim(worker, 10)
    assert await place.table.put_back_stalled(10, 10) == 0
    await asyncio.sleep(0.05)
    assert await place.table.put_back_stalled(0.01, 10) == 1


async def test_a_heartbeat_puts_back_what_its_worker_has_forgotten(place: JobPlace) -> None:
    worker = await place.register()
    await place.defer(1)
    await place.defer(2)
    running, forgotten = await place.table.claim(worker, 10)
    assert await place.table.beat(worker, [running.id or 0]) == 1
    [again] = await place.table.claim(worker, 10)
    assert (again.id, again.attempts) == (forgotten.id, forgotten.attempts + 1)


async def test_a_job_whose_end_cannot_be_stored_is_ended_later(place: JobPlace) -> None:
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)
        if len(ran) == 1:
            await place.execute("ALTER TABLE procrastinate_jobs RENAME TO jobs_away")

    async with place.worker(advance):
        await place.defer(1)
        await until(lambda: bool(ran))
        await asyncio.sleep(1.0)  # longer than all tries to store the end
        await place.execute("ALTER TABLE jobs_away RENAME TO procrastinate_jobs")
        await until(place.is_empty)


async def test_a_worker_whose_row_was_pruned_goes_on(place: JobPlace) -> None:
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with place.worker(advance):
        await place.defer(1)
        await until(place.is_empty)
        await place.execute("DELETE FROM procrastinate_workers")
        await place.defer(2)
        await until(place.is_empty)
        await until(place.has_worker)
    assert ran == [1, 2]


async def test_a_worker_that_cannot_start_is_started_again(place: JobPlace) -> None:
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    await place.defer(1)
    await place.execute("ALTER TABLE procrastinate_workers RENAME TO workers_away")
    async with place.worker(advance):
        await asyncio.sleep(0.3)
        assert ran == []
        await place.execute("ALTER TABLE workers_away RENAME TO procrastinate_workers")
        await until(lambda: ran == [1])


async def test_the_watch_sees_a_worker_while_it_lives(place: JobPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.process.worker.CACHED_S", 0.0)
    watch = WorkerWatch(place.table)

    async def advance(session: int) -> None: ...

    assert not await watch.reachable()
    async with place.worker(advance):
        await until(watch.reachable)
    assert not await watch.reachable()


async def test_the_watch_says_no_when_the_database_does_not_answer(place: JobPlace) -> None:
    await place.execute("ALTER TABLE procrastinate_workers RENAME TO workers_away")
    assert not await WorkerWatch(place.table).reachable()


async def test_a_lost_listener_listens_again(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.POLL_S", 3600.0)
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with open_place(PostgresJobs(postgres_url)) as place, place.worker(advance):
        await until(place.is_listening)
        [first] = await place.listeners()
        await place.connector.execute_query_all_async("SELECT pg_terminate_backend(%(pid)s)", pid=first)

        async def listens_again() -> bool:
            return bool(await place.listeners() - {first})

        await until(listens_again)
        await place.defer(1)
        await until(lambda: ran == [1])


async def test_a_worker_whose_connections_are_all_reset_goes_on(postgres_url: str) -> None:
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with open_place(PostgresJobs(postgres_url)) as place, place.worker(advance):
        await until(place.is_listening)
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            admin.execute(
                "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW("
                "'turns', 'advance', 0, 'session:1', NULL, '{\"session\": 1}', NULL)::procrastinate_job_to_defer_v1])"
            )
        await until(lambda: ran == [1])


async def test_a_job_that_ignores_the_stop_does_not_hold_it_up(
    place: JobPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.GRACE_S", 0.05)
    monkeypatch.setattr("botflow.runtime.process.worker.STOP_S", 0.3)
    started, let_go = asyncio.Event(), asyncio.Event()
    stubborn: set[asyncio.Task[None]] = set()

    async def advance(session: int) -> None:
        stubborn.add(asyncio.current_task())  # type: ignore[arg-type]  # there is one
        started.set()
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()

    with capture_logs() as logs:
        async with place.worker(advance):
            await place.defer(1)
            await started.wait()
    assert "worker_stop_late" in {line["event"] for line in logs}
    let_go.set()
    await asyncio.wait(stubborn)
    await until(place.is_empty)
