"""What a failing database is called: whether a retry may help, and what an operator should look for."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from botflow.errors import ProviderError
from botflow.storage.database import open_database
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import driver_url
from tests.storage.engines.test_postgres_connect import opened
from tests.storage.sample_turns import key

WRITE = text("UPDATE organizations SET name = name")


async def test_a_server_that_takes_no_writes_is_away_and_not_the_statements_fault(postgres_url: str) -> None:
    """After a failover the former primary is a standby: nothing may be given up for that."""
    read_only = f"{postgres_url}?options=-c%20default_transaction_read_only%3Don"
    async with opened(read_only) as engine:
        for write in (
            engine.write(lambda connection: connection.execute(WRITE)),
            engine.hot("UPDATE organizations SET name = name RETURNING 1", ()),
        ):
            with pytest.raises(ProviderError) as failed:
                await write
            assert (failed.value.code, failed.value.retryable) == ("database.unavailable", True)
            assert "target_session_attrs" in failed.value.hint


async def test_sessions_that_began_read_only_are_left_when_the_server_takes_writes_again(postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]

    def set_read_only(switch: str) -> None:
        with psycopg.connect(postgres_url, autocommit=True, options="-c default_transaction_read_only=off") as admin:
            admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {switch}'.encode())

    set_read_only("on")
    async with opened(postgres_url) as engine:
        await asyncio.gather(*(engine.hot("SELECT pg_sleep(0.1)", ()) for _ in range(4)))
        writes = (
            lambda: engine.write(lambda connection: connection.execute(WRITE)),
            lambda: engine.hot("UPDATE organizations SET name = name RETURNING 1", ()),
        )
        for write in writes:
            with pytest.raises(ProviderError):
                await write()
        set_read_only("off")
        for write in writes:
            with suppress(ProviderError):  # one that was free meanwhile
                await write()
        for write in writes * 5:
            await write()


async def test_a_lock_and_a_timeout_are_named_as_what_they_are(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE organizations")
        for option in ("lock_timeout", "statement_timeout"):
            async with opened(f"{postgres_url}?options=-c%20{option}%3D100ms") as engine:
                with pytest.raises(ProviderError) as failed:
                    await engine.write(lambda connection: connection.execute(WRITE))
            assert failed.value.retryable
            assert "pg_locks" in failed.value.hint
            assert ("statement_timeout" in failed.value.hint) == (option == "statement_timeout")


async def test_a_server_without_a_free_connection_says_so(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        try:
            with pytest.raises(ProviderError) as failed, provider_errors():
                psycopg.connect(driver_url(postgres_url), user="crowded")
        finally:
            connection.execute("DROP ROLE crowded")
    assert "BOTFLOW_DATABASE_CONNECTIONS" in failed.value.hint


def test_a_full_disk_is_named() -> None:
    with pytest.raises(ProviderError) as failed, provider_errors():
        raise psycopg.errors.DiskFull("could not extend file")
    assert failed.value.retryable
    assert "free space" in failed.value.hint


async def test_a_file_that_may_not_be_written_is_named(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    with pytest.raises(ProviderError) as failed:
        await database.engine.read(lambda connection: connection.execute(WRITE))
    await database.close()
    assert "may not be written" in failed.value.hint


async def test_an_outage_is_said_once_with_its_cause(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.storage.outage_log.CALM_S", 0.0)
    database = await open_database(f"{postgres_url}?options=-c%20lock_timeout%3D50ms", migrate=False)
    with capture_logs() as logs:
        with psycopg.connect(postgres_url) as other:
            other.execute("LOCK TABLE sessions")
            for _ in range(5):
                with pytest.raises(ProviderError):
                    await database.turns.load(key())
        await database.turns.load(key())
    await database.close()
    assert [line["event"] for line in logs] == ["database_away", "database_back"]
    assert "lock" in logs[0]["cause"]
    assert "pg_locks" in logs[0]["hint"]
