"""SQLite only: one process, one writer behind a queue, and the disk before the answer."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest
from sqlalchemy import text

from botflow.errors import ProviderError, UsageError
from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.migrations.upgrade import migrate
from tests.storage.sample_turns import key, message, said, waiting

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

    def pragma(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]

    assert await cast(SqliteEngine, sqlite.engine).change(pragma) == [2, "wal"]


async def test_readers_cannot_write(sqlite: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        async with sqlite.engine.read() as connection:
            await connection.execute(text("DELETE FROM sessions"))
    with pytest.raises(ProviderError, match="readonly"):
        await cast(SqliteEngine, sqlite.engine).look(lambda connection: connection.execute("DELETE FROM sessions"))


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


async def test_one_bad_turn_takes_its_whole_batch_back(sqlite: Database) -> None:
    good = waiting(StoredSession(key=key("ann")), message("m1"))
    bad = waiting(StoredSession(key=key("eve")), replace(message("m1"), seed=2**63))
    with pytest.raises(OverflowError):
        await sqlite.sessions.commit_turns([good, bad])
    assert (await sqlite.sessions.load(key("ann"))).id == 0
    assert await sqlite.sessions.commit_turns([good]) != [None]


async def test_hot_and_other_writers_stand_in_one_queue(sqlite: Database) -> None:
    order: list[str] = []

    async def write(name: str) -> None:
        async with sqlite.engine.write() as connection:
            await connection.execute(text("UPDATE organizations SET name = name"))
            await asyncio.sleep(0.01)
            order.append(name)

    async def commit(name: str) -> None:
        assert await sqlite.sessions.commit_turns([waiting(StoredSession(key=key(name)), message("m1"))]) != [None]
        order.append(name)

    await asyncio.gather(write("1"), commit("2"), write("3"), commit("4"))
    assert order == ["1", "2", "3", "4"]


async def test_a_cancelled_caller_does_not_let_the_next_one_in_early(sqlite: Database) -> None:
    """Its transaction goes on beside the connection, and whoever is next waits for it."""
    engine = cast(SqliteEngine, sqlite.engine)
    begun, go_on = threading.Event(), threading.Event()

    def hold(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE organizations SET name = 'changed'")
        begun.set()
        go_on.wait(10)

    holding = asyncio.create_task(engine.change(hold))
    await asyncio.to_thread(begun.wait, 10)
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert engine._queue.locked()
    go_on.set()
    assert await sqlite.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"))]) != [None]
    assert await _organization(sqlite) == "changed"


async def test_a_closed_database_says_so(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    await database.close()
    with pytest.raises(ProviderError, match="closed") as failure:
        await database.sessions.load(key())
    assert (failure.value.code, failure.value.retryable) == ("database.unavailable", True)


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
