"""The SQLite connector by itself; what it has in common with Postgres is tested with the worker."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from procrastinate import sql
from procrastinate.jobs import Job

from botflow.errors import UsageError
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.jobs import JobTable
from botflow.storage.jobs_sqlite import SqliteJobs
from botflow.storage.jobs_version import PROCRASTINATE_VERSION, check_version
from tests.runtime.job_places import JobPlace, until

SESSION = """
INSERT INTO sessions (id, workflow_id, channel, external_id, version, last_seq, done_seq, created_at, updated_at,
  parked, state)
VALUES (5, 1, 'chat', 'ann', 0, 0, 0, '2026-01-01', '2026-01-01', false, '{}')
"""


@pytest.fixture
async def engine(sqlite_url: str) -> AsyncIterator[SqliteEngine]:
    opened = SqliteEngine(sqlite_url)
    opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def connector(engine: SqliteEngine) -> SqliteJobs:
    return SqliteJobs(engine, engine.bell)


def test_another_procrastinate_is_refused_with_what_to_install() -> None:
    with pytest.raises(UsageError, match=r"pip install procrastinate==3\.10\.0") as refused:
        check_version("3.11.0")
    assert refused.value.code == "jobs.version"


def test_the_package_pins_the_procrastinate_that_the_statements_are_written_for() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert f"procrastinate=={PROCRASTINATE_VERSION}" in project["dependencies"]


async def test_a_statement_without_a_twin_is_refused_by_its_words(connector: SqliteJobs) -> None:
    with pytest.raises(UsageError, match="procrastinate_cancel_job_v1"):
        await connector.execute_query_one_async(sql.queries["cancel_job"], job_id=1, abort=False, delete_job=False)


async def test_a_queueing_lock_is_refused(connector: SqliteJobs) -> None:
    job = Job(queue="turns", lock=None, queueing_lock="once", task_name="advance")
    with pytest.raises(UsageError, match="queueing lock"):
        await JobPlace(connector).app_manager.defer_job_async(job)


async def test_a_job_keeps_its_time_and_its_arguments(connector: SqliteJobs) -> None:
    place = JobPlace(connector)
    past = datetime(2024, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
    number = await place.advance.configure(lock="a", schedule_at=past).defer_async(session=9007199254740993)
    [job] = await place.table.claim(await place.register(), 10)
    assert (job.id, job.task_kwargs, job.scheduled_at) == (number, {"session": 9007199254740993}, past)


async def test_a_job_of_a_transaction_that_fails_never_was(engine: SqliteEngine, connector: SqliteJobs) -> None:
    async def fail_after_deferring() -> None:
        async with engine.write() as connection:
            await engine.defer_advances(connection, [1], again=False)
            raise RuntimeError("the caller's own trouble")

    with pytest.raises(RuntimeError):
        await fail_after_deferring()
    assert await JobTable(connector).depth() == {}


async def test_the_bell_starts_a_job_of_somebody_elses_transaction(
    engine: SqliteEngine, connector: SqliteJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.job_worker.POLL_S", 3600.0)
    place = JobPlace(connector)
    ran: list[int] = []

    async def advance(session: int) -> None:
        ran.append(session)

    async with place.worker(advance):
        await until(place.is_listening)
        async with engine.write() as connection:
            await connection.exec_driver_sql(SESSION)
            await engine.defer_advances(connection, [5], again=False)
            await engine.defer_advances(connection, [5], again=True)
        engine.bell.ring()
        await until(lambda: ran == [5, 5])
