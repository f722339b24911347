"""SQLite only: one process, one writer behind a queue, and the disk before the answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import cast

import pytest
from sqlalchemy import text

from botflow.errors import UsageError
from botflow.records import StoredSession
from botflow.storage.database import Database, open_database
from botflow.storage.migrate import migrate
from botflow.storage.sqlite import SqliteEngine
from tests.storage.turns import key, message, said, waiting

HOLDER = """
import asyncio, sys
from botflow.storage.database import open_database
async def hold():
    await open_database(sys.argv[1], migrate=False)
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = await open_database(sqlite_url, migrate=False)
    yield database
    await database.close()


async def test_a_second_opening_is_refused_and_names_the_way_out(sqlite: Database) -> None:
    with pytest.raises(UsageError, match="BOTFLOW_DATABASE_URL") as refused:
        await open_database(sqlite.url, migrate=False)
    assert refused.value.code == "database.in_use"
    with pytest.raises(UsageError):
        migrate(sqlite.url)


async def test_a_killed_process_lets_go_of_the_database(sqlite_url: str) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, sqlite_url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    with pytest.raises(UsageError):
        await open_database(sqlite_url, migrate=False)
    holder.kill()
    await holder.wait()
    database = await open_database(sqlite_url, migrate=False)
    assert await database.ready()
    await database.close()


async def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        await open_database("sqlite://", migrate=True)
    assert refused.value.code == "database.url"


async def test_a_commit_waits_for_the_disk(sqlite: Database) -> None:
    async with sqlite.engine.write() as connection:
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2  # FULL
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"


async def test_readers_cannot_write(sqlite: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        async with sqlite.engine.read() as connection:
            await connection.execute(text("DELETE FROM sessions"))


async def test_a_failed_write_leaves_nothing_and_the_next_one_goes_on(sqlite: Database) -> None:
    async def write_and_fail() -> None:
        async with sqlite.engine.write() as connection:
            await connection.execute(text("UPDATE organizations SET name = 'changed'"))
            raise RuntimeError("meanwhile")

    with pytest.raises(RuntimeError, match="meanwhile"):
        await write_and_fail()
    assert await _organization(sqlite) == "Default"
    assert await sqlite.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"))]) != [None]


async def test_a_cancelled_write_leaves_nothing_and_the_next_one_goes_on(sqlite: Database) -> None:
    async def write_slowly() -> None:
        async with sqlite.engine.write() as connection:
            await connection.execute(text("UPDATE organizations SET name = 'changed'"))
            await asyncio.sleep(60)

    writing = asyncio.create_task(write_slowly())
    await asyncio.sleep(0.05)
    waiting_behind = asyncio.create_task(
        sqlite.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"))])
    )
    writing.cancel()
    assert await waiting_behind != [None]
    assert await _organization(sqlite) == "Default"


async def test_writers_wait_for_each_other(sqlite: Database) -> None:
    people = [key(f"p{number}") for number in range(20)]
    results = await asyncio.gather(
        *(sqlite.sessions.commit_turns([waiting(StoredSession(key=who), message("m1"), said("hi"))]) for who in people)
    )
    assert [None] not in results


async def test_a_job_is_rung_for_after_its_commit(sqlite: Database) -> None:
    rung = asyncio.Event()

    async def ring(*, channel: str, payload: str) -> None:
        rung.set()

    bell = cast(SqliteEngine, sqlite.engine).bell
    listening = asyncio.create_task(bell.listen(ring, "any"))
    await asyncio.sleep(0)
    await sqlite.sessions.commit_turns([waiting(StoredSession(key=key("bob")), message("m1"))])
    await asyncio.sleep(0.02)
    assert not rung.is_set()
    await sqlite.inbox.enqueue(key(), message("m1"), 7, 0)
    async with asyncio.timeout(5):
        await rung.wait()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def _organization(sqlite: Database) -> str:
    async with sqlite.engine.read() as connection:
        return str((await connection.execute(text("SELECT name FROM organizations"))).scalar())
