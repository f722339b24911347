"""The fast path: what a commit writes, and every way to lose."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from botflow.records.outbounds import OutboundState
from botflow.records.sessions import StoredSession
from botflow.records.turns import TurnId
from botflow.storage.database import Database
from tests.storage.aged_rows import opt_in, opt_out, revoke_token
from tests.storage.leased_turns import accept
from tests.storage.sample_turns import ended, ignored, key, message, said, waiting


async def test_an_unknown_person_has_a_session_without_a_row(database: Database) -> None:
    assert await database.turns.load(key()) == StoredSession(key=key())


async def test_sessions_that_are_read_at_the_same_moment_are_not_mixed_up(database: Database) -> None:
    people = [key(f"p{number}") for number in range(40)]
    for person in people[::2]:
        await database.turns.commit(waiting(StoredSession(key=person), message("m1", person=person.external_id)))

    found = await asyncio.gather(*(database.turns.load(person) for person in (*people, people[0])))

    assert [stored.key for stored in found] == [*people, people[0]]
    assert [stored.has_row for stored in found] == [True, False] * 20 + [True]


async def test_a_committed_turn_is_read_back_as_it_was(database: Database) -> None:
    inbound = message("m1", "pizza", payload="p", parameters={"ProfileName": "Ann"})
    commit = waiting(await database.turns.load(key()), inbound, said("How many?"), variables={"dish": "pizza"})
    turn = await database.turns.commit(commit)
    assert turn is not None
    stored = await database.turns.load(key())
    assert stored == StoredSession(
        key=key(), session=commit.turn.session, id=turn.session, last_seq=1, done_seq=1, flow_version=7
    )
    assert await database.turns.load_by_id(turn.session) == stored


async def test_the_receipt_of_a_key_holds_the_turn_and_its_parts(database: Database) -> None:
    commit = waiting(await database.turns.load(key()), message("m1"), said("one"), said("two"))
    turn = await database.turns.commit(commit)
    receipt = await database.turns.find(key(), "m1")
    assert receipt is not None
    assert (receipt.id, receipt.state, receipt.status) == (turn, "done", "waiting")
    assert [(part.wire_id, part.message.text, part.state, part.seq) for part in receipt.outbounds] == [
        ("1.0", "one", "sent", 1),
        ("1.1", "two", "sent", 1),
    ]
    assert await database.turns.find(key(), "m2") is None
    assert await database.turns.find(key("bob"), "m1") is None


async def test_a_repeated_inbound_changes_nothing(database: Database) -> None:
    await _commit(database, "m1")
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m1"), said("again"))) is None
    assert await database.turns.load(key()) == stored


async def test_a_turn_on_a_stale_version_loses(database: Database) -> None:
    await _commit(database, "m1")
    stale = await database.turns.load(key())
    await _commit(database, "m2")
    after = await database.turns.load(key())
    assert await database.turns.commit(waiting(stale, message("m3"))) is None
    assert await database.turns.load(key()) == after


async def test_a_turn_by_a_token_that_was_revoked_after_the_read_loses(database: Database) -> None:
    await _commit(database, "m1")
    stale = await database.turns.load(key())
    await revoke_token(database, stale.id)
    after = await database.turns.load(key())

    assert (stale.token_revoked, after.token_revoked) == (False, True)
    assert await database.turns.commit(replace(waiting(stale, message("m2")), by_token=True)) is None
    assert await database.turns.load(key()) == after
    assert await database.turns.commit(waiting(stale, message("m2"))) is not None  # not by the token


async def test_a_turn_never_overtakes_what_is_queued(database: Database) -> None:
    await _commit(database, "m1")
    queued = await accept(database, "m2")
    stored = await database.turns.load(key())
    assert (stored.last_seq, stored.done_seq, queued.turn.seq) == (2, 1, 2)
    assert await database.turns.commit(waiting(stored, message("m3"))) is None
    assert await database.turns.find(key(), "m3") is None


@pytest.mark.parametrize("state", ["ready", "sending", "unknown"])
async def test_a_turn_that_answers_with_its_parts_loses_while_earlier_ones_are_still_to_be_sent(
    database: Database, state: OutboundState
) -> None:
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), said("first", state)))
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m2"), said("second", "handed"))) is None
    assert await database.turns.commit(waiting(stored, message("m2"), said("second", "ready"))) is not None


async def test_what_is_to_be_sent_to_somebody_else_keeps_no_turn_from_answering(database: Database) -> None:
    to_other = said("psst", "ready", to="+15550199", channel="sms")
    await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), to_other))
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message("m2"), said("second", "handed"))) is not None


async def test_of_two_turns_at_the_same_moment_exactly_one_wins(database: Database) -> None:
    await _commit(database, "m1")
    stored = await database.turns.load(key())
    results = await asyncio.gather(
        *(database.turns.commit(waiting(stored, message(f"r{number}"))) for number in range(8))
    )
    assert sum(result is not None for result in results) == 1
    assert (await database.turns.load(key())).session.version == 2


async def test_a_new_session_is_created_once(database: Database) -> None:
    nobody = await database.turns.load(key())
    results = await asyncio.gather(
        *(database.turns.commit(waiting(nobody, message(f"r{number}"))) for number in range(8))
    )
    assert sum(result is not None for result in results) == 1
    assert (await database.turns.load(key())).last_seq == 1


async def test_a_batch_commits_its_winners_and_tells_the_losers(database: Database) -> None:
    await _commit(database, "m1")
    stored = await database.turns.load(key())
    stale = replace(stored, session=replace(stored.session, version=0))
    nobody = StoredSession(key=key("bob"))
    results = await asyncio.gather(
        *(database.turns.commit(turn) for turn in (waiting(stale, message("m2")), waiting(nobody, message("m1"))))
    )
    bob = await database.turns.load(key("bob"))
    assert results == [None, TurnId(bob.id, 1)]
    assert bob.session.version == 1


async def test_the_same_key_of_two_people_is_two_inbounds(database: Database) -> None:
    commits = [waiting(StoredSession(key=key(person)), message("same")) for person in ("ann", "bob")]
    assert None not in await asyncio.gather(*(database.turns.commit(commit) for commit in commits))


async def test_an_ended_execution_lets_go_of_its_version(database: Database) -> None:
    await _commit(database, "m1")
    await database.turns.commit(ended(await database.turns.load(key()), message("m2"), said("Bye.")))
    stored = await database.turns.load(key())
    assert (stored.flow_version, stored.session.frames, stored.session.version) == (None, (), 2)


async def test_parking_outdates_every_copy_and_suppresses_what_was_not_sent(database: Database) -> None:
    commit = waiting(await database.turns.load(key()), message("m1"), said("ready one", "ready"), said("sent one"))
    await database.turns.commit(commit)
    stored = await database.turns.load(key())
    await opt_out(database, key())
    parked = await database.turns.load(key())
    assert (parked.parked, parked.session.version) == (True, 2)
    receipt = await database.turns.find(key(), "m1")
    assert receipt is not None
    assert [part.state for part in receipt.outbounds] == ["suppressed", "sent"]
    assert await database.turns.commit(waiting(stored, message("m2"))) is None


async def test_an_opt_in_heard_by_another_workflow_frees_the_session_and_outdates_every_copy(
    database: Database,
) -> None:
    await _commit(database, "m1")
    await opt_out(database, key())
    other = (await database.flows.publish("other", "Other", "d1", {"other": {}})).flow
    await opt_in(database, key(workflow=other.workflow))
    freed = await database.turns.load(key())
    assert (freed.parked, freed.session.version) == (False, 3)


async def test_an_ignored_inbound_is_stored_and_moves_only_the_version(database: Database) -> None:
    await _commit(database, "m1")
    before = await database.turns.load(key())
    assert await database.turns.commit(ignored(before, message("m2"))) is not None
    after = await database.turns.load(key())
    assert after.session == replace(before.session, version=2)
    assert after.flow_version == before.flow_version


async def _commit(database: Database, provider_key: str) -> None:
    stored = await database.turns.load(key())
    assert await database.turns.commit(waiting(stored, message(provider_key), said("hello"))) is not None
