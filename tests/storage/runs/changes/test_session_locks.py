"""A change from outside and a turn's commit lock the same rows, and never wait for each other in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from botflow.records.leases import Lease
from botflow.storage.database import Database, open_database
from botflow.storage.runs.handoffs import lock_session
from botflow.storage.service.sessions.session_changes import replace_state
from tests.runtime.until import until
from tests.storage.leased_turns import ONE, accept, finish, finishing, leased, take
from tests.storage.open_transaction import open_transaction
from tests.storage.sample_turns import message

TIMES = 100
HOLD = text("SELECT id FROM sessions WHERE id = :session FOR UPDATE")
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url, migrate=False)
    yield opened
    await opened.close()


async def until_waiting(postgres: Database, count: int) -> None:
    async def are_waiting() -> bool:
        return bool(await postgres.engine.read(lambda connection: connection.execute(WAITING).scalar_one()) >= count)

    await until(are_waiting)


async def deadlocks(postgres: Database) -> int:
    return int(await postgres.engine.read(lambda connection: connection.execute(DEADLOCKS).scalar_one()))


def edit(connection: Connection, session: int, before_writing: Callable[[], object] = lambda: None) -> int:
    locked = lock_session(connection, session)
    assert locked is not None
    before_writing()
    replace_state(connection, locked, locked.session, ["size"])
    return locked.version


async def test_a_message_that_comes_while_an_edit_waits_for_its_session_is_locked_before_the_edit_writes(
    postgres: Database, postgres_url: str
) -> None:
    """Its turn's commit holds the inbound and wants the session; the edit has that and wants the inbound."""
    first = await leased(postgres, "m1")
    session = first.queued.id.session
    await finish(postgres, first)
    loop, inbound = asyncio.get_running_loop(), message("m2")
    commits: list[asyncio.Task[object]] = []

    def commit() -> None:
        """Let the turn's commit begin, and wait until it waits."""

        async def begin() -> None:
            stored = await postgres.turns.load_by_id(session)
            assert stored is not None
            queued = replace(first.queued, id=(await arrived).turn, attempt=1, inbound=inbound)
            commits.append(asyncio.create_task(postgres.turns.finish(finishing(Lease(stored, queued)))))
            await until_waiting(postgres, 1)

        asyncio.run_coroutine_threadsafe(begin(), loop).result(30)

    with open_transaction(postgres_url) as holder:
        holder.execute(HOLD, {"session": session})
        arrived = asyncio.create_task(accept(postgres, inbound, owner=ONE))
        await until_waiting(postgres, 1)
        with open_transaction(postgres_url) as editor:
            editing = asyncio.create_task(asyncio.to_thread(edit, editor, session, commit))
            await until_waiting(postgres, 2)
            holder.commit()
            await editing
    assert await commits[0] is None  # the edit has moved the session on: the turn is taken again
    again = await take(postgres, session)
    assert (again.queued.inbound.key, again.queued.attempt) == ("m2", 1)
    await finish(postgres, again)
    assert await deadlocks(postgres) == 0


async def test_edits_and_commits_of_one_session_run_beside_each_other_many_times(postgres: Database) -> None:
    first = await leased(postgres, "first")
    session = first.queued.id.session
    await finish(postgres, first)

    async def talk(person: str) -> None:
        """Say something, and commit what waits: what is ours at once, as a process does that accepted it."""
        for number in range(TIMES):
            inbound = message(f"{person}{number}")
            accepted = await accept(postgres, inbound, owner=ONE)
            stored = await postgres.turns.load_by_id(session)
            assert stored is not None
            lease: Lease | None = None
            if accepted.is_ours:
                lease = Lease(stored, replace(first.queued, id=accepted.turn, attempt=1, inbound=inbound))
            while lease is not None:
                finished = await postgres.turns.finish(finishing(lease))
                lease = finished.next if finished is not None else await postgres.leases.take(ONE, session)

    async def change() -> None:
        for _ in range(TIMES):
            await postgres.engine.write(edit, session)

    async with asyncio.timeout(60):
        await asyncio.gather(talk("ann"), talk("bob"), change(), change(), change())
        while (lease := await postgres.leases.take(ONE, session)) is not None:  # what an edit took back at the end
            await finish(postgres, lease)
    stored = await postgres.turns.load_by_id(session)
    assert stored is not None
    assert (stored.last_seq - stored.done_seq, stored.session.version) == (0, 1 + 2 * TIMES + 3 * TIMES)
    assert await deadlocks(postgres) == 0
