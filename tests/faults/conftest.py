"""Databases for many servers within one test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres_databases import Databases


@pytest.fixture
def new_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Lend migrated databases of the test's kind, as many as it asks for."""
    made: list[str] = []
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")

        def file() -> str:
            made.append(f"sqlite:///{shutil.copy(template, tmp_path / f'botflow-{len(made)}.db')}")
            return made[-1]

        yield file
        return
    databases: Databases = request.getfixturevalue("postgres_databases")

    def lend() -> str:
        made.append(databases.take())
        return databases.url(made[-1])

    yield lend
    for name in made:
        databases.give_back(name)
