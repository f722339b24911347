"""A transaction of a process that is no botflow server: it waits, commits and fails like any other."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from botflow.errors import ProviderError
from botflow.storage.database import Database
from botflow.storage.one_off import run_once, run_once_sync
from tests.storage.open_transaction import open_transaction

RENAME = text("UPDATE organizations SET name = 'changed'")
EXCLAIM = text("UPDATE organizations SET name = name || '!'")
NAME = text("SELECT name FROM organizations")


def rename(connection: Connection) -> str:
    connection.execute(RENAME)
    return str(connection.execute(NAME).scalar_one())


def rename_and_fail(connection: Connection) -> None:
    rename(connection)
    raise RuntimeError("meanwhile")


async def name_in(database: Database) -> str:
    return await database.engine.read(lambda connection: str(connection.execute(NAME).scalar_one()))


async def test_it_commits_beside_the_process_that_has_the_database(database: Database) -> None:
    assert await run_once(database.url, rename) == "changed"
    assert await name_in(database) == "changed"


async def test_what_it_raises_takes_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError, match="meanwhile"):
        await run_once(database.url, rename_and_fail)
    with pytest.raises(RuntimeError, match="meanwhile"):
        run_once_sync(database.url, rename_and_fail)
    assert await name_in(database) == "Default"


async def test_the_event_loop_goes_on_while_it_waits_for_another_writer(database: Database) -> None:
    with open_transaction(database.url) as connection:
        connection.execute(text("UPDATE organizations SET name = 'held'"))
        waiting = asyncio.create_task(run_once(database.url, rename))
        await asyncio.sleep(0.2)
        assert not waiting.done()  # a loop that stood still would sleep until the wait has ended, in vain
    assert await waiting == "changed"


async def test_what_it_reads_and_what_it_writes_are_of_one_transaction(database: Database) -> None:
    """On SQLite it is the only writer from its first statement on; on Postgres a row is locked by who reads it so."""

    def read_and_wait(connection: Connection) -> str:
        lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
        name = connection.execute(text(f"{NAME.text}{lock}")).scalar_one()
        time.sleep(0.3)
        connection.execute(text("UPDATE organizations SET name = :name"), {"name": f"{name} and more"})
        return str(name)

    reading = asyncio.create_task(asyncio.to_thread(run_once_sync, database.url, read_and_wait))
    await asyncio.sleep(0.1)
    await database.engine.write(lambda connection: connection.execute(EXCLAIM))
    assert await reading == "Default"
    assert await name_in(database) == "Default and more!"


async def test_a_database_that_is_away_is_a_failure_of_the_world(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", "postgresql://nobody@127.0.0.1:1/x"):
        with pytest.raises(ProviderError) as failure:
            await run_once(url, rename)
        assert failure.value.code == "database.unavailable"
        with pytest.raises(ProviderError):
            run_once_sync(url, rename)
