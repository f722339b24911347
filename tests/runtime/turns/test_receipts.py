"""A receipt made of what was committed is the one that the database would give."""

from __future__ import annotations

from dataclasses import replace

from botflow.records.turns import Receipt
from botflow.runtime.turns.receipts import receipt_of
from botflow.storage.database import Database
from tests.storage.sample_turns import RECEIVED, ended, ignored, key, message, said, waiting


def without_times(receipt: Receipt) -> Receipt:
    """The database says when a part was stored, the receipt when its inbound came."""
    return replace(receipt, outbounds=tuple(replace(part, created_at=RECEIVED) for part in receipt.outbounds))


async def test_a_receipt_is_what_the_database_would_say(database: Database) -> None:
    parts = (said("one"), said("two", "ready", to="+1", channel="sms"), said("three", quick_replies=()))
    for make in (waiting, ignored, ended):
        commit = make(await database.sessions.load(key()), message(make.__name__), *parts)
        [turn] = await database.sessions.commit_turns([commit])
        assert turn is not None
        stored = await database.inbox.receipt(turn)
        assert receipt_of(commit, turn) == without_times(stored)


async def test_a_dead_inbounds_receipt_says_so(database: Database) -> None:
    queued = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    begun = await database.inbox.begin(queued.id.session, "one")
    assert begun is not None
    commit = ignored(begun[0], begun[1].inbound, said("Sorry."))
    assert await database.inbox.finish(queued.id, 1, commit, "dead")
    assert receipt_of(commit, queued.id, "dead") == without_times(await database.inbox.receipt(queued.id))
