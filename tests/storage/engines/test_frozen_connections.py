"""A database connection that lives and never answers: what hangs is given up, and the rest goes on without it."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import pytest

from botflow.errors import ProviderError
from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from tests.storage.sample_turns import key, message, waiting


@pytest.fixture
async def half_frozen(postgres_url: str) -> AsyncIterator[Database]:
    """A database whose first connection is served by a process that is stopped."""
    database = await open_database(postgres_url, migrate=False)
    [[backend]] = await database.engine.hot("SELECT pg_backend_pid()", ())  # type: ignore[union-attr]  # it is Postgres
    os.kill(backend, signal.SIGSTOP)
    try:
        yield database
    finally:
        os.kill(backend, signal.SIGCONT)
        await database.close()


async def test_a_commit_without_an_answer_fails_and_the_next_one_goes_another_way(
    half_frozen: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.storage.engines.postgres_prepared.ANSWER_S", 0.2)
    turn = waiting(StoredSession(key=key()), message("m1"))

    with pytest.raises(ProviderError) as failure:
        await half_frozen.turns.commit(turn)
    again = await half_frozen.turns.commit(turn)

    assert (failure.value.code, failure.value.retryable) == ("database.unavailable", True)
    assert again is not None
