"""A pooler before Postgres: one in transaction mode is refused before anything is locked or prepared through it."""

from __future__ import annotations

import psycopg
import pytest

from botflow.errors import ProviderError, UsageError
from botflow.storage.database import open_database
from botflow.storage.one_off import run_once
from tests.servers import Server
from tests.stand_ins.pooler import Pooler


@pytest.mark.parametrize("ignores_options", [True, False])
@pytest.mark.parametrize("migrates", [True, False])
async def test_a_pooler_in_transaction_mode_is_refused_with_what_to_do(
    empty_postgres_url: str, postgres_server: Server, migrates: bool, ignores_options: bool
) -> None:
    database = empty_postgres_url.rpartition("/")[2]
    with Pooler(_port(postgres_server), "transaction", ignores_options=ignores_options) as pooler:
        with pytest.raises(UsageError) as refused:
            await open_database(pooler.url(database), migrate=migrates)
        assert refused.value.code == "database.pooler"
        assert "session mode" in refused.value.hint
    with psycopg.connect(empty_postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


async def test_a_command_that_begins_with_our_limits_names_the_pooler(
    postgres_url: str, postgres_server: Server
) -> None:
    database = postgres_url.rpartition("/")[2]
    with Pooler(_port(postgres_server), "transaction") as pooler, pytest.raises(ProviderError) as failed:
        await run_once(pooler.url(database), lambda connection: None)
    assert "pooler" in failed.value.hint


async def test_a_pooler_in_session_mode_is_used(postgres_url: str, postgres_server: Server) -> None:
    name = postgres_url.rpartition("/")[2]
    with Pooler(_port(postgres_server), "session", ignores_options=True) as pooler:
        database = await open_database(pooler.url(name), migrate=False)
        assert await database.ready()
        await database.close()


async def test_a_pooler_that_refuses_our_limits_is_named(postgres_url: str, postgres_server: Server) -> None:
    name = postgres_url.rpartition("/")[2]
    with Pooler(_port(postgres_server), "session") as pooler, pytest.raises(UsageError) as refused:
        await open_database(pooler.url(name), migrate=False)
    assert refused.value.code == "database.pooler"
    assert "ignore_startup_parameters" in refused.value.hint


async def test_the_server_itself_is_no_pooler(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    assert await database.ready()
    await database.close()


def _port(server: Server) -> int:
    return int(server.url.rpartition(":")[2].partition("/")[0])
