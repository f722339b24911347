"""Queues and priorities: what stands where, and who may take it. The same on Postgres and SQLite."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, text

from botflow.records.sessions import StoredSession
from botflow.storage.database import Database
from botflow.storage.jobs import EFFECTS, EXECUTIONS, PRIORITIES, TURNS
from botflow.storage.tables import executions
from tests.runtime.job_places import JobPlace, open_place
from tests.storage.aged_rows import make_due
from tests.storage.sample_turns import key, message, waiting


@pytest.fixture
async def place(database: Database) -> AsyncIterator[JobPlace]:
    async with open_place(database.jobs_connector()) as opened:
        yield opened


async def queued(database: Database) -> list[tuple[str, int, str]]:
    """Return (queue, priority, lock) of every job, oldest first."""
    statement = text("SELECT queue_name, priority, lock FROM procrastinate_jobs ORDER BY id")
    async with database.engine.read() as connection:
        return [(row[0], row[1], row[2]) for row in (await connection.execute(statement)).all()]


async def a_run(database: Database, name: str, priority: int | None) -> int:
    """Store a run's session with a queued inbound, and then its execution; return the session."""
    receipt = await database.inbox.enqueue(key(name, channel="run"), message("start"), 7, 0)
    row = {
        "id": uuid.uuid4(),
        "session_id": receipt.id.session,
        "started_at": database.engine.now(),
        "flow_version": 7,
        "status": "pending",
        "trigger": "api",
        "priority": priority,
    }
    async with database.engine.write() as connection:
        await connection.execute(insert(executions).values(row))
    return receipt.id.session


async def test_a_message_goes_before_a_timer_and_never_stands_behind_one(database: Database, place: JobPlace) -> None:
    stored = await database.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"), timeout_s=60)])
    assert stored[0] is not None
    session = stored[0].session
    await make_due(database, session)
    await database.timers.fire_due_waits(10)
    await database.inbox.enqueue(key(), message("m2"), 7, 0)
    bob = (await database.inbox.enqueue(key("bob"), message("m1", person="bob"), 7, 0)).id.session
    assert await queued(database) == [
        (TURNS, PRIORITIES["normal"], f"session:{session}:timer"),
        (TURNS, PRIORITIES["high"], f"session:{session}"),
        (TURNS, PRIORITIES["high"], f"session:{bob}"),
    ]
    claimed = await place.table.claim(await place.register(), 2)
    assert [job.lock for job in claimed] == [f"session:{session}", f"session:{bob}"]


async def test_the_turns_of_a_run_have_a_queue_of_their_own_and_its_priority(database: Database) -> None:
    urgent = await a_run(database, "urgent", PRIORITIES["critical"])
    unsaid = await a_run(database, "unsaid", None)
    await database.inbox.enqueue(key("urgent", channel="run"), message("more"), 7, 0)
    async with database.engine.write() as connection:
        await database.engine.defer_advances(connection, [urgent, unsaid], again=True)
    assert await queued(database) == [
        (EXECUTIONS, 0, f"session:{urgent}"),  # the execution's row came after this
        (EXECUTIONS, 0, f"session:{unsaid}"),
        (EXECUTIONS, PRIORITIES["critical"], f"session:{urgent}"),
        (EXECUTIONS, PRIORITIES["critical"], f"session:{urgent}:again"),
        (EXECUTIONS, 0, f"session:{unsaid}:again"),
    ]


async def test_a_worker_takes_jobs_of_its_own_queues_only(place: JobPlace) -> None:
    await place.defer(1)
    await place.defer(2, queue=EXECUTIONS)
    await place.defer(3, queue=EFFECTS)
    worker = await place.register()
    assert [job.queue for job in await place.table.claim(worker, 10, (EXECUTIONS,))] == [EXECUTIONS]
    assert await place.table.claim(worker, 10, (EXECUTIONS,)) == []
    assert [job.queue for job in await place.table.claim(worker, 10)] == [TURNS, EFFECTS]


async def test_the_four_priorities_are_claimed_from_the_highest_down(place: JobPlace) -> None:
    for session, priority in enumerate(PRIORITIES.values(), start=1):
        await place.defer(session, priority=priority)
    worker = await place.register()
    claimed = [await place.table.claim(worker, 1) for _ in range(4)]
    assert [job.task_kwargs["session"] for [job] in claimed] == [4, 3, 2, 1]


async def test_the_highest_priority_of_all_queues_is_claimed_first(place: JobPlace) -> None:
    await place.defer(1)
    await place.defer(2, queue=EXECUTIONS)
    await place.defer(3, queue=EXECUTIONS, priority=PRIORITIES["critical"])
    await place.defer(4, priority=PRIORITIES["high"])
    claimed = await place.table.claim(await place.register(), 2)
    assert [job.task_kwargs["session"] for job in claimed] == [3, 4]


async def test_the_backlog_tells_what_lacks_a_worker_from_what_waits_for_its_turn(place: JobPlace) -> None:
    worker = await place.register()
    await place.defer(1)
    await place.table.claim(worker, 1)
    await place.defer(1)
    await _age(place, 30)
    [own] = await place.table.backlog()
    assert (own.queue, own.priority, own.waiting, own.running, own.oldest_s) == (TURNS, 0, 1, 1, 0.0)
    await place.defer(2)
    await _age(place, 30)
    await place.defer(3, queue=EXECUTIONS, priority=10)
    backlog = {row.queue: row for row in await place.table.backlog()}
    assert (backlog[TURNS].waiting, backlog[EXECUTIONS].waiting) == (2, 1)
    assert 30 <= backlog[TURNS].oldest_s < 50
    assert backlog[EXECUTIONS].oldest_s < 20


async def test_a_finished_job_is_kept_where_somebody_asks_for_it(database: Database, place: JobPlace) -> None:
    worker = await place.register()
    for session in (1, 2, 3):
        await place.defer(session)
    first, second, third = await place.table.claim(worker, 3)
    assert first.id is not None
    assert (await place.table.finish([first, second], failed={first.id}, keep=True)).count == 2
    assert (await place.table.finish([third])).count == 1
    statement = text("SELECT id, queue, task, args, failed FROM finished_jobs ORDER BY id")
    async with database.engine.read() as connection:
        rows = (await connection.execute(statement)).all()
    assert [(row.id, row.queue, row.task, bool(row.failed)) for row in rows] == [
        (first.id, TURNS, "advance", True),
        (second.id, TURNS, "advance", False),
    ]
    assert await place.table.forget(60, 10) == 0
    assert [await place.table.forget(-1, 1) for _ in range(3)] == [1, 1, 0]


async def test_workers_that_gave_a_sign_of_life_are_counted(place: JobPlace) -> None:
    assert await place.table.workers(10) == 0
    for _ in range(2):
        await place.register()
    assert await place.table.workers(10) == 2


async def _age(place: JobPlace, seconds: int) -> None:
    """Let every job be so much older."""
    if place.is_sqlite:
        await place.execute(f"UPDATE procrastinate_jobs SET created_at = created_at - {seconds}")
    else:
        await place.execute(f"UPDATE procrastinate_jobs SET created_at = created_at - interval '{seconds} s'")
