"""Postgres only: rows that others hold, lost connections, signals, values it refuses, and the log's budget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import psycopg
import pytest

from botflow.errors import ProviderError
from botflow.records.leases import Lease, Share
from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from botflow.storage.turns import postgres_statements
from tests.storage.aged_rows import start_run_of
from tests.storage.leased_turns import accept, finish, leased, take
from tests.storage.sample_turns import key, message, running, said, waiting

WAL_BUDGET = 1500  # bytes a fast turn


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url, migrate=False)
    yield database
    await database.close()


async def test_a_session_that_somebody_holds_is_skipped_and_its_neighbours_commit(postgres: Database) -> None:
    for person in ("ann", "bob"):
        await postgres.turns.commit(waiting(StoredSession(key=key(person)), message("m1")))
    ann, bob = [await postgres.turns.load(key(person)) for person in ("ann", "bob")]
    async with await psycopg.AsyncConnection.connect(postgres.url) as holder:
        await holder.execute("SELECT 1 FROM sessions WHERE id = %s FOR UPDATE", (ann.id,))
        turns = [waiting(ann, message("m2")), waiting(bob, message("m2"))]
        results = await asyncio.gather(*(postgres.turns.commit(turn) for turn in turns))
        assert results[0] is None
        assert results[1] is not None
    assert await postgres.turns.commit(waiting(ann, message("m2"))) is not None


async def test_who_holds_a_session_holds_up_no_other_sessions_turn(postgres: Database) -> None:
    """Also with more sessions held than statements may be under way."""
    people = [key(f"p{number}") for number in range(6)]
    leases = [await leased(postgres, "m1", who=who) for who in people]
    async with await psycopg.AsyncConnection.connect(postgres.url) as holder:
        await holder.execute(
            "SELECT 1 FROM sessions WHERE id = ANY(%s) FOR UPDATE", ([_id(each) for each in leases[:4]],)
        )
        waiting_for_rows = []
        for lease in leases[:4]:
            waiting_for_rows.append(asyncio.create_task(finish(postgres, lease)))
            await asyncio.sleep(0.02)
        async with asyncio.timeout(1.5):  # a statement waits for a row for up to three seconds
            await asyncio.gather(*(finish(postgres, lease) for lease in leases[4:]))
        assert not any(task.done() for task in waiting_for_rows)
        await holder.commit()
        await asyncio.gather(*waiting_for_rows)


async def test_a_claim_waits_for_nothing_that_somebody_holds(postgres: Database) -> None:
    held, _ = [await accept(postgres, "m1", who=key(person)) for person in ("ann", "bob")]
    async with await psycopg.AsyncConnection.connect(postgres.url) as holder:
        await holder.execute("SELECT 1 FROM inbounds WHERE session_id = %s FOR UPDATE", (held.turn.session,))
        async with asyncio.timeout(1.5):
            [lease] = await postgres.leases.claim("one", 10, ["turns"])
            assert await postgres.leases.take("one", held.turn.session) is None
    assert lease.session.key.external_id == "bob"
    assert len(await postgres.leases.claim("one", 10, ["turns"])) == 1


async def test_no_attempt_begins_while_an_answer_of_the_one_before_is_written(postgres: Database) -> None:
    lease = await leased(postgres)
    answer = {"session_id": lease.session.id, "seq": 1, "attempt": 1, "index": 0, "fingerprint": "f", "ask": {}}
    async with await psycopg.AsyncConnection.connect(postgres.url) as keeping:
        await keeping.execute(postgres_statements.KEEP, (json.dumps([{**answer, "value": {}}]),))
        assert await postgres.leases.take("one", lease.session.id) is None
    again = await take(postgres, lease.session.id)
    assert (again.queued.attempt, again.queued.has_answers) == (2, True)


async def test_what_is_stored_while_a_turn_is_finished_is_looked_for(postgres: Database) -> None:
    """FINISH waits for ACCEPT's lock on the session's row, and its snapshot is from before."""
    lease = await leased(postgres)
    session = lease.session.id
    async with await psycopg.AsyncConnection.connect(postgres.url) as accepting:
        await _accept_within(accepting, session)
        finishing = asyncio.create_task(finish(postgres, lease))
        await _until_one_waits(postgres)
        await accepting.commit()
    finished = await finishing
    assert (finished.next, finished.must_look) == (None, True)
    after = await postgres.turns.load(key())
    assert (after.last_seq, after.done_seq) == (2, 1)
    assert (await take(postgres, session)).queued.inbound.key == "m2"


async def test_what_is_stored_while_the_turn_of_a_run_is_finished_is_looked_for(postgres: Database) -> None:
    run = await start_run_of(postgres, "nightly")
    lease = await take(postgres, run.session)
    async with await psycopg.AsyncConnection.connect(postgres.url) as accepting:
        await _accept_within(accepting, run.session)
        finishing = asyncio.create_task(finish(postgres, lease, running(lease.session, lease.queued.inbound)))
        await _until_one_waits(postgres)
        await accepting.commit()
    finished = await finishing
    assert finished.must_look
    assert finished.next is not None
    assert (finished.next.queued.inbound.kind, finished.next.queued.id.seq) == ("resume", 3)
    after = await postgres.turns.load_by_id(run.session)
    assert after is not None
    assert (after.last_seq, after.done_seq) == (3, 1)


async def test_a_lost_connection_costs_no_turn(postgres: Database) -> None:
    await postgres.turns.commit(waiting(StoredSession(key=key()), message("m1")))
    await _terminate_all(postgres)
    stored = await postgres.turns.load(key())
    await _terminate_all(postgres)
    assert await postgres.turns.commit(waiting(stored, message("m2"))) is not None
    await _terminate_all(postgres)
    assert (await accept(postgres, "m3")).turn.seq == 3
    await _terminate_all(postgres)
    lease = await take(postgres, stored.id)
    await _terminate_all(postgres)
    await finish(postgres, lease)
    await _terminate_all(postgres)
    assert await postgres.ready()
    await _terminate_all(postgres)
    assert await postgres.leases.due_waits(10, Share()) == []


async def test_a_nul_is_refused_and_is_no_outage(postgres: Database) -> None:
    with pytest.raises(ProviderError) as failure:
        await postgres.turns.commit(waiting(StoredSession(key=key()), message("m1", "a\0b")))
    assert (failure.value.code, failure.value.retryable) == ("database.refused", False)
    assert "a\0b" not in str(failure.value)
    assert (await postgres.turns.load(key())).id == 0


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
            await postgres.turns.commit(commit)
            stored = await postgres.turns.load(stored.key)
        after = await _log_position(meter)
    per_turn = (after - before) / turns
    print(f"\nwrite-ahead log: {per_turn:.0f} bytes a fast turn (budget {WAL_BUDGET})")
    assert stored.session.version == warm_up + turns
    assert per_turn <= WAL_BUDGET


def _id(lease: Lease) -> int:
    return lease.session.id


async def _accept_within(connection: psycopg.AsyncConnection[tuple[object, ...]], session: int) -> None:
    """Do what ACCEPT does, up to its last moment."""
    await connection.execute("UPDATE sessions SET last_seq = last_seq + 1 WHERE id = %s", (session,))
    await connection.execute(
        "INSERT INTO inbounds (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, priority)"
        " SELECT id, last_seq, now(), 1, 7, 0, 'new', 'message', 'm2', 10 FROM sessions WHERE id = %s",
        (session,),
    )


async def _until_one_waits(postgres: Database) -> None:
    """Wait until a statement waits for somebody's row."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10), await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as meter:
        while (await (await meter.execute(waits)).fetchall())[0][0] == 0:  # noqa: ASYNC110 -- no event says so
            await asyncio.sleep(0.02)


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
