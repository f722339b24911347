"""What the tick finds: waits that end, once each, and inbounds whose owner is gone."""

from __future__ import annotations

import asyncio

from botflow.records.sessions import StoredSession
from botflow.records.turns import TurnId
from botflow.storage.database import Database
from tests.storage.aged_rows import age_owner, jobs, make_due
from tests.storage.sample_turns import ended, ignored, key, message, waiting


async def test_a_due_wait_becomes_one_timeout_with_its_token(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    assert await database.timers.fire_due_waits(10) == [stored.id]
    assert await database.timers.fire_due_waits(10) == []
    begun = await database.inbox.begin(stored.id, "one")
    assert begun is not None
    inbound = begun[1].inbound
    assert (inbound.kind, inbound.key, inbound.token, inbound.channel) == ("timeout", "timeout:1", "1", "chat")
    assert begun[1].flow_version == 7
    assert await jobs(database) == [("turns", "advance", f"session:{stored.id}:timer", {"session": stored.id})]


async def test_ticks_of_many_processes_fire_a_wait_once(database: Database) -> None:
    for person in range(5):
        await _waiting_until(database, -1.0, f"p{person}")
    fired = await asyncio.gather(*(database.timers.fire_due_waits(10) for _ in range(5)))
    sessions = [session for found in fired for session in found]
    assert len(sessions) == len(set(sessions)) == 5


async def test_a_tick_is_bounded(database: Database) -> None:
    for person in range(3):
        await _waiting_until(database, -1.0, f"p{person}")
    assert len(await database.timers.fire_due_waits(2)) == 2
    assert len(await database.timers.fire_due_waits(2)) == 1


async def test_a_wait_that_is_not_due_stays(database: Database) -> None:
    await _waiting_until(database, 3600.0)
    await _waiting_until(database, None, "bob")
    assert await database.timers.fire_due_waits(10) == []


async def test_an_answer_in_time_ends_the_wait(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.sessions.commit_turns([waiting(stored, message("m2"))])
    assert await database.timers.fire_due_waits(10) == []


async def test_an_ended_execution_has_no_deadline(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.sessions.commit_turns([ended(stored, message("m2"))])
    assert await database.timers.fire_due_waits(10) == []


async def test_an_ignored_inbound_leaves_the_deadline_alone(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.sessions.commit_turns([ignored(stored, message("m2"))])
    assert await database.timers.fire_due_waits(10) == [stored.id]


async def test_an_ignored_inbound_does_not_put_the_deadline_off(database: Database) -> None:
    stored = await _waiting_until(database, 3600.0)
    await make_due(database, stored.id)
    await database.sessions.commit_turns([ignored(stored, message("m2"))])
    assert await database.timers.fire_due_waits(10) == [stored.id]


async def test_an_opt_out_ends_the_deadline(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.sessions.set_parked(stored.id, True)
    assert await database.timers.fire_due_waits(10) == []


async def test_a_turn_that_parks_ends_the_deadline(database: Database) -> None:
    stored = await _waiting_until(database, -1.0)
    await database.sessions.commit_turns([waiting(stored, message("m2"), timeout_s=-1.0, parked=True)])
    assert (await database.sessions.load(key())).parked
    assert await database.timers.fire_due_waits(10) == []


async def test_an_inbound_that_nobody_runs_is_deferred_again_under_another_lock(database: Database) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    session = receipt.id.session
    assert await database.timers.defer_orphans(10) == []
    await age_owner(database, receipt.id, 11)
    assert await database.timers.defer_orphans(10) == [session]
    assert [job[2] for job in await jobs(database)] == [f"session:{session}", f"session:{session}:again"]
    assert await database.timers.defer_orphans(10) == []


async def test_an_orphan_of_a_dead_owner_can_be_begun_at_once(database: Database) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    await database.inbox.begin(receipt.id.session, "one")
    await age_owner(database, receipt.id, 11)
    assert await database.timers.defer_orphans(10) == [receipt.id.session]
    assert await database.inbox.begin(receipt.id.session, "two") is not None


async def test_a_session_with_a_living_owner_has_no_orphans(database: Database) -> None:
    first = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    second = await database.inbox.enqueue(key(), message("m2"), 7, 0)
    await database.inbox.begin(first.id.session, "one")
    await age_owner(database, second.id, 60)
    assert await database.timers.defer_orphans(10) == []


async def _waiting_until(database: Database, timeout_s: float | None, person: str = "ann") -> StoredSession:
    stored = await database.sessions.load(key(person))
    await database.sessions.commit_turns([waiting(stored, message("m1"), timeout_s=timeout_s)])
    return await database.sessions.load(key(person))


async def test_timeouts_that_were_just_fired_are_counted_and_older_ones_are_not(database: Database) -> None:
    for person in range(3):
        await _waiting_until(database, -1.0, f"p{person}")
    assert await database.timers.waiting_timeouts(10) == 0
    fired = await database.timers.fire_due_waits(10)
    assert await database.timers.waiting_timeouts(10) == 3
    assert await database.timers.waiting_timeouts(2) == 2
    await age_owner(database, TurnId(fired[0], 2), 11)
    assert await database.timers.waiting_timeouts(10) == 2
