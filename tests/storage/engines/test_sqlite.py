"""SQLite only: one process, one writer behind a queue, and the disk before the answer."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, TextClause, select, text

from botflow.errors import ProviderError, UsageError
from botflow.records.leases import Accepted, Finishing
from botflow.records.sessions import StoredSession
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.storage.database import Database, open_database
from botflow.storage.engines.dialects import now
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_file import sqlite_path
from botflow.storage.engines.sqlite_threads import READERS
from botflow.storage.migrations.upgrade import migrate
from tests.storage.leased_turns import ONE, accept, arrival
from tests.storage.sample_turns import key, message, said, waiting

RENAME = text("UPDATE organizations SET name = 'changed'")

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


async def test_a_second_opening_by_another_name_is_refused(sqlite: Database, tmp_path: Path) -> None:
    link, folder = tmp_path / "link.db", tmp_path / "linked"
    file = sqlite_path(sqlite.url)
    link.symlink_to(file)
    folder.symlink_to(file.parent)
    for name in (link, folder / file.name, folder / "." / file.name):
        with pytest.raises(UsageError) as refused:
            await open_database(f"sqlite:///{name}", migrate=False)
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
    names = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")

    def pragma(connection: Connection) -> list[object]:
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    def hot_pragma(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    full = [2, "wal", 1, 5000]
    assert await sqlite.engine.write(pragma) == full
    assert await engine_of(sqlite).hot_write(hot_pragma) == full


async def test_hot_and_other_statements_share_their_connections(sqlite: Database) -> None:
    def driver(connection: Connection) -> int:
        return id(connection.connection.driver_connection)

    engine = engine_of(sqlite)
    assert await engine.hot_write(id) == await engine.write(driver)
    readers = {await engine.read(driver) for _ in range(20)} | {await engine.hot_read(id) for _ in range(20)}
    assert len(readers) <= READERS


async def test_readers_cannot_write(sqlite: Database) -> None:
    with pytest.raises(ProviderError, match="readonly"):
        await sqlite.engine.read(lambda connection: connection.execute(text("DELETE FROM sessions")))
    with pytest.raises(ProviderError, match="readonly"):
        await engine_of(sqlite).hot_read(lambda connection: connection.execute("DELETE FROM sessions"))


async def test_a_failed_write_leaves_nothing_and_the_next_one_goes_on(sqlite: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(RENAME)
        raise RuntimeError("meanwhile")

    def fail_hot(connection: sqlite3.Connection) -> None:
        connection.execute(RENAME.text)
        raise RuntimeError("meanwhile")

    with pytest.raises(RuntimeError, match="meanwhile"):
        await sqlite.engine.write(fail)
    with pytest.raises(RuntimeError, match="meanwhile"):
        await engine_of(sqlite).hot_write(fail_hot)
    assert await _organization(sqlite) == "Default"
    assert await sqlite.turns.commit(waiting(StoredSession(key=key()), message("m1"))) is not None


async def test_a_write_that_is_cancelled_before_its_turn_is_never_made(sqlite: Database) -> None:
    async with holding(sqlite, None) as holder:
        writing = asyncio.create_task(sqlite.engine.write(lambda connection: connection.execute(RENAME)))
        await asyncio.sleep(0.05)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await holder
    assert await _organization(sqlite) == "Default"


async def test_a_write_whose_caller_is_cancelled_is_finished_before_the_next_one(sqlite: Database) -> None:
    async with holding(sqlite, RENAME) as holder:
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        committing = asyncio.create_task(
            sqlite.turns.commit(waiting(StoredSession(key=key()), message("m1"))),
        )
        await asyncio.sleep(0.05)
        assert not committing.done()
    assert await committing is not None
    assert await _organization(sqlite) == "changed"


async def test_one_bad_turn_takes_its_whole_batch_back_and_its_neighbours_commit_without_it(sqlite: Database) -> None:
    good = waiting(StoredSession(key=key("ann")), message("m1"))
    bad = waiting(StoredSession(key=key("eve")), replace(message("m1"), seed=2**63))
    committed, refused = await asyncio.gather(
        *(sqlite.turns.commit(turn) for turn in (good, bad)), return_exceptions=True
    )
    assert isinstance(refused, OverflowError)
    assert committed == TurnId((await sqlite.turns.load(key("ann"))).id, 1)  # in the batch it had been committed before
    assert not (await sqlite.turns.load(key("eve"))).has_row


async def test_leased_turns_of_one_moment_wait_for_the_disk_together(sqlite: Database) -> None:
    """Accepted, journalled and finished: each of it shares a transaction with its neighbours'."""
    people = [key(f"p{number}") for number in range(16)]
    statements: list[str] = []
    await engine_of(sqlite).hot_write(lambda connection: connection.set_trace_callback(statements.append))
    accepted = await asyncio.gather(*(accept(sqlite, "m1", who=who, owner=ONE) for who in people))
    answer = JournalledAnswer(index=0, fingerprint="f", value={}, ask={})
    assert all(await asyncio.gather(*(sqlite.turns.keep(each.turn, 1, [answer]) for each in accepted)))
    read = [StoredSession(key=who, id=each.turn.session) for who, each in zip(people, accepted, strict=True)]
    ends = [Finishing(turn=TurnId(each.id, 1), attempt=1, commit=waiting(each, message("m1"))) for each in read]
    assert None not in await asyncio.gather(*map(sqlite.turns.finish, ends))
    assert sum(statement.startswith("BEGIN") for statement in statements) <= 6


async def test_one_bad_inbound_takes_its_whole_transaction_back_and_its_neighbours_do_without_it(
    sqlite: Database,
) -> None:
    good, bad = arrival(message("m1"), owner=ONE), arrival(replace(message("m1"), seed=2**63), who=key("eve"))
    accepted, refused = await asyncio.gather(
        *(sqlite.turns.accept(each) for each in (good, bad)), return_exceptions=True
    )
    assert isinstance(refused, OverflowError)
    assert accepted == Accepted(turn=TurnId((await sqlite.turns.load(key())).id, 1), version=0, is_ours=True)
    assert (await sqlite.turns.load(key("eve"))).id == 0


async def test_hot_and_other_writers_stand_in_one_queue(sqlite: Database) -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[object], None]:
        return lambda connection: order.append(name)

    hot = engine_of(sqlite).hot_write
    write = sqlite.engine.write
    await asyncio.gather(write(noting("1")), hot(noting("2")), write(noting("3")), hot(noting("4")))
    assert order == ["1", "2", "3", "4"]


async def test_a_transaction_has_one_time(sqlite: Database) -> None:
    def twice(connection: Connection) -> list[datetime]:
        moments = []
        for _ in range(2):
            moments.append(connection.execute(select(now().label("at"))).scalar_one())
            time.sleep(0.002)
        return moments

    first, second = await sqlite.engine.write(twice)
    assert first == second < await sqlite.now()


async def test_a_closed_database_says_so(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    await database.close()
    with pytest.raises(ProviderError, match="closed") as failure:
        await database.turns.load(key())
    assert (failure.value.code, failure.value.retryable) == ("database.unavailable", True)


async def test_writers_wait_for_each_other(sqlite: Database) -> None:
    people = [key(f"p{number}") for number in range(20)]
    results = await asyncio.gather(
        *(sqlite.turns.commit(waiting(StoredSession(key=who), message("m1"), said("hi"))) for who in people)
    )
    assert None not in results


@asynccontextmanager
async def holding(sqlite: Database, statement: TextClause | None) -> AsyncIterator[asyncio.Task[None]]:
    """Keep a transaction open that has executed `statement`, until the block ends."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        if statement is not None:
            connection.execute(statement)
        begun.set()
        go_on.wait(10)

    holder = asyncio.create_task(sqlite.engine.write(hold))
    await asyncio.to_thread(begun.wait, 10)
    try:
        yield holder
    finally:
        go_on.set()


def engine_of(sqlite: Database) -> SqliteEngine:
    assert isinstance(sqlite.engine, SqliteEngine)
    return sqlite.engine


async def _organization(sqlite: Database) -> str:
    return await sqlite.engine.read(
        lambda connection: str(connection.execute(text("SELECT name FROM organizations")).scalar())
    )
