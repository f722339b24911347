"""Claiming: what waits is begun once, by priority, then age, one inbound per session; what killed twice, alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from botflow.records.leases import Accepted, Lease, LeaseId
from botflow.records.queues import EXECUTIONS, TURNS, QueueName
from botflow.records.turns import TurnId
from botflow.storage.database import Database
from botflow.storage.tables import inbounds
from tests.storage.aged_rows import age_process, change, inbound_rows, make_due, set_paused, start_run_of
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, THREE, TWO, accept, arrival, finish, leased, take
from tests.storage.sample_turns import RECEIVED, key, message, waiting

ALL: tuple[QueueName, ...] = (TURNS, EXECUTIONS)


async def test_nothing_waits_in_an_empty_database(database: Database) -> None:
    assert await database.leases.claim(ONE, 10, ALL) == []


async def test_a_claimed_inbound_is_begun_for_its_process(database: Database) -> None:
    accepted = await accept(database, message("m1", "hello"))
    [lease] = await database.leases.claim(ONE, 10, [TURNS])
    assert (lease.queued.id, lease.queued.attempt, lease.queued.inbound.text) == (accepted.turn, 1, "hello")
    assert lease.session == await database.turns.load(key())
    assert await _held(database) == [("m1", ONE, 1)]
    assert await database.leases.claim(TWO, 10, [TURNS]) == []


async def test_the_oldest_is_claimed_first(database: Database) -> None:
    for person, minutes in (("ann", 2), ("bob", 1), ("eve", 3)):
        await accept(database, message("m1", received_at=RECEIVED + timedelta(minutes=minutes)), who=key(person))
    assert [await _claim_one(database) for _ in range(4)] == ["bob", "ann", "eve", ""]


async def test_what_has_priority_is_claimed_before_what_is_older(database: Database) -> None:
    for person, priority in (("low", -10), ("normal", 0), ("high", 10), ("critical", 20)):
        await start_run_of(database, person, priority=priority)
    await accept(database, message("m1", received_at=RECEIVED + timedelta(days=10_000)), who=key("ann"))
    claimed = [await _claim_one(database) for _ in range(5)]
    assert (claimed[0], set(claimed[1:3]), claimed[3:]) == ("critical", {"high", "ann"}, ["normal", "low"])


async def test_no_more_are_claimed_than_there_is_room_for(database: Database) -> None:
    for number in range(5):
        await accept(database, "m1", who=key(f"p{number}"))
    assert [len(await database.leases.claim(ONE, 2, [TURNS])) for _ in range(4)] == [2, 2, 1, 0]


async def test_one_inbound_of_each_session_is_claimed(database: Database) -> None:
    for person in ("ann", "bob"):
        for number in range(3):
            await accept(database, f"m{number}", who=key(person))
    leases = await database.leases.claim(ONE, 10, [TURNS])
    assert sorted((lease.session.key.external_id, lease.queued.inbound.key) for lease in leases) == [
        ("ann", "m0"),
        ("bob", "m0"),
    ]
    assert await database.leases.claim(TWO, 10, [TURNS]) == []


async def test_somebody_who_writes_much_takes_up_nobody_elses_room(database: Database) -> None:
    for number in range(5):
        await accept(database, f"m{number}", who=key("ann"))
    await accept(database, message("m1", received_at=RECEIVED + timedelta(hours=1)), who=key("bob"))
    leases = await database.leases.claim(ONE, 2, [TURNS])
    assert sorted(lease.session.key.external_id for lease in leases) == ["ann", "bob"]


async def test_a_session_that_is_run_is_left_alone(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    assert await database.leases.claim(TWO, 10, [TURNS]) == []
    assert await database.leases.take(TWO, lease.session.id) is None


async def test_a_timeout_of_a_session_that_is_run_waits_for_its_turn_to_end(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), timeout_s=3600.0))
    stored = await database.turns.load(key())
    lease = await leased(database, "m2")
    await make_due(database, stored.id)
    assert await database.timers.queue_timeouts([stored.id]) == 1
    assert await database.leases.claim(TWO, 10, [TURNS]) == []
    assert await database.leases.take(TWO, stored.id) is None
    finished = await finish(database, lease)
    assert finished.next is not None
    assert finished.next.queued.inbound.kind == "timeout"


async def test_an_early_message_waits_while_another_process_runs_the_sessions_timeout(database: Database) -> None:
    """It goes before a timeout that waits, but not beside one that is under way."""
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), timeout_s=-1.0))
    stored = await database.turns.load(key())
    await database.timers.queue_timeouts([stored.id])
    assert (await take(database, stored.id, ONE)).queued.inbound.kind == "timeout"
    await accept(database, message("early", received_at=RECEIVED - timedelta(days=1)))
    assert await database.leases.take(TWO, stored.id) is None
    assert await database.leases.claim(TWO, 10, [TURNS]) == []


async def test_a_paused_session_is_left_alone_until_it_goes_on(database: Database) -> None:
    accepted = await accept(database, "m1")
    await set_paused(database, accepted.turn.session)
    assert await database.leases.claim(ONE, 10, [TURNS]) == []
    assert await database.leases.take(ONE, accepted.turn.session) is None
    await set_paused(database, accepted.turn.session, False)
    assert len(await database.leases.claim(ONE, 10, [TURNS])) == 1


async def test_a_process_claims_only_from_the_queues_that_it_takes(database: Database) -> None:
    await start_run_of(database, "run")
    await accept(database, "m1", who=key("ann"))
    assert await database.leases.claim(ONE, 10, []) == []
    assert await database.leases.claim(ONE, 10, ["effects"]) == []
    assert [lease.session.key.channel for lease in await database.leases.claim(ONE, 10, [EXECUTIONS])] == ["run"]
    assert [lease.session.key.channel for lease in await database.leases.claim(ONE, 10, [TURNS])] == ["chat"]


async def test_processes_that_claim_at_once_get_everything_once(database: Database) -> None:
    for number in range(30):
        await accept(database, "m1", who=key(f"p{number}"))
    claims = await asyncio.gather(*(database.leases.claim(f"owner-{n}", 10, ALL) for n in range(6)))
    claimed = [lease.queued.id for leases in claims for lease in leases]
    while more := await database.leases.claim(ONE, 10, ALL):  # what others held just then was passed over
        claimed += [lease.queued.id for lease in more]
    assert len(claimed) == len(set(claimed)) == 30
    assert {row.attempt for row in await inbound_rows(database)} == {1}


async def test_of_two_that_take_a_session_at_once_one_gets_it(database: Database) -> None:
    accepted = await accept(database, "m1")
    taken = await asyncio.gather(*(database.leases.take(f"owner-{n}", accepted.turn.session) for n in range(6)))
    assert sum(lease is not None for lease in taken) == 1


async def test_a_process_may_begin_its_own_inbound_again(database: Database) -> None:
    lease = await leased(database)
    attempts = [(await take(database, lease.session.id)).queued.attempt for _ in range(1)]
    attempts += [(await take(database, lease.session.id, suspects=True)).queued.attempt for _ in range(2)]
    assert attempts == [2, 3, 4]


async def test_another_processs_inbound_is_not_taken(database: Database) -> None:
    lease = await leased(database, owner=ONE)
    assert await database.leases.take(TWO, lease.session.id, suspects=True) is None
    assert await _held(database) == [("m1", ONE, 1)]


async def test_nothing_is_taken_where_nothing_waits(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1")))
    stored = await database.turns.load(key())
    assert await database.leases.take(ONE, stored.id) is None
    assert await database.leases.take(ONE, stored.id + 1) is None


async def test_what_died_twice_is_claimed_only_as_a_suspect_and_nothing_else_is(database: Database) -> None:
    accepted = await accept(database, "m1", who=key("ann"))
    await _die(database, accepted.turn.session, times=2)
    await accept(database, "m1", who=key("bob"))
    [plain] = await database.leases.claim(ONE, 10, [TURNS])
    assert plain.session.key.external_id == "bob"
    await accept(database, "m1", who=key("eve"))
    [suspect] = await database.leases.claim(ONE, 10, [TURNS], suspects=True)
    assert (suspect.session.key.external_id, suspect.queued.attempt) == ("ann", 3)


async def test_what_died_twice_is_taken_only_as_a_suspect(database: Database) -> None:
    accepted = await accept(database, "m1")
    session = accepted.turn.session
    await _die(database, session, times=1)
    assert not await database.leases.has_suspects(session)
    await _die(database, session, times=1)
    assert await database.leases.has_suspects(session)
    assert await database.leases.take(ONE, session) is None
    assert (await take(database, session, suspects=True)).queued.attempt == 3


async def test_what_died_three_times_comes_back_to_be_buried(database: Database) -> None:
    accepted = await accept(database, "m1")
    await _die(database, accepted.turn.session, times=3)
    [lease] = await database.leases.claim(ONE, 1, [TURNS], suspects=True)
    assert lease.queued.attempt == 4


async def test_a_message_behind_a_suspect_waits_for_it(database: Database) -> None:
    first = await accept(database, "m1")
    await _die(database, first.turn.session, times=2)
    await accept(database, "m2")
    assert await database.leases.claim(ONE, 10, [TURNS]) == []
    assert await database.leases.take(ONE, first.turn.session) is None
    [lease] = await database.leases.claim(ONE, 10, [TURNS], suspects=True)
    assert lease.queued.inbound.key == "m1"


async def test_sessions_that_wait_for_a_suspect_take_up_nobody_elses_room(database: Database) -> None:
    for number in range(3):
        accepted = await accept(database, "m1", who=key(f"ill-{number}"))
        await _die(database, accepted.turn.session, times=2)
        await accept(database, "m2", who=key(f"ill-{number}"))
    await accept(database, message("m1", received_at=RECEIVED + timedelta(hours=1)), who=key("well"))
    assert [lease.session.key.external_id for lease in await database.leases.claim(ONE, 2, [TURNS])] == ["well"]


async def test_paused_sessions_take_up_nobody_elses_room(database: Database) -> None:
    for number in range(3):
        accepted = await accept(database, "m1", who=key(f"paused-{number}"))
        await set_paused(database, accepted.turn.session)
    await accept(database, message("m1", received_at=RECEIVED + timedelta(hours=1)), who=key("well"))
    assert [lease.session.key.external_id for lease in await database.leases.claim(ONE, 2, [TURNS])] == ["well"]


async def test_messages_behind_a_timeout_that_another_process_runs_take_up_nobody_elses_room(
    database: Database,
) -> None:
    for number in range(3):
        who = key(f"late-{number}")
        await database.turns.commit(waiting(await database.turns.load(who), message("m1"), timeout_s=-1.0))
        stored = await database.turns.load(who)
        await database.timers.queue_timeouts([stored.id])
        await take(database, stored.id, TWO)
        await accept(database, "m2", who=who)
    await accept(database, message("m1", received_at=RECEIVED + timedelta(hours=1)), who=key("well"))
    assert [lease.session.key.external_id for lease in await database.leases.claim(ONE, 2, [TURNS])] == ["well"]


async def test_messages_that_their_sessions_do_not_take_take_up_nobody_elses_room(database: Database) -> None:
    for number in range(3):
        who = key(f"busy-{number}")
        await database.turns.commit(
            waiting(await database.turns.load(who), message("m1"), accepts=("child_done",), flow_version=7)
        )
        accepted = await accept(database, "m2", who=who)
        await _set_priority(database, accepted.turn, 10)  # as an upgrade leaves it, which cannot tell
    await accept(database, message("m1", received_at=RECEIVED + timedelta(hours=1)), who=key("free"))
    assert [lease.session.key.external_id for lease in await database.leases.claim(ONE, 2, [TURNS])] == ["free"]


async def test_a_session_is_claimed_with_the_priority_of_the_most_urgent_that_waits_in_it(database: Database) -> None:
    stored = await database.turns.load(key("ann"))
    await database.turns.commit(waiting(stored, message("m1"), timeout_s=-1.0))
    ann = (await database.turns.load(key("ann"))).id
    await database.timers.queue_timeouts([ann])
    await accept(database, message("m2", received_at=RECEIVED + timedelta(days=10_000)), who=key("ann"))
    await start_run_of(database, "run", priority=5)
    claimed = [await database.leases.claim(ONE, 1, ALL) for _ in range(2)]
    assert [(lease.session.key.external_id, lease.queued.inbound.kind) for [lease] in claimed] == [
        ("ann", "timeout"),
        ("run", "trigger"),
    ]


async def test_a_session_with_a_timer_and_a_message_takes_up_one_place(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key("ann")), message("m1"), timeout_s=-1.0))
    await database.timers.queue_timeouts([(await database.turns.load(key("ann"))).id])
    for person in ("ann", "bob"):
        await accept(database, "m2", who=key(person))
    await start_run_of(database, "eve", priority=-10)
    leases = await database.leases.claim(ONE, 3, ALL)
    assert sorted(lease.session.key.external_id for lease in leases) == ["ann", "bob", "eve"]


async def test_a_suspect_of_a_paused_session_is_left_alone(database: Database) -> None:
    accepted = await accept(database, "m1")
    await _die(database, accepted.turn.session, times=2)
    await set_paused(database, accepted.turn.session)
    assert await database.leases.claim(ONE, 10, [TURNS], suspects=True) == []


async def test_no_more_suspects_are_claimed_than_asked_for(database: Database) -> None:
    for person in ("ann", "bob"):
        accepted = await accept(database, "m1", who=key(person))
        await _die(database, accepted.turn.session, times=2)
    assert [len(await database.leases.claim(ONE, 1, [TURNS], suspects=True)) for _ in range(3)] == [1, 1, 0]


async def _claim_one(database: Database) -> str:
    """Claim one inbound; return whose it is."""
    leases: list[Lease] = await database.leases.claim(THREE, 1, ALL)
    return leases[0].session.key.external_id if leases else ""


async def _die(database: Database, session: int, *, times: int) -> None:
    """Let as many processes begin the session's next inbound, and end."""
    for number in range(times):
        await take(database, session, f"dead-{number}", suspects=True)
        await age_process(database, f"dead-{number}", DEAD_AFTER_S + 1)
        await database.leases.recover(ONE, DEAD_AFTER_S)


async def _set_priority(database: Database, turn: TurnId, priority: int) -> None:
    where = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    await change(database, update(inbounds).where(where).values(priority=priority))


async def _held(database: Database) -> list[tuple[Any, ...]]:
    return [(row.key, row.owner, row.attempt) for row in await inbound_rows(database)]


# -- versions that a process cannot run


async def test_what_would_run_on_a_version_that_does_not_compile_here_is_left_to_others(database: Database) -> None:
    await accept(database, "m1", who=key("ann"))  # on version 7
    under_way = await leased(database, who=key("bob"))
    await finish(database, under_way, waiting(under_way.session, under_way.queued.inbound))
    bob = await database.turns.load(key("bob"))
    assert bob.flow_version == 7
    again = replace(arrival(message("m2"), who=key("bob")), flow_version=8)  # the execution under way keeps its version
    assert isinstance(await database.turns.accept(again), Accepted)
    newer = replace(arrival(message("m1"), who=key("eve")), flow_version=8)
    assert isinstance(await database.turns.accept(newer), Accepted)

    [lease] = await database.leases.claim(ONE, 10, ALL, without=[7])
    assert lease.session.key == key("eve")

    left = await database.leases.claim(TWO, 10, ALL, without=[8, 9])
    assert sorted(lease.session.key.external_id for lease in left) == ["ann", "bob"]
    assert [lease.queued.attempt for lease in left] == [1, 1]


async def test_what_cannot_run_here_takes_up_nobody_elses_room(database: Database) -> None:
    for number in range(5):
        await accept(database, "m1", who=key(f"p{number}"))
    newer = replace(arrival(message("m1"), who=key("eve")), flow_version=8)
    assert isinstance(await database.turns.accept(newer), Accepted)

    [lease] = await database.leases.claim(ONE, 1, ALL, without=[7])

    assert lease.session.key == key("eve")


async def test_a_suspect_on_a_version_that_does_not_compile_here_is_left_to_others(database: Database) -> None:
    lease = await leased(database)
    for _ in range(2):
        lease = await take(database, lease.session.id, suspects=True)
    await database.leases.let_go(ONE, [lease.queued.id])

    assert await database.leases.claim(TWO, 10, ALL, suspects=True, without=[7]) == []
    assert len(await database.leases.claim(TWO, 10, ALL, suspects=True, without=[8])) == 1


async def test_a_lease_that_is_given_back_was_never_begun(database: Database) -> None:
    lease = await leased(database)
    name = LeaseId(lease.queued.id, lease.queued.attempt)
    for stranger, other in ((TWO, name), (ONE, LeaseId(lease.queued.id, 2)), (ONE, LeaseId(TurnId(0, 1), 1))):
        await database.leases.give_back(stranger, other)
    assert await _held(database) == [("m1", ONE, 1)]

    await database.leases.give_back(ONE, name)
    await database.leases.give_back(ONE, name)

    assert await _held(database) == [("m1", None, 0)]
    assert len(await database.leases.claim(TWO, 10, ALL)) == 1


async def test_a_lease_of_a_finished_turn_is_not_given_back(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease, waiting(lease.session, lease.queued.inbound))

    await database.leases.give_back(ONE, LeaseId(lease.queued.id, lease.queued.attempt))

    [row] = await inbound_rows(database)
    assert (row.state, row.attempt) == ("done", 1)


# -- a claim beside a look


async def test_what_was_just_claimed_is_not_begun_again_by_a_look(database: Database) -> None:
    """The look was on its way while the same process claimed the session's inbound."""
    lease = await leased(database)

    assert await database.leases.take(ONE, lease.session.id, again=False) is None

    assert await _held(database) == [("m1", ONE, 1)]


async def test_a_look_takes_what_nobody_holds(database: Database) -> None:
    accepted = await accept(database, "m1")

    lease = await database.leases.take(ONE, accepted.turn.session, again=False)

    assert lease is not None
    assert await _held(database) == [("m1", ONE, 1)]
