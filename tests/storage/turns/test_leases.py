"""Who lives and who holds what: beats, what is given back, what a stop and a death leave to others, and the look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from botflow.records.leases import LeaseId, Seen, Worker
from botflow.records.sessions import StoredSession
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.storage.database import Database, open_database
from botflow.storage.tables import effects, schedules, sessions, workflows
from tests.storage.aged_rows import age_process, change, inbound_rows, make_due, set_paused, start_run_of
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, THREE, TWO, accept, finish, leased, take
from tests.storage.sample_turns import key, message, said, waiting

ANSWER = JournalledAnswer(index=0, fingerprint="f0", value={"value": "pizza"}, ask={})


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url, migrate=False)
    yield database
    await database.close()


# -- beat


async def test_a_beat_gives_the_databases_time_and_finds_nothing_amiss(database: Database) -> None:
    lease = await leased(database)
    before = await database.now()
    beat = await database.leases.beat(ONE, ["turns"], [LeaseId(lease.queued.id, 1)], DEAD_AFTER_S)
    assert before <= beat.now <= before + timedelta(seconds=30)
    assert (beat.lost, beat.unknown, beat.others, beat.before) == ((), (), 0, 0)


async def test_a_lease_that_another_process_has_begun_anew_is_lost(database: Database) -> None:
    kept, lost = [await leased(database, "m1", who=key(person)) for person in ("ann", "bob")]
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    await database.leases.recover(TWO, DEAD_AFTER_S)
    await take(database, lost.session.id, TWO)
    await take(database, kept.session.id, ONE)
    held = [LeaseId(kept.queued.id, 2), LeaseId(lost.queued.id, 1)]
    beat = await database.leases.beat(ONE, ["turns"], held, DEAD_AFTER_S)
    assert (beat.lost, beat.unknown) == ((lost.queued.id,), ())


async def test_a_lease_whose_turn_is_finished_or_cancelled_is_lost(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    beat = await database.leases.beat(ONE, ["turns"], [LeaseId(lease.queued.id, 1)], DEAD_AFTER_S)
    assert beat.lost == (lease.queued.id,)


async def test_a_lease_of_nothing_is_lost(database: Database) -> None:
    beat = await database.leases.beat(ONE, ["turns"], [LeaseId(TurnId(99, 1), 1)], DEAD_AFTER_S)
    assert beat.lost == (TurnId(99, 1),)


async def test_a_lease_that_its_process_does_not_know_of_is_named(database: Database) -> None:
    known, unknown = [await leased(database, "m1", who=key(person)) for person in ("ann", "bob")]
    await leased(database, "m1", who=key("eve"), owner=TWO)
    beat = await database.leases.beat(ONE, ["turns"], [LeaseId(known.queued.id, 1)], DEAD_AFTER_S)
    assert (beat.lost, beat.unknown) == ((), (unknown.queued.id,))


async def test_many_leases_are_told_apart_in_one_beat(database: Database) -> None:
    leases = [await leased(database, "m1", who=key(f"p{number}")) for number in range(12)]
    for lease in leases[:4]:
        await finish(database, lease)
    held = [LeaseId(lease.queued.id, 1) for lease in leases[2:8]]
    beat = await database.leases.beat(ONE, ["turns"], held, DEAD_AFTER_S)
    assert set(beat.lost) == {lease.queued.id for lease in leases[2:4]}
    assert set(beat.unknown) == {lease.queued.id for lease in leases[8:]}


async def test_processes_that_take_turns_know_how_many_they_are_and_their_place(postgres: Database) -> None:
    beat = postgres.leases.beat
    await beat("b", ["turns", "executions"], [], DEAD_AFTER_S)
    await beat("c", ["turns"], [], DEAD_AFTER_S)
    await beat("d", ["executions"], [], DEAD_AFTER_S)
    await beat("e", [], [], DEAD_AFTER_S)
    await age_process(postgres, "0", DEAD_AFTER_S + 1)  # it is silent
    counts = {name: await beat(name, ["turns"], [], DEAD_AFTER_S) for name in ("a", "b", "c")}
    assert (counts["a"].others, counts["a"].before) == (2, 0)
    assert (counts["b"].others, counts["b"].before) == (2, 1)
    assert (counts["c"].others, counts["c"].before) == (2, 2)


async def test_processes_know_what_the_others_take_and_what_they_cannot_run(postgres: Database) -> None:
    beat = postgres.leases.beat
    await beat("web", [], [], DEAD_AFTER_S, [7])
    await beat("b", ["turns", "executions"], [], DEAD_AFTER_S, [7, 12])
    await age_process(postgres, "silent", DEAD_AFTER_S + 1)
    web, b = Worker(frozenset(), frozenset({7})), Worker(frozenset({"turns", "executions"}), frozenset({7, 12}))

    assert set((await beat("a", ["turns"], [], DEAD_AFTER_S)).workers) == {web, b}

    await beat("b", ["turns", "executions"], [], DEAD_AFTER_S, [])  # since then it runs them all
    changed = (await beat("web", [], [], DEAD_AFTER_S, [7])).workers
    assert set(changed) == {Worker(frozenset({"turns"}), frozenset()), b._replace(cannot_run=frozenset())}


async def test_a_beat_brings_a_silent_process_back_to_life(postgres: Database) -> None:
    await age_process(postgres, ONE, DEAD_AFTER_S + 1)
    await postgres.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    assert await postgres.leases.recover(TWO, DEAD_AFTER_S) == 0


# -- what is given back


async def test_what_a_process_gives_back_can_be_claimed_and_its_attempt_counts(database: Database) -> None:
    lease = await leased(database)
    assert await database.leases.let_go(ONE, [lease.queued.id]) == 1
    [claimed] = await database.leases.claim(TWO, 10, ["turns"])
    assert (claimed.queued.id, claimed.queued.attempt) == (lease.queued.id, 2)


async def test_a_process_gives_back_only_what_it_holds(database: Database) -> None:
    mine, others, done = [
        await leased(database, "m1", who=key(person), owner=owner)
        for person, owner in (("ann", ONE), ("bob", TWO), ("eve", ONE))
    ]
    await finish(database, done)
    turns = [mine.queued.id, others.queued.id, done.queued.id, TurnId(99, 1)]
    assert await database.leases.let_go(ONE, turns) == 1
    assert [(row.state, row.owner) for row in await inbound_rows(database)] == [
        ("new", None),
        ("new", TWO),
        ("done", ONE),
    ]


async def test_a_process_that_stops_gives_back_everything_and_its_attempts_do_not_count(database: Database) -> None:
    mine = [await leased(database, "m1", who=key(person)) for person in ("ann", "bob")]
    await leased(database, "m1", who=key("eve"), owner=TWO)
    assert await database.turns.keep(mine[0].queued.id, 1, [ANSWER])
    assert await database.leases.release(ONE) == 2
    assert [(row.owner, row.attempt) for row in await inbound_rows(database)] == [(None, 0), (None, 0), (TWO, 1)]
    claimed = {lease.session.id: lease.queued for lease in await database.leases.claim(THREE, 10, ["turns"])}
    assert {queued.attempt for queued in claimed.values()} == {1}
    assert [claimed[lease.session.id].has_answers for lease in mine] == [True, False]
    assert await database.turns.answers(mine[0].queued.id) == [ANSWER]


async def test_a_process_that_has_stopped_is_nobody_that_died(database: Database) -> None:
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    await database.leases.release(ONE)
    assert await database.leases.recover(TWO, DEAD_AFTER_S) == 0


async def test_a_stop_leaves_what_is_finished_alone(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    assert await database.leases.release(ONE) == 0
    assert [(row.state, row.attempt) for row in await inbound_rows(database)] == [("done", 1)]


async def test_a_stop_between_attempts_leaves_no_attempt_below_none(database: Database) -> None:
    lease = await leased(database)
    again = await take(database, lease.session.id)
    assert again.queued.attempt == 2
    await database.leases.release(ONE)
    assert [row.attempt for row in await inbound_rows(database)] == [1]


# -- recovery


async def test_what_a_dead_process_held_can_be_claimed_and_its_attempt_counts(database: Database) -> None:
    lease = await leased(database)
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    assert await database.leases.recover(TWO, DEAD_AFTER_S) == 1
    [claimed] = await database.leases.claim(TWO, 10, ["turns"])
    assert (claimed.queued.id, claimed.queued.attempt) == (lease.queued.id, 2)
    assert await database.leases.recover(TWO, DEAD_AFTER_S) == 0


async def test_what_waits_behind_it_can_be_claimed_as_well(database: Database) -> None:
    """Also what was behind because its session did not take it then: nobody is left to take it along."""
    stored = await _waiting_for(database, "child_done")
    await accept(database, "m2", owner=ONE)
    assert [row.priority for row in await inbound_rows(database)][1] is None
    await _let_take_messages(database, stored)
    await age_process(database, TWO, DEAD_AFTER_S + 1)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    [claimed] = await database.leases.claim(ONE, 10, ["turns"])
    assert (claimed.queued.inbound.key, claimed.queued.attempt) == ("m2", 1)


async def test_what_its_session_does_not_take_or_a_pause_holds_stays_where_it_is(database: Database) -> None:
    await _waiting_for(database, "child_done")
    await accept(database, "m2", owner=ONE)
    paused = await database.turns.commit(waiting(await database.turns.load(key("bob")), message("m1")))
    assert paused is not None
    await set_paused(database, paused.session)
    await accept(database, "m2", who=key("bob"), owner=ONE)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    assert [row.priority for row in await inbound_rows(database) if row.state == "new"] == [None, None]


async def test_a_process_without_a_row_is_dead(database: Database) -> None:
    lease = await leased(database, owner="nowhere")
    await age_process(database, ONE, 0)
    assert (await database.leases.look(ONE, DEAD_AFTER_S)).orphans or not database.is_postgres
    await database.leases.recover(ONE, DEAD_AFTER_S)
    assert (await take(database, lease.session.id, ONE)).queued.attempt == 2


async def test_a_process_keeps_its_own_leases_when_it_frees_those_of_others(database: Database) -> None:
    await leased(database, "m1", who=key("ann"), owner=ONE)
    await leased(database, "m1", who=key("bob"), owner=TWO)
    await age_process(database, ONE, 0)
    await age_process(database, TWO, DEAD_AFTER_S + 1)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    assert [row.owner for row in await inbound_rows(database)] == [ONE, None]


async def test_a_late_process_frees_what_others_held_and_not_what_it_holds(postgres: Database) -> None:
    """It has not beaten for long itself, and does so next."""
    for person, owner in (("ann", ONE), ("bob", TWO)):
        await leased(postgres, "m1", who=key(person), owner=owner)
        await age_process(postgres, owner, DEAD_AFTER_S + 1)
    assert await postgres.leases.recover(ONE, DEAD_AFTER_S) == 1
    assert [row.owner for row in await inbound_rows(postgres)] == [ONE, None]
    assert await postgres.leases.recover(THREE, DEAD_AFTER_S) == 1


async def test_a_recovery_leaves_the_priority_of_what_waits_alone(database: Database) -> None:
    await start_run_of(database, "nightly", priority=-10)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    assert [row.priority for row in await inbound_rows(database)] == [-10]


async def test_a_living_process_keeps_what_it_holds(postgres: Database) -> None:
    lease = await leased(postgres)
    await age_process(postgres, ONE, DEAD_AFTER_S - 2)
    assert not (await postgres.leases.look(TWO, DEAD_AFTER_S)).orphans
    assert await postgres.leases.recover(TWO, DEAD_AFTER_S) == 0
    assert await postgres.leases.take(TWO, lease.session.id, suspects=True) is None
    assert [row.owner for row in await inbound_rows(postgres)] == [ONE]


async def test_what_was_finished_before_its_process_died_stays_finished(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    await database.leases.recover(TWO, DEAD_AFTER_S)
    assert [(row.state, row.owner) for row in await inbound_rows(database)] == [("done", ONE)]


# -- the look


async def test_there_is_nothing_to_do_in_an_empty_database(database: Database) -> None:
    await database.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    assert await database.leases.look(ONE, DEAD_AFTER_S) == Seen()


async def test_a_due_wait_is_seen_unless_its_session_is_paused(database: Database) -> None:
    stored = await database.turns.load(key())
    await database.turns.commit(waiting(stored, message("m1"), timeout_s=3600.0))
    session = (await database.turns.load(key())).id
    assert await _seen(database) == Seen()
    await make_due(database, session)
    assert await _seen(database) == Seen(timers=True)
    await set_paused(database, session)
    assert await _seen(database) == Seen()


async def test_what_can_be_claimed_is_seen(database: Database) -> None:
    accepted = await accept(database, "m1")
    assert await _seen(database) == Seen(claimable=True)
    await take(database, accepted.turn.session, ONE)
    assert await _seen(database) == Seen()


async def test_what_its_session_does_not_take_is_not_seen(database: Database) -> None:
    await _waiting_for(database, "child_done")
    await accept(database, "m2", owner=ONE)
    assert await _seen(database) == Seen()


async def test_what_waits_behind_a_process_that_runs_the_session_is_no_orphan(database: Database) -> None:
    await database.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    await accept(database, "m1", owner=ONE)
    await accept(database, "m2", owner=ONE)
    assert not (await database.leases.look(ONE, DEAD_AFTER_S)).orphans


async def test_a_suspect_is_seen(database: Database) -> None:
    accepted = await accept(database, "m1")
    for number in range(2):
        assert not (await _seen(database)).suspects
        await take(database, accepted.turn.session, f"dead-{number}")
        await age_process(database, f"dead-{number}", DEAD_AFTER_S + 1)
        await database.leases.recover(ONE, DEAD_AFTER_S)
    assert await _seen(database) == Seen(claimable=True, suspects=True)


async def test_a_dead_process_is_seen_also_when_it_held_nothing(database: Database) -> None:
    await age_process(database, TWO, DEAD_AFTER_S + 1)
    assert await _seen(database) == Seen(orphans=True, others=database.is_postgres)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    assert await _seen(database) == Seen()


async def test_another_process_is_seen(postgres: Database) -> None:
    """On SQLite there is one process."""
    await postgres.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    assert not (await _seen(postgres)).others
    await postgres.leases.beat(TWO, [], [], DEAD_AFTER_S)
    assert (await _seen(postgres)).others


async def test_a_lease_of_a_process_without_a_row_is_seen(postgres: Database) -> None:
    """On SQLite there is one process, and it frees what others held when it opens the database."""
    await leased(postgres, owner="nowhere")
    assert await _seen(postgres) == Seen(orphans=True)
    await postgres.leases.recover(ONE, DEAD_AFTER_S)
    assert await _seen(postgres) == Seen(claimable=True)


async def test_the_own_silence_is_no_death(postgres: Database) -> None:
    await leased(postgres, owner=ONE)
    await age_process(postgres, ONE, DEAD_AFTER_S + 1)
    assert not (await postgres.leases.look(ONE, DEAD_AFTER_S)).orphans


async def test_a_process_that_has_not_beaten_yet_is_no_dead_one_to_itself(postgres: Database) -> None:
    await leased(postgres, owner=ONE)
    assert not (await postgres.leases.look(ONE, DEAD_AFTER_S)).orphans


@pytest.mark.parametrize(("due_in_s", "is_seen"), [(-1.0, True), (60.0, False)])
async def test_a_due_effect_is_seen(database: Database, due_in_s: float, is_seen: bool) -> None:
    row = {"session_id": 1, "version": 1, "index": 0, "kind": "emit", "body": {}, "attempts": 0}
    await change(database, insert(effects).values(**row, due_at=datetime.now(UTC) + timedelta(seconds=due_in_s)))
    assert await _seen(database) == Seen(effects=is_seen)


@pytest.mark.parametrize("state", ["ready", "handed", "sending", "unknown", "sent", "held", "delivered"])
async def test_a_part_that_somebody_has_still_to_deal_with_is_seen(database: Database, state: str) -> None:
    stored = await database.turns.load(key())
    await database.turns.commit(waiting(stored, message("m1"), said("one", state)))  # type: ignore[arg-type]
    assert await _seen(database) == Seen(outbounds=state in ("ready", "handed", "sending", "unknown"))


@pytest.mark.parametrize(("due_in_s", "is_seen"), [(-1.0, True), (60.0, False), (None, False)])
async def test_a_due_schedule_is_seen(database: Database, due_in_s: float | None, is_seen: bool) -> None:
    row = {"workflow_id": 1, "node": "start", "cron": "* * * * *", "zone": "UTC", "missed": "skip"}
    next_at = None if due_in_s is None else datetime.now(UTC) + timedelta(seconds=due_in_s)
    await change(database, insert(schedules).values(**row, next_at=next_at))
    assert await _seen(database) == Seen(schedules=is_seen)


async def test_the_look_tells_when_other_versions_are_served(database: Database) -> None:
    looks = [(await _seen(database)).flows]
    for digest in ("d1", "d2"):
        await database.flows.publish("pizza", "Pizza", digest, {"pizza": {}})
        looks.append((await _seen(database)).flows)
        assert (await _seen(database)).flows == looks[-1]
    await change(database, update(workflows).values(status="paused"))
    looks.append((await _seen(database)).flows)
    await database.flows.publish("salad", "Salad", "d1", {"salad": {}})
    looks.append((await _seen(database)).flows)
    assert len(set(looks)) == 5


async def _seen(database: Database) -> Seen:
    """Look as a process that lives."""
    await age_process(database, ONE, 0)
    return await database.leases.look(ONE, DEAD_AFTER_S)


async def _waiting_for(database: Database, *accepts: str) -> StoredSession:
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m1"), accepts=accepts)) is not None
    return await database.turns.load(key())


async def _let_take_messages(database: Database, stored: StoredSession) -> None:
    """Let the session wait for a message from now on, as a change from outside does."""
    state = {"frames": [{"node": "ask"}], "wait": {"token": "1"}}
    await change(database, update(sessions).where(sessions.c.id == stored.id).values(state=state))
