"""The migrations make exactly the tables, under a lock, and a wrong schema is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text
from structlog.testing import capture_logs

from botflow.errors import ProviderError, UsageError
from botflow.storage.database import open_database
from botflow.storage.engines.postgres_connect import driver_url
from botflow.storage.migrations import HEAD, VERSION_TABLE
from botflow.storage.migrations.upgrade import SCRIPTS, migrate
from botflow.storage.tables import executions
from tests.faults.waiting import until


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    engine = create_engine(driver_url(database_url).replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        command.check(_config(connection))
    engine.dispose()


def test_the_newest_script_is_the_one_that_the_server_expects() -> None:
    assert ScriptDirectory.from_config(_config(None)).get_current_head() == HEAD


async def test_processes_that_start_at_once_migrate_once(empty_postgres_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, empty_postgres_url) for _ in range(4)))
    database = await open_database(empty_postgres_url, migrate=False)
    assert await database.ready()
    await database.close()


async def test_an_empty_database_is_migrated_when_it_is_opened(empty_postgres_url: str, tmp_path: Path) -> None:
    for url in (empty_postgres_url, f"sqlite:///{tmp_path / 'with a space' / 'botflow.db'}"):
        with pytest.raises(UsageError, match="botflow db upgrade") as refused:
            await open_database(url, migrate=False)
        assert refused.value.code == "database.not_migrated"
        database = await open_database(url, migrate=True)
        assert await database.ready()
        await database.close()


async def test_a_migration_that_meets_busy_tables_is_tried_again(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of the former release has a transaction open; nobody queues behind the migration for long."""
    monkeypatch.setattr("botflow.storage.migrations.upgrade.LOCK_TIMEOUT_S", 1)
    engine = create_engine(driver_url(empty_postgres_url).replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        command.upgrade(_config(connection), "0007")
        connection.commit()
        connection.execute(text("SELECT * FROM processes"))
        with capture_logs() as logs:
            migrating = asyncio.create_task(asyncio.to_thread(migrate, empty_postgres_url))
            await until(lambda: _is("migration_waits" in [line["event"] for line in logs]), "it gives up for a while")
            with psycopg.connect(empty_postgres_url, options="-c lock_timeout=3s") as another:
                another.execute("SELECT * FROM processes")
            connection.rollback()
            await migrating
    engine.dispose()
    database = await open_database(empty_postgres_url, migrate=False)
    await database.close()


async def _is(claim: bool) -> bool:
    return claim


async def test_an_older_release_works_on_a_newer_schema(database_url: str) -> None:
    """In a rolling upgrade, and after a return to the former release."""
    database = await open_database(database_url, migrate=False)
    await database.engine.write(_set_version, "9999", HEAD)
    assert await database.ready()
    await database.close()
    for migrates in (False, True):
        database = await open_database(database_url, migrate=migrates)
        assert await database.ready()
        await database.close()


async def test_a_schema_that_an_older_release_could_not_bear_is_left_alone(database_url: str) -> None:
    database = await open_database(database_url, migrate=False)
    await database.engine.write(_set_version, "9999", "9998")
    assert not await database.ready()
    await database.close()
    for migrates in (False, True):
        with pytest.raises(UsageError) as refused:
            await open_database(database_url, migrate=migrates)
        assert refused.value.code == "database.newer"


async def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="BOTFLOW_DATABASE_URL") as failure:
        await open_database("postgresql://postgres@127.0.0.1:1/nowhere", migrate=True)
    assert (failure.value.code, failure.value.retryable) == ("database.unavailable", True)


async def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        await open_database("mysql://localhost/botflow", migrate=True)
    assert refused.value.code == "database.url"


def test_numbers_that_a_former_release_stored_become_json_again(tmp_path: Path) -> None:
    """SQLite had turned them into integers and floats, for its columns were declared as JSON."""
    url = f"sqlite:///{tmp_path / 'former.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0003")
        connection.execute(text("ALTER TABLE executions DROP COLUMN output"))
        connection.execute(text("ALTER TABLE executions ADD COLUMN output JSON"))
        for id, output in enumerate(("5", "1.5", '"5"', '{"a": 1}', None)):
            connection.execute(
                text(
                    "INSERT INTO executions (id, session_id, started_at, flow_version, status, output)"
                    " VALUES (:id, 1, '2026-01-01', 1, 'completed', :output)"
                ),
                {"id": f"{id:032x}", "output": output},
            )
    migrate(url)
    with engine.connect() as connection:
        stored = [row.output for row in connection.execute(select(executions.c.output).order_by(executions.c.id))]
    engine.dispose()
    assert stored == [5, 1.5, "5", {"a": 1}, None]


def _set_version(connection: Connection, version: str, oldest: str) -> None:
    statement = text(f"UPDATE {VERSION_TABLE} SET version_num = :version, oldest = :oldest")
    connection.execute(statement, {"version": version, "oldest": oldest})


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config
