"""Fixtures that every test may use: real Postgres and Valkey, and a migrated database of its own for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from botflow.storage.database import Database, open_database
from botflow.storage.migrations.upgrade import migrate
from tests.servers import Server, start_postgres, start_valkey


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with start_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    with start_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def database_names() -> Iterator[int]:
    return count()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """Migrate one database; every test's own is a copy of it."""
    name = f"botflow_template_{os.getpid()}"
    _administer(postgres_server, f'CREATE DATABASE "{name}"')
    migrate(database_url(postgres_server, name))
    yield name
    _administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def empty_postgres_url(postgres_server: Server, database_names: Iterator[int]) -> Iterator[str]:
    """A Postgres database with nothing in it."""
    name = f"botflow_{os.getpid()}_{next(database_names)}"
    _administer(postgres_server, f'CREATE DATABASE "{name}"')
    yield database_url(postgres_server, name)
    _administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str, database_names: Iterator[int]) -> Iterator[str]:
    """A migrated Postgres database of this test's own."""
    name = f"botflow_{os.getpid()}_{next(database_names)}"
    _administer(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield database_url(postgres_server, name)
    _administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    url = f"sqlite:///{tmp_path / 'botflow.db'}"
    migrate(url)
    return url


@pytest.fixture(params=["postgres", "sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="database_url")
def _database_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database; the test runs once on Postgres and once on SQLite."""
    return str(request.getfixturevalue(f"{database_kind}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url, migrate=False)
    yield opened
    await opened.close()


@pytest.fixture
def redis_url(redis_server: Server) -> str:
    """An empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushdb()
    return redis_server.url


def database_url(server: Server, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlsplit(server.url)._replace(path=f"/{name}").geturl()


def _administer(server: Server, statement: str) -> None:
    with psycopg.connect(server.url, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement.encode())
