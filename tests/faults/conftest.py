"""Databases for many servers within one test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.postgres_databases import Databases

Lend = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def lend_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Lend:
    """Lend migrated databases of the test's kind by their URLs, each for as long as a block lasts."""
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        numbers = count()

        @contextmanager
        def file() -> Iterator[str]:
            yield f"sqlite:///{shutil.copy(template, tmp_path / f'botflow-{next(numbers)}.db')}"

        return file
    databases: Databases = request.getfixturevalue("postgres_databases")

    @contextmanager
    def lent() -> Iterator[str]:
        name = databases.take()
        try:
            yield databases.url(name)
        finally:
            databases.give_back(name)

    return lent


@pytest.fixture
def new_database_url(lend_database: Lend) -> Iterator[Callable[[], str]]:
    """Lend databases until the test's end, as many as it asks for."""
    with ExitStack() as lent:
        yield lambda: lent.enter_context(lend_database())
