"""Postgres only: rows that others hold, lost connections, signals, values it refuses, and the log's budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from botflow.errors import ProviderError
from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from tests.storage.sample_turns import key, message, said, waiting

WAL_BUDGET = 1500  # bytes a fast turn


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url, migrate=False)
    yield database
    await database.close()


async def test_a_session_that_somebody_holds_is_skipped_and_its_neighbours_commit(postgres: Database) -> None:
    for person in ("ann", "bob"):
        await postgres.sessions.commit_turns([waiting(StoredSession(key=key(person)), message("m1"))])
    ann, bob = [await postgres.sessions.load(key(person)) for person in ("ann", "bob")]
    async with await psycopg.AsyncConnection.connect(postgres.url) as holder:
        await holder.execute("SELECT 1 FROM sessions WHERE id = %s FOR UPDATE", (ann.id,))
        results = await postgres.sessions.commit_turns([waiting(ann, message("m2")), waiting(bob, message("m2"))])
        assert results[0] is None
        assert results[1] is not None
        assert await postgres.timers.fire_due_waits(10) == []
    assert await postgres.sessions.commit_turns([waiting(ann, message("m2"))]) != [None]


async def test_a_lost_connection_costs_no_turn(postgres: Database) -> None:
    await postgres.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"))])
    await _terminate_all(postgres)
    stored = await postgres.sessions.load(key())
    await _terminate_all(postgres)
    assert await postgres.sessions.commit_turns([waiting(stored, message("m2"))]) != [None]
    await _terminate_all(postgres)
    assert (await postgres.inbox.enqueue(key(), message("m3"), 7, 0)).id.seq == 3
    await _terminate_all(postgres)
    assert await postgres.ready()
    await _terminate_all(postgres)
    assert await postgres.timers.fire_due_waits(10) == []


async def test_a_nul_is_refused_and_is_no_outage(postgres: Database) -> None:
    with pytest.raises(ProviderError) as failure:
        await postgres.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1", "a\0b"))])
    assert (failure.value.code, failure.value.retryable) == ("database.refused", False)
    assert "a\0b" not in str(failure.value)
    assert (await postgres.sessions.load(key())).id == 0


async def test_signals_reach_other_processes_and_outlive_their_connection(postgres: Database) -> None:
    received: asyncio.Queue[str] = asyncio.Queue()
    signals = postgres.signals
    assert signals is not None
    listening = asyncio.create_task(signals.subscribe(received.put_nowait))
    async with asyncio.timeout(20):
        await _until_received(postgres, received, "first")
        await _terminate_all(postgres)
        await _until_received(postgres, received, "second")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_fast_turn_fits_its_log_budget(postgres: Database) -> None:
    turns, warm_up = 300, 50
    stored = StoredSession(key=key("a-visitor-of-some-days"))
    async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as meter:
        for number in range(warm_up + turns):
            if number == warm_up:
                before = await _log_position(meter)
            commit = waiting(
                stored,
                message(f"01JQ8W3V5T9X{number:014d}", "pizza please", person="a-visitor-of-some-days"),
                said("One pizza coming up. How many?"),
                variables={"name": "Ann", "dish": "pizza please", "item": "pizza"},
            )
            await postgres.sessions.commit_turns([commit])
            stored = await postgres.sessions.load(stored.key)
        after = await _log_position(meter)
    per_turn = (after - before) / turns
    print(f"\nwrite-ahead log: {per_turn:.0f} bytes a fast turn (budget {WAL_BUDGET})")
    assert stored.session.version == warm_up + turns
    assert per_turn <= WAL_BUDGET


async def _log_position(meter: psycopg.AsyncConnection[tuple[int]]) -> int:
    """Return how many bytes were ever written to the log."""
    rows = await (await meter.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")).fetchall()
    return rows[0][0]


async def _until_received(postgres: Database, received: asyncio.Queue[str], payload: str) -> None:
    """Publish until it arrives: a signal sent before the subscription stands is lost, as signals may be."""
    assert postgres.signals is not None
    while True:
        await postgres.signals.publish(payload)
        try:
            async with asyncio.timeout(0.2):
                while await received.get() != payload:
                    pass
                return
        except TimeoutError:
            continue


async def _terminate_all(postgres: Database) -> None:
    """Reset every connection that this database has."""
    async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as killer:
        await killer.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
