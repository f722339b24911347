"""The queued path: inbounds in order, attempts with one owner, journals and commits that only the owner writes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from botflow.engine.inbound import Location, Media
from botflow.records.sessions import StoredSession
from botflow.records.turns import JournalledAnswer, Receipt, TurnId
from botflow.storage.database import Database
from tests.storage.aged_rows import age_owner, executions, jobs
from tests.storage.sample_turns import RECEIVED, ended, ignored, key, message, said, waiting

ANSWER = JournalledAnswer(index=0, fingerprint="f0", value={"value": "pizza"}, ask={"text": "I am hungry"})


async def test_an_enqueued_inbound_is_new_and_its_job_deferred(database: Database) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored = await database.sessions.load(key())
    assert receipt == Receipt(id=TurnId(stored.id, 1), state="new")
    assert (stored.last_seq, stored.done_seq, stored.session.version) == (1, 0, 0)
    assert await jobs(database) == [("turns", "advance", f"session:{stored.id}", {"session": stored.id})]


async def test_a_repeated_inbound_gets_the_same_receipt_and_no_second_place(database: Database) -> None:
    first = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    assert await database.inbox.enqueue(key(), message("m1"), 7, 5) == first
    assert (await database.sessions.load(key())).last_seq == 1
    assert len(await jobs(database)) == 1


async def test_a_repeated_inbound_of_a_finished_turn_gets_its_parts(database: Database) -> None:
    await database.sessions.commit_turns([waiting(await database.sessions.load(key()), message("m1"), said("Hello."))])
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 5)
    assert (receipt.state, [part.message.text for part in receipt.outbounds]) == ("done", ["Hello."])


async def test_twins_that_arrive_at_once_are_one_inbound(database: Database) -> None:
    receipts = await asyncio.gather(*(database.inbox.enqueue(key(), message("m1"), 7, 0) for _ in range(8)))
    assert {receipt.id.seq for receipt in receipts} == {1}
    assert (await database.sessions.load(key())).last_seq == 1


async def test_many_inbounds_at_once_get_one_place_each(database: Database) -> None:
    receipts = await asyncio.gather(*(database.inbox.enqueue(key(), message(f"m{n}"), 7, 0) for n in range(10)))
    assert sorted(receipt.id.seq for receipt in receipts) == list(range(1, 11))


async def test_a_begun_inbound_is_the_one_that_arrived(database: Database) -> None:
    inbound = message(
        "m1",
        "look",
        media=(Media(url="https://example.org/a.png", content_type="image/png"),),
        location=Location(latitude=1.5, longitude=2.5, label="here"),
        provider="twilio",
        sender="+491234",
        address="+15550100",
        consent="start_if_stopped",
        parameters={"ProfileName": "Ann"},
    )
    await database.inbox.enqueue(key(), inbound, 9, 0)
    stored, queued = await _begin(database, "one")
    assert queued.inbound == inbound
    assert (queued.id, queued.state, queued.attempt, queued.flow_version) == (TurnId(stored.id, 1), "new", 1, 9)
    assert stored == await database.sessions.load(key())


async def test_inbounds_are_begun_in_their_order(database: Database) -> None:
    for provider_key in ("m1", "m2"):
        await database.inbox.enqueue(key(), message(provider_key), 7, 0)
    stored, first = await _begin(database, "one")
    assert first.inbound.key == "m1"
    assert await database.inbox.finish(first.id, 1, waiting(stored, first.inbound))
    _, second = await _begin(database, "one")
    assert second.inbound.key == "m2"


async def test_a_living_owner_keeps_its_inbound(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    assert await database.inbox.begin(stored.id, "two") is None
    await age_owner(database, queued.id, 11)
    assert await database.inbox.renew(queued.id, 1)
    assert await database.inbox.begin(stored.id, "two") is None


async def test_a_dead_owners_inbound_goes_to_the_next_attempt(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await age_owner(database, queued.id, 11)
    _, taken = await _begin(database, "two")
    assert taken.attempt == 2
    assert not await database.inbox.renew(queued.id, 1)
    assert not await database.inbox.add_answer(queued.id, 1, ANSWER)
    assert not await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound))
    assert await database.inbox.finish(taken.id, 2, waiting(stored, queued.inbound))


async def test_an_attempt_that_was_let_go_does_not_count_and_anybody_may_begin_at_once(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    _, queued = await _begin(database, "one")
    assert not queued.has_answers
    assert await database.inbox.add_answer(queued.id, 1, ANSWER)
    assert await database.inbox.let_go(queued.id, 1)
    _, again = await _begin(database, "two")
    assert (again.attempt, again.has_answers) == (1, True)
    assert await database.inbox.answers(queued.id) == [ANSWER]


async def test_only_the_owner_of_an_attempt_lets_it_go(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await age_owner(database, queued.id, 11)
    _, taken = await _begin(database, "two")
    assert not await database.inbox.let_go(queued.id, 1)
    assert await database.inbox.begin(stored.id, "three") is None
    assert await database.inbox.finish(taken.id, 2, waiting(stored, queued.inbound))
    assert not await database.inbox.let_go(queued.id, 2)


async def test_of_two_that_begin_at_once_one_gets_the_inbound(database: Database) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    begun = await asyncio.gather(*(database.inbox.begin(receipt.id.session, f"owner{n}") for n in range(6)))
    assert sum(result is not None for result in begun) == 1


async def test_an_owner_may_begin_its_own_inbound_again(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    attempts = [(await _begin(database, "one"))[1].attempt for _ in range(4)]
    assert attempts == [1, 2, 3, 4]


async def test_what_died_with_two_owners_is_begun_only_by_who_takes_suspects(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    for owner in ("one", "two"):
        stored, queued = await _begin(database, owner)
        await age_owner(database, queued.id, 11)
    assert await database.inbox.begin(stored.id, "three", suspects=False) is None
    own = await database.inbox.begin(stored.id, "two", suspects=False)
    assert own is not None
    await age_owner(database, queued.id, 11)
    assert (await _begin(database, "three"))[1].attempt == 4


async def test_nothing_is_begun_where_nothing_waits(database: Database) -> None:
    await database.sessions.commit_turns([waiting(await database.sessions.load(key()), message("m1"))])
    stored = await database.sessions.load(key())
    assert await database.inbox.begin(stored.id, "one") is None
    assert await database.inbox.begin(stored.id + 1, "one") is None


async def test_answers_are_journalled_and_replaced_by_a_later_attempt(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    _, queued = await _begin(database, "one")
    assert await database.inbox.add_answer(queued.id, 1, ANSWER)
    assert await database.inbox.answers(queued.id) == [ANSWER]
    await _begin(database, "one")
    other = replace(ANSWER, fingerprint="f1", value={"value": "salad"})
    second = replace(ANSWER, index=1)
    assert await database.inbox.add_answer(queued.id, 2, second)
    assert await database.inbox.add_answer(queued.id, 2, other)
    assert await database.inbox.answers(queued.id) == [other, second]


async def test_no_answer_is_journalled_after_the_turn(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound))
    assert not await database.inbox.add_answer(queued.id, 1, ANSWER)
    assert not await database.inbox.renew(queued.id, 1)


async def test_a_finished_turn_is_committed_whole(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    commit = waiting(stored, queued.inbound, said("Hello."), variables={"a": 1})
    assert await database.inbox.finish(queued.id, 1, commit)
    after = await database.sessions.load(key())
    assert after == StoredSession(
        key=key(), session=commit.turn.session, id=stored.id, last_seq=1, done_seq=1, flow_version=7
    )
    receipt = await database.inbox.receipt(queued.id)
    assert (receipt.state, receipt.status) == ("done", "waiting")
    assert [(part.message.text, part.seq, part.wire_id) for part in receipt.outbounds] == [("Hello.", 1, "1.0")]
    assert not await database.inbox.finish(queued.id, 1, commit)


async def test_a_done_inbound_is_not_finished_twice(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    assert await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound))
    fresh = await database.sessions.load(key())
    assert not await database.inbox.finish(queued.id, 1, waiting(fresh, queued.inbound))


async def test_a_turn_on_a_session_that_moved_is_not_finished(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await database.sessions.set_parked(stored.id, True)
    assert not await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound, said("Hello.")))
    assert (await database.inbox.receipt(queued.id)).state == "new"
    assert (await database.inbox.receipt(queued.id)).outbounds == ()


async def test_finishing_leaves_what_was_queued_meanwhile_unfinished(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await database.inbox.enqueue(key(), message("m2"), 7, 0)
    assert await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound))
    after = await database.sessions.load(key())
    assert (after.last_seq, after.done_seq) == (2, 1)


async def test_inbounds_queued_while_turns_finish_are_never_counted_as_finished(database: Database) -> None:
    """Finishing and queueing race on purpose; afterwards each inbound is either done or still new."""
    people = [key(f"p{number}") for number in range(10)]

    async def race(person: Any) -> tuple[int, int, int]:
        await database.inbox.enqueue(person, message("m1"), 7, 0)
        begun = await database.inbox.begin((await database.sessions.load(person)).id, "one")
        assert begun is not None
        stored, queued = begun
        await asyncio.gather(
            database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound)),
            *(database.inbox.enqueue(person, message(f"x{number}"), 7, 0) for number in range(3)),
        )
        after = await database.sessions.load(person)
        return after.last_seq, after.done_seq, after.session.version

    assert set(await asyncio.gather(*(race(person) for person in people))) == {(4, 1, 1)}


async def test_a_dead_inbound_lets_the_next_one_go_on(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    await database.inbox.enqueue(key(), message("m2"), 7, 0)
    stored, queued = await _begin(database, "one")
    assert await database.inbox.finish(queued.id, 1, ignored(stored, queued.inbound, said("Sorry.")), "dead")
    receipt = await database.inbox.receipt(queued.id)
    assert (receipt.state, [part.message.text for part in receipt.outbounds]) == ("dead", ["Sorry."])
    assert (await _begin(database, "one"))[1].inbound.key == "m2"


async def test_an_execution_is_recorded_when_it_starts_and_when_it_ends(database: Database) -> None:
    await database.inbox.enqueue(key(), message("m1"), 7, 0)
    stored, queued = await _begin(database, "one")
    await database.inbox.finish(queued.id, 1, waiting(stored, queued.inbound))
    begun = await executions(database)
    assert [(row.session_id, row.flow_version, row.status, row.ended_at) for row in begun] == [
        (stored.id, 7, "waiting", None)
    ]
    await database.sessions.commit_turns([ended(await database.sessions.load(key()), message("m2"))])
    [row] = await executions(database)
    assert (row.id, row.status) == (begun[0].id, "completed")
    assert row.ended_at >= row.started_at
    await database.sessions.commit_turns([ended(await database.sessions.load(key()), message("m3"))])
    assert [row.status for row in await executions(database)] == ["completed", "completed"]


async def test_a_receipt_of_nothing_names_what_is_missing(database: Database) -> None:
    with pytest.raises(Exception, match="there is no inbound"):
        await database.inbox.receipt(TurnId(99, 1))


async def test_a_message_received_before_a_timeout_was_due_goes_first(database: Database) -> None:
    stored = await _with_due_timeout(database)
    early = message("early", received_at=RECEIVED - timedelta(days=1))
    await database.inbox.enqueue(key(), early, 7, 0)
    current, queued = await _begin(database, "one")
    assert (queued.inbound.key, queued.id.seq) == ("early", 3)
    assert await database.inbox.finish(queued.id, 1, waiting(current, queued.inbound))
    after = await database.sessions.load(key())
    assert (after.last_seq, after.done_seq) == (3, 1)
    assert await database.sessions.commit_turns([waiting(after, message("late"))]) == [None]
    _, timeout = await _begin(database, "one")
    assert (timeout.inbound.kind, timeout.inbound.token) == (
        "timeout",
        stored.session.wait and stored.session.wait.token,
    )


async def test_a_message_received_after_a_timeout_was_due_comes_after_it(database: Database) -> None:
    stored = await _with_due_timeout(database)
    late = message("late", received_at=RECEIVED + timedelta(days=10_000))
    await database.inbox.enqueue(key(), late, 7, 0)
    _, queued = await _begin(database, "one")
    assert (queued.inbound.kind, queued.id) == ("timeout", TurnId(stored.id, 2))


async def _with_due_timeout(database: Database) -> StoredSession:
    """A session whose wait has ended, with the timeout queued and not yet run."""
    await database.sessions.commit_turns([waiting(await database.sessions.load(key()), message("m1"), timeout_s=-1.0)])
    stored = await database.sessions.load(key())
    assert await database.timers.fire_due_waits(10) == [stored.id]
    return stored


async def _begin(database: Database, owner: str) -> tuple[StoredSession, Any]:
    begun = await database.inbox.begin((await database.sessions.load(key())).id, owner)
    assert begun is not None
    return begun
