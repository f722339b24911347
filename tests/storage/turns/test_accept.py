"""Accepting an inbound: stored once and in order, and leased at once only where nothing else of its session waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from botflow.engine.inbound import Inbound, Location, Media
from botflow.records.leases import Accepted, Lease
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.turns import Receipt, TurnId
from botflow.storage.database import Database
from tests.storage.aged_rows import inbound_rows, opt_out, revoke_token, set_paused
from tests.storage.leased_turns import ONE, TWO, accept, accept_again, arrival, finish, leased, take
from tests.storage.sample_turns import key, message, said, waiting


async def test_the_first_inbound_of_an_unknown_person_makes_the_session_and_is_ours(database: Database) -> None:
    accepted = await accept(database, "m1", owner=ONE)
    stored = await database.turns.load(key())
    assert accepted == Accepted(turn=TurnId(stored.id, 1), version=0, is_ours=True)
    assert (stored.last_seq, stored.done_seq, stored.session.version, stored.parked) == (1, 0, 0, False)
    assert await _row(database, accepted) == ("new", ONE, 1, MESSAGE_PRIORITY)


async def test_an_idle_session_leases_its_next_inbound_to_who_accepts_it(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1")))
    accepted = await accept(database, "m2", owner=ONE)
    assert (accepted.turn.seq, accepted.version, accepted.is_ours) == (2, 1, True)
    assert await _row(database, accepted) == ("new", ONE, 1, MESSAGE_PRIORITY)
    assert await database.leases.take(TWO, accepted.turn.session) is None


async def test_what_comes_while_the_session_is_run_waits_and_has_no_owner(database: Database) -> None:
    await accept(database, "m1", owner=ONE)
    second = await accept(database, "m2", owner=ONE)
    third = await accept(database, "m3", owner=TWO)
    assert [(each.turn.seq, each.is_ours) for each in (second, third)] == [(2, False), (3, False)]
    assert await _row(database, second) == ("new", None, 0, MESSAGE_PRIORITY)
    assert (await database.turns.load(key())).done_seq == 0


async def test_what_comes_behind_one_that_nobody_runs_is_not_ours_either(database: Database) -> None:
    await accept(database, "m1")
    second = await accept(database, "m2", owner=ONE)
    assert not second.is_ours
    assert (await take(database, second.turn.session, TWO)).queued.inbound.key == "m1"


async def test_who_takes_no_turns_stores_the_inbound_for_others_to_claim(database: Database) -> None:
    accepted = await accept(database, "m1", owner=None)
    assert not accepted.is_ours
    assert await _row(database, accepted) == ("new", None, 0, MESSAGE_PRIORITY)
    [lease] = await database.leases.claim(TWO, 10, ["turns"])
    assert (lease.queued.id, lease.queued.attempt) == (accepted.turn, 1)


async def test_an_accepted_inbound_says_which_version_of_the_session_it_met(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1")))
    await opt_out(database, key())
    accepted = await accept(database, "m2", owner=ONE)
    assert accepted.version == (await database.turns.load(key())).session.version == 2


async def test_a_paused_session_keeps_what_comes_and_nobody_can_claim_it(database: Database) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1")))
    await set_paused(database, (await database.turns.load(key())).id)
    accepted = await accept(database, "m2", owner=ONE)
    assert not accepted.is_ours
    assert await _row(database, accepted) == ("new", None, 0, None)
    assert await database.leases.claim(ONE, 10, ["turns"]) == []
    assert await database.leases.take(ONE, accepted.turn.session) is None


async def test_a_session_that_waits_for_something_else_keeps_a_message_until_it_takes_one(database: Database) -> None:
    stored = await _waiting_for(database, "child_done")
    accepted = await accept(database, "m2", owner=ONE)
    assert not accepted.is_ours
    assert await _row(database, accepted) == ("new", None, 0, None)
    assert await database.leases.claim(ONE, 10, ["turns"]) == []
    assert await database.leases.take(ONE, stored.id) is None


async def test_what_is_no_message_is_taken_whatever_the_session_waits_for(database: Database) -> None:
    await _waiting_for(database, "child_done")
    assert (await accept(database, _child_done("c1"), owner=ONE)).is_ours


async def test_a_message_about_being_written_to_is_taken_whatever_the_session_waits_for(database: Database) -> None:
    await _waiting_for(database, "child_done")
    assert (await accept(database, message("m2", "STOP", consent="stop"), owner=ONE)).is_ours


async def test_a_parked_session_takes_messages_whatever_it_waits_for(database: Database) -> None:
    await _waiting_for(database, "child_done")
    await opt_out(database, key())
    assert (await accept(database, "m2", owner=ONE)).is_ours


async def test_a_session_that_waits_for_messages_too_takes_them(database: Database) -> None:
    await _waiting_for(database, "child_done", "message")
    assert (await accept(database, "m2", owner=ONE)).is_ours


async def test_an_inbound_of_somebody_who_has_stopped_makes_a_parked_session(database: Database) -> None:
    await database.turns.accept(arrival(message("m1"), parked=True))
    assert (await database.turns.load(key())).parked
    await accept(database, "m2")
    assert (await database.turns.load(key())).parked


async def test_a_repeated_inbound_gets_its_receipt_and_no_second_place(database: Database) -> None:
    first = await accept(database, "m1", owner=ONE)
    assert await accept_again(database, "m1", owner=TWO) == Receipt(id=first.turn, state="new")
    assert (await database.turns.load(key())).last_seq == 1
    assert await _row(database, first) == ("new", ONE, 1, MESSAGE_PRIORITY)


async def test_a_repeated_inbound_of_a_committed_turn_gets_its_parts(database: Database) -> None:
    turn = await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), said("Hello.")))
    receipt = await accept_again(database, "m1", owner=ONE)
    assert isinstance(receipt, Receipt)
    assert (receipt.id, receipt.state, receipt.status) == (turn, "done", "waiting")
    assert [part.message.text for part in receipt.outbounds] == ["Hello."]


async def test_twins_that_arrive_at_once_are_one_inbound_and_one_of_them_has_it(database: Database) -> None:
    answers = await asyncio.gather(*(accept_again(database, message("m1"), owner=ONE) for _ in range(8)))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert [each.is_ours for each in accepted] == [True]
    assert {answer.id for answer in answers if isinstance(answer, Receipt)} == {accepted[0].turn}
    assert (await database.turns.load(key())).last_seq == 1


async def test_many_inbounds_at_once_get_one_place_each_and_one_of_them_is_leased(database: Database) -> None:
    answers = await asyncio.gather(*(accept(database, f"m{n}", owner=ONE) for n in range(10)))
    assert sorted(answer.turn.seq for answer in answers) == list(range(1, 11))
    assert [answer.turn.seq for answer in answers if answer.is_ours] == [1]


async def test_two_peoples_inbounds_of_one_moment_are_both_ours(database: Database) -> None:
    people = [key(f"p{number}") for number in range(20)]
    answers = await asyncio.gather(*(accept(database, "same", who=who, owner=ONE) for who in people))
    assert [(answer.turn.seq, answer.is_ours) for answer in answers] == [(1, True)] * 20
    assert len({answer.turn.session for answer in answers}) == 20


async def test_inbounds_of_one_moment_that_nobody_stores_alike_keep_what_each_says(database: Database) -> None:
    """One statement stores them: owner, flow version and deadline stay each one's own."""
    arrivals = [
        arrival(message("m1"), who=key("ann"), owner=ONE, flow_version=1, reply_within_s=60),
        arrival(message("m1"), who=key("bob"), owner=None, flow_version=2),
        arrival(message("m1"), who=key("eve"), owner=TWO, flow_version=3, parked=True),
    ]
    await asyncio.gather(*(database.turns.accept(each) for each in arrivals))
    rows = await inbound_rows(database)
    by_version = {row.flow_version: (row.owner, row.attempt, row.reply_by is not None) for row in rows}
    assert by_version == {1: (ONE, 1, True), 2: (None, 0, False), 3: (TWO, 1, False)}
    assert [(await database.turns.load(each.key)).parked for each in arrivals] == [False, False, True]


async def test_a_duplicate_among_others_of_its_moment_takes_nothing_from_them(database: Database) -> None:
    first = await accept(database, "m1", who=key("ann"), owner=ONE)
    again, other = await asyncio.gather(
        accept_again(database, "m1", who=key("ann"), owner=TWO), accept_again(database, "m1", who=key("bob"), owner=TWO)
    )
    assert again == Receipt(id=first.turn, state="new")
    assert isinstance(other, Accepted)
    assert other.is_ours


async def test_the_newest_duplicate_that_waits_may_be_answered_longest(database: Database) -> None:
    for reply_within_s in (60.0, 600.0, 6.0):
        await database.turns.accept(arrival(message("m1"), reply_within_s=reply_within_s))
    [row] = await inbound_rows(database)
    left = row.reply_by - await database.now()
    assert timedelta(seconds=300) < left <= timedelta(seconds=601)


async def test_a_duplicate_that_nobody_waits_for_leaves_the_deadline_alone(database: Database) -> None:
    await database.turns.accept(arrival(message("m1"), reply_within_s=60.0))
    [before] = await inbound_rows(database)
    await accept_again(database, "m1")
    assert await inbound_rows(database) == [before]


async def test_an_accepted_inbound_is_begun_as_it_arrived(database: Database) -> None:
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
    accepted = await database.turns.accept(arrival(inbound, flow_version=9))
    assert isinstance(accepted, Accepted)
    stored, queued = await take(database, accepted.turn.session)
    assert queued.inbound == inbound
    assert (queued.id, queued.state, queued.attempt, queued.flow_version) == (accepted.turn, "new", 1, 9)
    assert not queued.has_answers
    assert stored == await database.turns.load(key())


async def test_an_accepted_inbound_keeps_the_fast_path_away_until_it_is_finished(database: Database) -> None:
    lease = await leased(database)
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m2"))) is None
    await finish(database, lease)
    assert await database.turns.commit(waiting(await database.turns.load(key()), message("m2"))) is not None


async def test_a_message_that_meets_the_end_of_a_turn_always_has_somebody_to_run_it(database: Database) -> None:
    """ACCEPT and FINISH of many sessions at the same moment, on purpose."""
    leases = [await leased(database, "m1", who=key(f"p{number}")) for number in range(30)]

    async def race(lease: Lease) -> list[bool]:
        accepting = accept(database, "m2", who=lease.session.key, owner=TWO)
        finished, accepted = await asyncio.gather(finish(database, lease), accepting)
        return [finished.next is not None, accepted.is_ours, finished.must_look]

    for holders in await asyncio.gather(*map(race, leases)):
        assert sum(holders) == 1, "who finishes takes it along or must look again, or who accepts it has it"


async def _waiting_for(database: Database, *accepts: str) -> Any:
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m1"), accepts=accepts)) is not None
    return await database.turns.load(key())


def _child_done(provider_key: str) -> Inbound:
    return replace(message(provider_key, ""), kind="child_done", token="1")


async def _row(database: Database, accepted: Accepted) -> tuple[Any, ...]:
    """Return state, owner, attempt and priority of the inbound's row."""
    rows = await inbound_rows(database, accepted.turn.session)
    [row] = [row for row in rows if row.seq == accepted.turn.seq]
    return (row.state, row.owner, row.attempt, row.priority)


async def test_what_comes_by_a_revoked_token_is_not_stored(database: Database) -> None:
    first = await accept(database, "m1", owner=ONE)
    before = await database.turns.load(key())
    by_token = replace(arrival(message("m2"), owner=ONE, reply_within_s=5), by_token=True)
    assert isinstance(await database.turns.accept(replace(by_token, inbound=message("m0"))), Accepted)
    await revoke_token(database, first.turn.session)

    assert await database.turns.accept(by_token) is None
    assert (await database.turns.load(key())).last_seq == before.last_seq + 1
    assert (await accept(database, "m2", owner=ONE)).turn.seq == before.last_seq + 2  # not by the token
