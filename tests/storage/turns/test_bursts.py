"""Bursts in the database: who joins whom, and that they are finished together."""

from __future__ import annotations

from datetime import timedelta

from botflow.records.leases import Finishing
from botflow.records.turns import JournalledAnswer, Receipt, TurnId
from botflow.storage.database import Database
from botflow.storage.turns.bursts import BurstRows
from botflow.storage.turns.limits import LONGEST_BURST
from tests.storage.leased_turns import ONE, accept, accept_again
from tests.storage.sample_turns import key, message, said, waiting


async def _queued(database: Database, count: int = 3) -> tuple[BurstRows, list[TurnId]]:
    """Accept messages of one person; the first is leased."""
    accepted = [await accept(database, f"m{n}", owner=ONE) for n in range(count)]
    assert [each.is_ours for each in accepted] == [True] + [False] * (count - 1)
    return BurstRows(database.engine), [each.turn for each in accepted]


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
    stored = await database.turns.load(key())
    turn = waiting(stored, message("m0"), said("both"))
    finished = await database.turns.finish(Finishing(turn=turns[0], attempt=1, commit=turn, owner=ONE))
    assert finished is not None
    assert finished.next is not None
    assert finished.next.queued.id == turns[2]
    receipts = [await database.turns.receipt(turn) for turn in turns]
    assert [receipt.state for receipt in receipts] == ["done", "done", "new"]
    assert [[part.message.text for part in receipt.outbounds] for receipt in receipts] == [["both"], ["both"], []]
    assert [receipt.id for receipt in receipts] == turns
    assert (await database.turns.load(key())).done_seq == 2


async def test_a_repeated_key_of_a_merged_inbound_is_a_duplicate(database: Database) -> None:
    rows, turns = await _queued(database)
    await rows.merge(turns[0], 1, 2)
    again = await accept_again(database, "m1", owner=ONE)
    assert again == Receipt(id=turns[1], state="new")


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
    assert await database.turns.keep(turns[0], 1, [entry])
    assert [await rows.keep(turns[0], 1, entry) for _ in range(2)] == [-1, -2]
    await rows.correct(turns[0], -1, {"usage": {"promptTokens": 5}})
    kept = {answer.index: answer.value for answer in await database.turns.answers(turns[0])}
    assert kept == {
        -2: {"usage": {"estimated": True}},
        -1: {"usage": {"promptTokens": 5}},
        0: {"usage": {"estimated": True}},
    }
