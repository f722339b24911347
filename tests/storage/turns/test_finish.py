"""Finishing a leased turn: whole or not at all, behind three fences; the session's next inbound is taken along."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from botflow.engine.inbound import Inbound
from botflow.records.leases import Finished
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.sessions import StoredSession
from botflow.records.turns import InboundState, JournalledAnswer, TurnId
from botflow.storage.database import Database
from tests.storage.aged_rows import age_process, executions, inbound_rows, opt_out
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, TWO, accept, accept_again, finish, finishing, leased, take
from tests.storage.sample_turns import RECEIVED, ended, ignored, key, message, said, waiting

ANSWER = JournalledAnswer(index=0, fingerprint="f0", value={"value": "pizza"}, ask={"text": "I am hungry"})


async def test_a_finished_turn_is_committed_whole(database: Database) -> None:
    lease = await leased(database)
    stored, queued = lease
    commit = waiting(stored, queued.inbound, said("Hello."), variables={"a": 1})
    assert await finish(database, lease, commit) == Finished()
    assert await database.turns.load(key()) == StoredSession(
        key=key(), session=commit.turn.session, id=stored.id, last_seq=1, done_seq=1, flow_version=7
    )
    receipt = await database.turns.receipt(queued.id)
    assert (receipt.state, receipt.status) == ("done", "waiting")
    assert [(part.message.text, part.seq, part.wire_id) for part in receipt.outbounds] == [("Hello.", 1, "1.0")]


async def test_a_done_inbound_is_not_finished_twice(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    assert await database.turns.finish(finishing(lease)) is None
    fresh = await database.turns.load(key())  # so that no version is in the way
    assert await database.turns.finish(finishing(lease, waiting(fresh, lease.queued.inbound, said("Twice.")))) is None
    assert await database.turns.load(key()) == fresh
    assert (await database.turns.receipt(lease.queued.id)).outbounds == ()


async def test_an_attempt_that_another_process_has_taken_over_finishes_nothing(database: Database) -> None:
    lease = await leased(database)
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    await database.leases.recover(TWO, DEAD_AFTER_S)
    again = await take(database, lease.session.id, TWO)
    assert await database.turns.finish(finishing(lease, answers=[ANSWER])) is None
    assert (await database.turns.receipt(lease.queued.id)).state == "new"
    assert await database.turns.answers(lease.queued.id) == []
    await finish(database, again, owner=TWO)


async def test_a_turn_on_a_session_that_moved_is_not_finished(database: Database) -> None:
    lease = await leased(database)
    await opt_out(database, key())
    refused = finishing(lease, waiting(lease.session, lease.queued.inbound, said("Hello.")), answers=[ANSWER])
    assert await database.turns.finish(refused) is None
    receipt = await database.turns.receipt(lease.queued.id)
    assert (receipt.state, receipt.outbounds) == ("new", ())
    assert await database.turns.answers(lease.queued.id) == []
    assert (await database.turns.load(key())).done_seq == 0
    [row] = await inbound_rows(database)
    assert (row.owner, row.attempt) == (ONE, 1)


async def test_the_last_answers_are_journalled_with_the_turn(database: Database) -> None:
    lease = await leased(database)
    second = replace(ANSWER, index=1, fingerprint="f1")
    assert await database.turns.keep(lease.queued.id, 1, [replace(ANSWER, value={"value": "salad"})])
    await finish(database, lease, answers=[ANSWER, second])
    assert await database.turns.answers(lease.queued.id) == [ANSWER, second]


async def test_the_next_inbound_is_taken_along(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    await accept(database, "m3")
    commit = waiting(lease.session, lease.queued.inbound, variables={"a": 1})
    finished = await finish(database, lease, commit)
    assert not finished.must_look
    assert finished.next is not None
    stored, queued = finished.next
    assert (queued.inbound.key, queued.id, queued.attempt, queued.has_answers) == (
        "m2",
        TurnId(stored.id, 2),
        1,
        False,
    )
    assert (stored.session, stored.flow_version, stored.parked) == (commit.turn.session, 7, False)
    assert [(row.state, row.owner, row.attempt) for row in await inbound_rows(database)] == [
        ("done", ONE, 1),
        ("new", ONE, 1),
        ("new", None, 0),
    ]
    assert (await database.turns.load(key())).done_seq == 1
    assert await database.leases.take(TWO, stored.id) is None


async def test_one_process_serves_a_session_in_order_until_nothing_is_left(database: Database) -> None:
    inbounds = [message(f"m{number}") for number in range(4)]
    lease = await leased(database, inbounds[0])
    for inbound in inbounds[1:]:
        await accept(database, inbound)
    served, finished = [lease.queued.inbound], await finish(database, lease)
    while finished.next is not None:
        served.append(finished.next.queued.inbound)
        finished = await finish(database, finished.next)
    assert served == inbounds
    after = await database.turns.load(key())
    assert (after.last_seq, after.done_seq, after.session.version) == (4, 4, 4)


async def test_a_process_that_stops_leaves_the_next_inbound_to_be_claimed(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    assert (await finish(database, lease, owner=None)).next is None
    assert [(row.owner, row.attempt, row.priority) for row in await inbound_rows(database)][1] == (
        None,
        0,
        MESSAGE_PRIORITY,
    )
    [claimed] = await database.leases.claim(TWO, 10, ["turns"])
    assert (claimed.queued.inbound.key, claimed.queued.attempt) == ("m2", 1)


async def test_what_a_session_did_not_take_is_taken_along_by_the_turn_after_which_it_does(database: Database) -> None:
    stored = await _waiting_for(database, "child_done")
    await accept(database, "m2", owner=ONE)
    lease = await leased(database, replace(message("c1", ""), kind="child_done", token="1"))
    finished = await finish(database, lease, waiting(lease.session, lease.queued.inbound))
    assert finished.next is not None
    assert (finished.next.queued.inbound.key, finished.next.queued.attempt) == ("m2", 1)
    assert finished.next.queued.id == TurnId(stored.id, 2)


async def test_a_process_that_stops_leaves_what_its_turn_lets_in_to_be_claimed(database: Database) -> None:
    await _waiting_for(database, "child_done")
    await accept(database, "m2", owner=ONE)
    lease = await leased(database, replace(message("c1", ""), kind="child_done", token="1"))
    await finish(database, lease, waiting(lease.session, lease.queued.inbound), owner=None)
    [claimed] = await database.leases.claim(TWO, 10, ["turns"])
    assert claimed.queued.inbound.key == "m2"


async def test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    await accept(database, message("m3", "STOP", consent="stop"))
    await accept(database, replace(message("c4", ""), kind="child_done", token="1"))
    await accept(database, message("m5", "START", consent="start"))
    shuts = waiting(lease.session, lease.queued.inbound, accepts=("child_done",))
    assert (await finish(database, lease, shuts, owner=None)).next is None
    assert [(row.key, row.priority) for row in await inbound_rows(database)][1:] == [
        ("m2", None),
        ("m3", MESSAGE_PRIORITY),
        ("c4", MESSAGE_PRIORITY),
        ("m5", MESSAGE_PRIORITY),
    ]
    [claimed] = await database.leases.claim(TWO, 10, ["turns"])
    assert claimed.queued.inbound.key == "m3"


async def test_a_message_that_the_turn_leaves_waiting_is_not_taken_along(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    shuts = waiting(lease.session, lease.queued.inbound, accepts=("child_done",))
    assert (await finish(database, lease, shuts)).next is None
    assert [row.owner for row in await inbound_rows(database)] == [ONE, None]


async def test_a_turn_that_parks_the_session_takes_along_whatever_waits(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    parks = waiting(lease.session, lease.queued.inbound, accepts=("child_done",), parked=True)
    finished = await finish(database, lease, parks)
    assert finished.next is not None
    assert finished.next.session.parked


async def test_an_inbound_that_died_twice_is_not_taken_along(database: Database) -> None:
    """It may be what ends processes: it is begun alone."""
    stored = await _with_queued_timeout(database)
    await _die(database, stored.id, times=2)
    early = await accept(database, message("early", received_at=RECEIVED - timedelta(days=1)))
    lease = await take(database, stored.id)
    assert lease.queued.id == early.turn
    assert (await finish(database, lease)).next is None
    suspect = await take(database, stored.id, suspects=True)
    assert (suspect.queued.inbound.kind, suspect.queued.attempt) == ("timeout", 3)


@pytest.mark.parametrize("outcome", ["dead", "stale"])
async def test_an_inbound_that_is_given_up_lets_the_next_one_go_on(database: Database, outcome: InboundState) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    sorry = ignored(lease.session, lease.queued.inbound, said("Sorry."))
    finished = await finish(database, lease, sorry, outcome=outcome)
    receipt = await database.turns.receipt(lease.queued.id)
    assert (receipt.state, [part.message.text for part in receipt.outbounds]) == (outcome, ["Sorry."])
    assert (await database.turns.load(key())).done_seq == 1
    assert finished.next is not None
    assert finished.next.queued.inbound.key == "m2"
    again = await accept_again(database, "m1", owner=ONE)
    assert (again.id, again.state) == (lease.queued.id, outcome)  # type: ignore[union-attr]  # it is a receipt


async def test_finishing_leaves_what_came_meanwhile_unfinished(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    await finish(database, lease, owner=None)
    after = await database.turns.load(key())
    assert (after.last_seq, after.done_seq) == (2, 1)
    assert await database.turns.commit(waiting(after, message("m3"))) is None


async def test_inbounds_accepted_while_turns_finish_are_never_counted_as_finished(database: Database) -> None:
    """Finishing and accepting race on purpose; afterwards each inbound is either done or still new."""

    async def race(person: str) -> tuple[int, int, int]:
        who = key(person)
        lease = await leased(database, "m1", who=who)
        await asyncio.gather(finish(database, lease), *(accept(database, f"x{number}", who=who) for number in range(3)))
        after = await database.turns.load(who)
        return after.last_seq, after.done_seq, after.session.version

    assert set(await asyncio.gather(*(race(f"p{number}") for number in range(10)))) == {(4, 1, 1)}


async def test_turns_of_one_moment_finish_together_and_each_takes_its_own_next_inbound(database: Database) -> None:
    people = [key(f"p{number}") for number in range(20)]
    leases = [await leased(database, "m1", who=who) for who in people]
    for number, who in enumerate(people):
        if number % 2:
            await accept(database, f"next-{number}", who=who)
    finished = await asyncio.gather(
        *(
            finish(
                database, lease, waiting(lease.session, lease.queued.inbound, said(f"to {number}")), answers=[ANSWER]
            )
            for number, lease in enumerate(leases)
        )
    )
    assert [each.next.queued.inbound.key if each.next else None for each in finished] == [
        f"next-{number}" if number % 2 else None for number in range(20)
    ]
    assert [each.next.session.key for each in finished if each.next] == people[1::2]
    for number, lease in enumerate(leases):
        receipt = await database.turns.receipt(lease.queued.id)
        assert [part.message.text for part in receipt.outbounds] == [f"to {number}"]
        assert await database.turns.answers(lease.queued.id) == [ANSWER]


async def test_a_turn_that_a_fence_refuses_takes_nothing_from_its_neighbours(database: Database) -> None:
    ann, bob, eve = [await leased(database, "m1", who=key(person)) for person in ("ann", "bob", "eve")]
    await opt_out(database, key("ann"))
    turns = [finishing(ann), finishing(bob), replace(finishing(eve), attempt=2)]
    finished = await asyncio.gather(*map(database.turns.finish, turns))
    assert finished == [None, Finished(), None]
    states = [(await database.turns.receipt(lease.queued.id)).state for lease in (ann, bob, eve)]
    assert states == ["new", "done", "new"]


async def test_an_execution_is_recorded_when_it_starts_and_when_it_ends(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    begun = await executions(database)
    assert [(row.session_id, row.flow_version, row.status, row.ended_at) for row in begun] == [
        (lease.session.id, 7, "waiting", None)
    ]
    again = await leased(database, "m2")
    await finish(database, again, ended(again.session, again.queued.inbound))
    [row] = await executions(database)
    assert (row.id, row.status) == (begun[0].id, "completed")
    assert row.ended_at >= row.started_at


async def test_an_execution_that_begins_and_ends_in_one_turn_is_recorded_once(database: Database) -> None:
    await database.turns.commit(ended(await database.turns.load(key()), message("m1")))
    lease = await leased(database, "m2")
    await finish(database, lease, ended(lease.session, lease.queued.inbound))
    assert [row.status for row in await executions(database)] == ["completed", "completed"]


async def test_a_message_received_before_a_timeout_was_due_goes_before_it(database: Database) -> None:
    stored = await _with_queued_timeout(database)
    await accept(database, message("early", received_at=RECEIVED - timedelta(days=1)))
    lease = await take(database, stored.id)
    assert (lease.queued.inbound.key, lease.queued.id.seq) == ("early", 3)
    finished = await finish(database, lease)
    after = await database.turns.load(key())
    assert (after.last_seq, after.done_seq) == (3, 1)
    assert await database.turns.commit(waiting(after, message("late"))) is None
    assert finished.next is not None
    assert (finished.next.queued.inbound.kind, finished.next.queued.inbound.token) == ("timeout", "1")


async def test_a_message_received_after_a_timeout_was_due_comes_after_it(database: Database) -> None:
    stored = await _with_queued_timeout(database)
    await accept(database, message("late", received_at=RECEIVED + timedelta(days=10_000)))
    lease = await take(database, stored.id)
    assert (lease.queued.inbound.kind, lease.queued.id) == ("timeout", TurnId(stored.id, 2))
    finished = await finish(database, lease)
    assert finished.next is not None
    assert finished.next.queued.inbound.key == "late"


async def test_a_timeout_goes_between_the_messages_from_before_and_after_it_was_due(database: Database) -> None:
    stored = await _with_queued_timeout(database)
    for inbound in (
        message("early", received_at=RECEIVED - timedelta(days=1)),
        message("early too", received_at=RECEIVED - timedelta(hours=1)),
        message("late", received_at=RECEIVED + timedelta(days=10_000)),
    ):
        await accept(database, inbound)
    lease = await take(database, stored.id)
    served: list[Inbound] = [lease.queued.inbound]
    finished = await finish(database, lease)
    while finished.next is not None:
        served.append(finished.next.queued.inbound)
        finished = await finish(database, finished.next)
    assert [inbound.key for inbound in served] == ["early", "early too", "timeout:1", "late"]


async def test_a_receipt_of_nothing_names_what_is_missing(database: Database) -> None:
    with pytest.raises(Exception, match="there is no inbound"):
        await database.turns.receipt(TurnId(99, 1))


async def _with_queued_timeout(database: Database) -> StoredSession:
    """A session whose wait has ended, with the timeout stored and not yet run."""
    stored = await database.turns.load(key())
    await database.turns.commit(waiting(stored, message("m1"), timeout_s=-1.0))
    stored = await database.turns.load(key())
    assert await database.timers.queue_timeouts([stored.id]) == 1
    return stored


async def _waiting_for(database: Database, *accepts: str) -> StoredSession:
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m1"), accepts=accepts)) is not None
    return await database.turns.load(key())


async def _die(database: Database, session: int, *, times: int) -> None:
    """Let as many processes begin the session's next inbound, and end."""
    for number in range(times):
        await take(database, session, f"dead-{number}", suspects=True)
        await age_process(database, f"dead-{number}", DEAD_AFTER_S + 1)
        await database.leases.recover(ONE, DEAD_AFTER_S)
