"""Every clause of the turn protocol's statements matters: without it, a promise of the storage is broken.

`fences_of_turns.py` and `fences_of_leases.py` name the clauses on Postgres, `fences_of_sqlite_turns.py` and
`fences_of_sqlite_leases.py` those on SQLite, each with the test that fails without it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator

import psycopg
import pytest

from botflow.errors import ProviderError
from botflow.storage.database import Database, open_database
from tests.storage.fences_of_leases import LEASE_FENCES
from tests.storage.fences_of_sqlite_leases import SQLITE_LEASE_FENCES
from tests.storage.fences_of_sqlite_turns import SQLITE_TURN_FENCES
from tests.storage.fences_of_turns import TURN_FENCES
from tests.storage.statement_fence import Fence

FENCES = (*TURN_FENCES, *LEASE_FENCES)


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url, migrate=False)
    yield database
    await database.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = await open_database(sqlite_url, migrate=False)
    yield database
    await database.close()


SQLITE_FENCES = (*SQLITE_TURN_FENCES, *SQLITE_LEASE_FENCES)


@pytest.mark.parametrize("fence", SQLITE_FENCES, ids=[fence.name for fence in SQLITE_FENCES])
async def test_without_a_clause_a_promise_is_broken_on_sqlite(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, fence: Fence
) -> None:
    fence.cut_out(monkeypatch)
    with pytest.raises((AssertionError, ProviderError, ValueError, TimeoutError)) as broken:
        await fence.promise(sqlite)
    cause = broken.value.__cause__
    assert not isinstance(cause, sqlite3.ProgrammingError), "the mutation itself is wrong"
    assert not isinstance(cause, sqlite3.OperationalError), f"the mutation itself is wrong: {cause}"


@pytest.mark.parametrize("fence", FENCES, ids=[fence.name for fence in FENCES])
async def test_without_a_clause_a_promise_is_broken(
    postgres: Database, monkeypatch: pytest.MonkeyPatch, fence: Fence
) -> None:
    fence.cut_out(monkeypatch)
    with pytest.raises((AssertionError, ProviderError, ValueError, TimeoutError)) as broken:
        await fence.promise(postgres)
    assert not isinstance(broken.value.__cause__, psycopg.ProgrammingError), "the mutation itself is wrong"
