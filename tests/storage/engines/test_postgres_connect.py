"""How every connection to Postgres is made: by the URL's own options, with a name, and within the number allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from botflow.errors import UsageError
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.engines.postgres_connect import connection_parameters
from botflow.storage.migrations.upgrade import stored_schema, upgrade
from botflow.storage.one_off import run_once, run_once_sync
from tests.postgres_databases import EMPTYING
from tests.runtime.until import until

NAMES = f"""
SELECT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> '{EMPTYING}' ORDER BY 1"""


def shown(setting: str) -> Callable[[Connection], Any]:
    return lambda connection: connection.execute(text(f"SHOW {setting}")).scalar()


@asynccontextmanager
async def opened(url: str, **more: Any) -> AsyncIterator[PostgresEngine]:
    engine = PostgresEngine(url, **more)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


async def everywhere(url: str, setting: str) -> set[str]:
    """Return the values of a setting that the connections of all kinds have."""
    async with opened(url) as engine:
        [[hot]] = await engine.hot("SELECT current_setting(%s)", (setting,))
        return {
            hot,
            await engine.read(shown(setting)),
            await engine.write(shown(setting)),
            await run_once(url, shown(setting)),
            await asyncio.to_thread(run_once_sync, url, shown(setting)),
        }


async def test_every_connection_has_the_options_of_the_url_and_our_limits(postgres_url: str) -> None:
    url = f"{postgres_url}?options=-csearch_path%3Dother"

    assert await everywhere(url, "search_path") == {"other"}
    assert await everywhere(url, "statement_timeout") == {"10s"}
    assert await everywhere(f"{postgres_url}?options=-c%20statement_timeout%3D7s", "statement_timeout") == {"7s"}


async def test_the_schema_is_made_where_the_url_says(empty_postgres_url: str) -> None:
    with psycopg.connect(empty_postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bots")
    url = f"{empty_postgres_url}?options=-csearch_path%3Dbots"

    await asyncio.to_thread(upgrade, url)

    with psycopg.connect(empty_postgres_url) as connection:
        found = connection.execute("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'sessions'").fetchall()
    assert found == [("bots",)]
    assert await run_once(url, stored_schema) is not None


async def test_the_options_of_the_environment_count_where_the_url_has_none(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=mine")
    monkeypatch.setenv("PGAPPNAME", "desk 7")

    assert await everywhere(postgres_url, "search_path") == {"mine"}
    assert await everywhere(postgres_url, "application_name") == {"desk 7"}
    assert await everywhere(f"{postgres_url}?options=-csearch_path%3Dother", "search_path") == {"other"}


async def test_every_connection_of_a_process_has_its_name(postgres_url: str) -> None:
    async with opened(postgres_url, name="botflow worker 3f") as engine:
        listening = asyncio.create_task(engine.subscribe(lambda payload: None))

        async def all_are_named() -> bool:
            names = await engine.read(lambda connection: list(connection.execute(text(NAMES)).scalars()))
            return len(names) > 3 and set(names) == {"botflow worker 3f"}

        await until(all_are_named)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    async with opened(f"{postgres_url}?application_name=mine", name="botflow worker 3f") as engine:
        assert await engine.read(shown("application_name")) == "mine"


@pytest.mark.parametrize("most", [5, 8, 16])
async def test_a_process_holds_as_many_connections_as_it_may(postgres_url: str, most: int) -> None:
    async with opened(postgres_url, connections=most, name="bounded") as engine:
        listening = asyncio.create_task(engine.subscribe(lambda payload: None))
        held: list[int] = []

        def sleep(connection: Connection) -> None:
            connection.execute(text("SELECT pg_sleep(0.05)"))

        async def count() -> None:
            async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
                while True:
                    counted = await connection.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bounded'"
                    )
                    [[number]] = await counted.fetchall()
                    held.append(number)
                    await asyncio.sleep(0.02)

        counting = asyncio.create_task(count())
        for _ in range(20):  # a slow machine opens them one after the other
            await asyncio.gather(
                *(engine.hot("SELECT pg_sleep(0.05)", ()) for _ in range(60)),
                *(engine.read(sleep) for _ in range(30)),
                *(engine.write(sleep) for _ in range(30)),
            )
            if held and max(held) >= most:
                break
        for task in (listening, counting):
            task.cancel()
        await asyncio.gather(listening, counting, return_exceptions=True)

    assert max(held) == most


async def test_a_url_of_several_servers_leads_to_the_one_that_answers(postgres_url: str) -> None:
    place = postgres_url.partition("@")[2]
    url = postgres_url.replace(place, f"127.0.0.1:9,{place}")

    assert await everywhere(url, "lock_timeout") == {"3s"}


def test_what_the_url_says_of_the_network_counts() -> None:
    found = connection_parameters("postgresql+psycopg://ann:a%20b@db/bots?connect_timeout=2&keepalives_idle=60")

    assert (found["user"], found["password"], found["host"], found["dbname"]) == ("ann", "a b", "db", "bots")
    assert (int(found["connect_timeout"]), int(found["keepalives_idle"]), found["keepalives_count"]) == (2, 60, 3)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:pass/word@db/bots",
        "postgresql://ann@db/bots?pool_size=5",
        "postgresql://ann:secret@db:port/bots",
    ],
)
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UsageError, match="BOTFLOW_DATABASE_URL") as refused:
        connection_parameters(url)
    assert refused.value.code == "database.url"
    assert not any(part in f"{refused.value}" for part in ("secret", "pass/", "ann"))
