"""A receipt made of what was committed is the one that the database would give."""

from __future__ import annotations

from dataclasses import replace

from botflow.records.leases import Accepted, Arrival, Finishing
from botflow.records.turns import Receipt
from botflow.runtime.turns.rendering import receipt_of
from botflow.storage.database import Database
from tests.storage.sample_turns import RECEIVED, ended, ignored, key, message, said, waiting


def without_times(receipt: Receipt) -> Receipt:
    """The database says when a part was stored, the receipt when its inbound came."""
    return replace(receipt, outbounds=tuple(replace(part, created_at=RECEIVED) for part in receipt.outbounds))


async def test_a_receipt_is_what_the_database_would_say(database: Database) -> None:
    parts = (said("one"), said("two", "ready", to="+1", channel="sms"), said("three", quick_replies=()))
    for make in (waiting, ignored, ended):
        commit = make(await database.turns.load(key()), message(make.__name__), *parts)
        turn = await database.turns.commit(commit)
        assert turn is not None
        stored = await database.turns.receipt(turn)
        assert receipt_of(commit, turn) == without_times(stored)


async def test_a_dead_inbounds_receipt_says_so(database: Database) -> None:
    arrival = Arrival(key=key(), inbound=message("m1"), flow_version=7, owner="one")
    accepted = await database.turns.accept(arrival)
    assert isinstance(accepted, Accepted)
    stored = await database.turns.load(key())
    commit = ignored(stored, arrival.inbound, said("Sorry."))
    assert await database.turns.finish(Finishing(turn=accepted.turn, attempt=1, commit=commit, outcome="dead"))
    assert receipt_of(commit, accepted.turn, "dead") == without_times(await database.turns.receipt(accepted.turn))
