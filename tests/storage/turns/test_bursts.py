"""Bursts in the database: who joins whom, and that they are finished together."""

from __future__ import annotations

from datetime import timedelta

from botflow.records.turns import JournalledAnswer, TurnId
from botflow.storage.database import Database
from botflow.storage.turns.bursts import LONGEST_BURST, BurstRows
from tests.storage.sample_turns import key, message, said, waiting


async def _queued(database: Database, count: int = 3) -> tuple[BurstRows, list[TurnId]]:
    """Queue messages of one person, and begin the first."""
    turns = [(await database.inbox.enqueue(key(), message(f"m{n}"), 7, 5.0 * n)).id for n in range(count)]
    assert await database.inbox.begin(turns[0].session, "one") is not None
    return BurstRows(database.engine), turns


async def test_what_waits_behind_the_first_is_found_in_order_with_its_age(database: Database) -> None:
    rows, turns = await _queued(database)
    found = await rows.waiting(turns[0], key())
    assert [(each.seq, each.inbound.key, each.merged_into) for each in found] == [
        (1, "m0", None),
        (2, "m1", None),
        (3, "m2", None),
    ]
    now = await database.now()
    for each in found:
        assert abs((now - each.inbound.received_at) - timedelta(seconds=each.age_s)) < timedelta(seconds=5)


async def test_no_more_than_the_longest_burst_is_looked_at(database: Database) -> None:
    rows, turns = await _queued(database, LONGEST_BURST + 3)
    assert len(await rows.waiting(turns[0], key())) == LONGEST_BURST


async def test_merged_inbounds_are_finished_by_the_turn_of_their_lead(database: Database) -> None:
    rows, turns = await _queued(database)
    assert await rows.merge(turns[0], 1, 2)
    stored = await database.sessions.load(key())
    assert await database.inbox.finish(turns[0], 1, waiting(stored, message("m0"), said("both"))) == "more"
    receipts = [await database.inbox.receipt(turn) for turn in turns]
    assert [receipt.state for receipt in receipts] == ["done", "done", "new"]
    assert [[part.message.text for part in receipt.outbounds] for receipt in receipts] == [["both"], ["both"], []]
    assert [receipt.id for receipt in receipts] == turns
    assert (await database.sessions.load(key())).done_seq == 2


async def test_a_repeated_key_of_a_merged_inbound_is_a_duplicate(database: Database) -> None:
    rows, turns = await _queued(database)
    await rows.merge(turns[0], 1, 2)
    again = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    assert (again.id, again.state) == (turns[1], "new")


async def test_who_lost_the_attempt_merges_nothing(database: Database) -> None:
    rows, turns = await _queued(database)
    assert not await rows.merge(turns[0], 2, 3)
    assert [each.merged_into for each in await rows.waiting(turns[0], key())] == [None, None, None]


async def test_the_request_of_the_newest_message_answers_and_no_other(database: Database) -> None:
    rows, turns = await _queued(database)
    await rows.merge(turns[0], 1, 2)
    assert [await rows.answering(turn) for turn in turns] == [None, turns[0], turns[2]]


async def test_a_given_up_answer_has_a_place_of_its_own(database: Database) -> None:
    rows, turns = await _queued(database, 1)
    entry = JournalledAnswer(index=0, fingerprint="f", value={"usage": {"estimated": True}}, ask={"ask": "model"})
    assert await database.inbox.add_answer(turns[0], 1, entry)
    assert [await rows.keep(turns[0], 1, entry) for _ in range(2)] == [-1, -2]
    await rows.correct(turns[0], -1, {"usage": {"promptTokens": 5}})
    kept = {answer.index: answer.value for answer in await database.inbox.answers(turns[0])}
    assert kept == {
        -2: {"usage": {"estimated": True}},
        -1: {"usage": {"promptTokens": 5}},
        0: {"usage": {"estimated": True}},
    }
