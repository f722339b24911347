"""Databases for many servers within one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import Server


@pytest.fixture
def new_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Make empty databases of the test's kind, as many as it asks for."""
    made: list[str] = []
    if database_kind == "sqlite":

        def file() -> str:
            made.append(f"sqlite:///{tmp_path / f'botflow-{len(made)}.db'}")
            return made[-1]

        yield file
        return
    server: Server = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    base = server.url.rpartition("/")[0]
    with psycopg.connect(server.url, autocommit=True) as connection:

        def copy() -> str:
            name = f"{template}_fault_{len(made)}_{tmp_path.name[-12:].replace('-', '_')}"
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            made.append(name)
            return f"{base}/{name}"

        yield copy
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
