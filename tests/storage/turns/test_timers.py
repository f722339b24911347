"""Due waits: found while nobody runs their session, shared out, and stored as timeouts once each."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from botflow.records.leases import DueWait, Share
from botflow.records.queues import TIMER_PRIORITY
from botflow.records.sessions import StoredSession
from botflow.records.turns import TurnId
from botflow.storage.database import Database, open_database
from tests.storage.aged_rows import inbound_rows, make_due, opt_out, set_paused, start_run_of
from tests.storage.leased_turns import ONE, accept, finish, leased, take
from tests.storage.sample_turns import ended, ignored, key, message, running, waiting

ALL = Share()


async def test_a_due_wait_is_found_with_its_session_and_its_time(database: Database) -> None:
    stored = await _waiting_until(database, -60.0)
    [due] = await database.leases.due_waits(10, ALL)
    assert due.session == stored
    assert timedelta(seconds=55) < await database.now() - due.due < timedelta(seconds=90)


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_wait_until_a_moment_is_over_at_that_moment(database: Database, is_known: bool) -> None:
    """Also in the very first turn of a session."""
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    if is_known:
        await _waiting_until(database, None)
    stored = await database.turns.load(key())
    await database.turns.commit(waiting(stored, message("m2"), until=moment))
    assert [due.due for due in await database.leases.due_waits(10, ALL)] == [moment]


async def test_a_leased_turns_wait_until_a_moment_is_over_at_that_moment(database: Database) -> None:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    lease = await leased(database)
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, until=moment))
    assert [due.due for due in await database.leases.due_waits(10, ALL)] == [moment]


async def test_a_wait_that_is_not_due_is_not_found(database: Database) -> None:
    await _waiting_until(database, 3600.0)
    await _waiting_until(database, None, "bob")
    assert await database.leases.due_waits(10, ALL) == []


async def test_the_longest_overdue_come_first_and_no_more_than_asked_for(database: Database) -> None:
    for person, seconds in (("ann", -20.0), ("bob", -30.0), ("eve", -10.0)):
        await _waiting_until(database, seconds, person)
    assert [_person(due) for due in await database.leases.due_waits(2, ALL)] == ["bob", "ann"]


async def test_processes_share_due_waits_out(database: Database) -> None:
    for number in range(12):
        await _waiting_until(database, -1.0, f"p{number}")
    shares = [await database.leases.due_waits(20, Share(place, 3)) for place in range(3)]
    if not database.is_postgres:  # there is one process
        shares = shares[:1]
    found = [_person(due) for share in shares for due in share]
    assert sorted(found) == sorted(f"p{number}" for number in range(12))


async def test_a_session_that_is_run_is_left_alone(database: Database) -> None:
    """Its turn decides itself when it wakes up."""
    stored = await _waiting_until(database, 3600.0)
    lease = await leased(database, "m2")
    await make_due(database, stored.id)
    assert await database.leases.due_waits(10, ALL) == []
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, timeout_s=3600.0))
    assert await database.leases.due_waits(10, ALL) == []


async def test_what_only_waits_in_a_session_holds_its_timer_up_from_nobody(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await accept(database, "m2")
    [due] = await database.leases.due_waits(10, ALL)
    assert (due.session.id, due.session.last_seq, due.session.done_seq) == (stored.id, 2, 1)


async def test_a_workflow_out_of_service_has_no_timers(database: Database) -> None:
    published = (await database.flows.publish("shop", "Shop", "digest", {})).flow
    stored = await database.turns.load(key(workflow=published.workflow))
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert await database.turns.commit(waiting(stored, message("m1"), until=moment))
    assert await database.flows.set_status("shop", "inactive")
    assert await database.leases.due_waits(10, ALL) == []
    assert await database.flows.set_status("shop", "active")
    assert len(await database.leases.due_waits(10, ALL)) == 1


async def test_a_paused_session_has_no_timer(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await set_paused(database, stored.id)
    assert await database.leases.due_waits(10, ALL) == []
    assert await database.timers.queue_timeouts([stored.id]) == 0
    await set_paused(database, stored.id, False)
    assert len(await database.leases.due_waits(10, ALL)) == 1


async def test_a_due_wait_becomes_one_timeout_with_its_token(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    [due] = await database.leases.due_waits(10, ALL)
    assert await database.timers.queue_timeouts([stored.id]) == 1
    assert await database.timers.queue_timeouts([stored.id]) == 0
    assert await database.leases.due_waits(10, ALL) == []
    [lease] = await database.leases.claim(ONE, 10, ["turns"])
    inbound = lease.queued.inbound
    assert (inbound.kind, inbound.key, inbound.token, inbound.channel) == ("timeout", "timeout:1", "1", "chat")
    assert inbound.due == due.due
    assert (lease.queued.id, lease.queued.flow_version) == (TurnId(stored.id, 2), 7)
    assert [row.priority for row in await inbound_rows(database)][1] == TIMER_PRIORITY


async def test_a_timeout_that_waits_keeps_the_fast_path_away(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.timers.queue_timeouts([stored.id])
    assert await database.turns.commit(waiting(await database.turns.load(key()), message("m2"))) is None


async def test_a_runs_timeout_has_the_runs_priority(database: Database) -> None:
    run = await start_run_of(database, "nightly", priority=-10)
    lease = await take(database, run.session)
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, accepts=("timeout",), timeout_s=-1.0))
    assert await database.timers.queue_timeouts([run.session]) == 1
    assert [row.priority for row in await inbound_rows(database)] == [-10, -10]


async def test_many_waits_are_stored_at_once_and_those_that_are_not_due_any_more_are_not(database: Database) -> None:
    due = [(await _waiting_until(database, -1.0, f"p{number}")).id for number in range(5)]
    later = (await _waiting_until(database, 3600.0, "ann")).id
    assert await database.timers.queue_timeouts([*due, later, later + 1]) == 5
    assert await database.timers.queue_timeouts([]) == 0


async def test_ticks_of_many_processes_store_a_timeout_once(database: Database) -> None:
    due = [(await _waiting_until(database, -1.0, f"p{number}")).id for number in range(5)]
    stored = await asyncio.gather(*(database.timers.queue_timeouts(due) for _ in range(5)))
    assert sum(stored) == 5
    assert sorted(row.kind for row in await inbound_rows(database)) == ["message"] * 5 + ["timeout"] * 5


async def test_an_answer_in_time_ends_the_wait(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.turns.commit(waiting(stored, message("m2")))
    assert await database.leases.due_waits(10, ALL) == []
    assert await database.timers.queue_timeouts([stored.id]) == 0


async def test_an_ended_execution_has_no_deadline(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.turns.commit(ended(stored, message("m2")))
    assert await database.leases.due_waits(10, ALL) == []


async def test_an_ignored_inbound_leaves_the_deadline_alone(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.turns.commit(ignored(stored, message("m2")))
    assert [due.session.id for due in await database.leases.due_waits(10, ALL)] == [stored.id]


async def test_an_ignored_inbound_does_not_put_the_deadline_off(database: Database) -> None:
    stored = await _waiting_until(database, 3600.0)
    await make_due(database, stored.id)
    await database.turns.commit(ignored(stored, message("m2")))
    assert [due.session.id for due in await database.leases.due_waits(10, ALL)] == [stored.id]


async def test_an_ignored_inbound_that_was_leased_does_not_put_the_deadline_off(database: Database) -> None:
    stored = await _waiting_until(database, 3600.0)
    lease = await leased(database, "m2")
    await make_due(database, stored.id)
    await finish(database, lease, ignored(lease.session, lease.queued.inbound))
    assert [due.session.id for due in await database.leases.due_waits(10, ALL)] == [stored.id]


async def test_a_leased_turn_sets_the_deadline_of_its_wait(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, timeout_s=-1.0))
    assert [due.session.id for due in await database.leases.due_waits(10, ALL)] == [lease.session.id]
    again = await leased(database, "m2")
    await finish(database, again, waiting(again.session, again.queued.inbound))
    assert await database.leases.due_waits(10, ALL) == []


async def test_an_opt_out_ends_the_deadline(database: Database) -> None:
    await _waiting_until(database, -1.0)
    await opt_out(database, key())
    assert await database.leases.due_waits(10, ALL) == []


async def test_a_turn_that_parks_ends_the_deadline(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.turns.commit(waiting(stored, message("m2"), timeout_s=-1.0, parked=True))
    assert (await database.turns.load(key())).parked
    assert await database.leases.due_waits(10, ALL) == []


async def test_a_leased_turn_that_parks_ends_the_deadline(database: Database) -> None:
    await _waiting_until(database, -1.0)
    lease = await leased(database, "m2")
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, timeout_s=-1.0, parked=True))
    assert await database.leases.due_waits(10, ALL) == []


async def test_a_run_that_goes_on_has_no_deadline(database: Database) -> None:
    run = await start_run_of(database, "nightly")
    lease = await take(database, run.session)
    finished = await finish(
        database, lease, waiting(lease.session, lease.queued.inbound, accepts=("timeout",), timeout_s=-1.0)
    )
    assert finished.next is None
    await database.timers.queue_timeouts([run.session])
    woken = await take(database, run.session)
    await finish(database, woken, running(woken.session, woken.queued.inbound))
    assert await database.leases.due_waits(10, ALL) == []


async def test_a_session_whose_row_somebody_holds_is_left_for_the_next_look(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    held, free = [await _waiting_until(database, -1.0, person) for person in ("ann", "bob")]
    async with await psycopg.AsyncConnection.connect(postgres_url) as holder:
        await holder.execute("SELECT 1 FROM sessions WHERE id = %s FOR UPDATE", (held.id,))
        assert await database.timers.queue_timeouts([held.id, free.id]) == 1
    assert await database.timers.queue_timeouts([held.id, free.id]) == 1
    await database.close()


async def _waiting_until(database: Database, timeout_s: float | None, person: str = "ann") -> StoredSession:
    stored = await database.turns.load(key(person))
    await database.turns.commit(waiting(stored, message("m1"), timeout_s=timeout_s))
    return await database.turns.load(key(person))


def _person(due: DueWait) -> str:
    return due.session.key.external_id
