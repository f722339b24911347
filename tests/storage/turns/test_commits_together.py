"""Group commit: turns that wait go out together, and the trouble of one is no trouble of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from botflow.errors import ProviderError
from botflow.records.sessions import StoredSession
from botflow.records.turns import TurnCommit, TurnId
from botflow.storage.database import Database, open_database
from botflow.storage.engines.batching import LARGEST
from tests.storage.sample_turns import key, message, said, waiting


class Recorded:
    """The statement that commits turns; notes who is in it, and holds the first ones back until `go_on`."""

    def __init__(self, database: Database) -> None:
        self.batches: list[list[str]] = []
        self.go_on = asyncio.Event()
        turns: Any = database.turns
        self._commit = turns._committing._run
        turns._committing._run = self

    async def __call__(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        self.batches.append([commit.read.key.external_id for commit in commits])
        await self.go_on.wait()
        done: list[TurnId | None] = await self._commit(commits)
        return done


def first_turn(person: str, provider_key: str = "m1") -> TurnCommit:
    return waiting(StoredSession(key=key(person)), message(provider_key, person=person), said("Hello."))


def poison(person: str) -> TurnCommit:
    """A turn that no database takes: its seed has one bit more than a column."""
    return replace(first_turn(person), inbound=replace(message("m1", person=person), seed=2**63))


async def test_turns_that_wait_at_the_same_moment_go_out_as_one(database: Database) -> None:
    store = Recorded(database)
    waiting_turns = [asyncio.create_task(database.turns.commit(first_turn(f"p{number}"))) for number in range(10)]
    await asyncio.sleep(0.05)
    store.go_on.set()
    turns = await asyncio.gather(*waiting_turns)
    assert len(store.batches) <= 2
    assert len({turn and turn.session for turn in turns} - {None}) == 10


async def test_a_batch_is_bounded(database: Database) -> None:
    store = Recorded(database)
    waiting_turns = [
        asyncio.create_task(database.turns.commit(first_turn(f"p{number}"))) for number in range(2 * LARGEST + 5)
    ]
    await asyncio.sleep(0.05)
    store.go_on.set()
    assert None not in await asyncio.gather(*waiting_turns)
    assert sorted(map(len, store.batches)) == [5, LARGEST, LARGEST]


async def test_two_turns_of_one_session_are_never_in_one_statement(database: Database) -> None:
    """A request that was given up leaves its turn behind, and the person's next message comes beside it."""
    store = Recorded(database)
    store.go_on.set()
    turns = await asyncio.gather(
        database.turns.commit(first_turn("ann", "m1")),
        database.turns.commit(first_turn("ann", "m2")),
        database.turns.commit(first_turn("bob", "m1")),
    )
    assert sorted(turn is not None for turn in turns[:2]) == [False, True]
    assert turns[2] is not None
    assert all(len(batch) == len(set(batch)) for batch in store.batches)


async def test_one_bad_turn_fails_none_of_its_neighbours(database: Database) -> None:
    results = await asyncio.gather(
        database.turns.commit(first_turn("ann")),
        database.turns.commit(poison("eve")),
        database.turns.commit(first_turn("bob")),
        return_exceptions=True,
    )
    assert isinstance(results[0], TurnId)
    assert isinstance(results[1], Exception)
    assert isinstance(results[2], TurnId)


async def test_without_a_database_everybody_hears_of_it_and_it_is_asked_once(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    store = Recorded(database)
    store.go_on.set()
    await database.close()
    results = await asyncio.gather(
        *(database.turns.commit(first_turn(f"p{number}")) for number in range(5)), return_exceptions=True
    )
    assert {getattr(result, "code", None) for result in results} == {"database.unavailable"}
    assert all(isinstance(result, ProviderError) and result.retryable for result in results)
    assert len(store.batches) == 1


async def test_a_caller_that_gives_up_does_not_take_its_turn_out(database: Database) -> None:
    store = Recorded(database)
    given_up = asyncio.create_task(database.turns.commit(first_turn("ann")))
    stays = asyncio.create_task(database.turns.commit(first_turn("bob")))
    await asyncio.sleep(0.05)
    given_up.cancel()
    store.go_on.set()
    assert await stays is not None
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await database.turns.load(key("ann"))).last_seq == 1


async def test_a_caller_may_give_up_before_its_batch_goes_out(database: Database) -> None:
    store = Recorded(database)
    given_up = asyncio.create_task(database.turns.commit(first_turn("ann")))
    await asyncio.sleep(0)
    given_up.cancel()
    store.go_on.set()
    assert await database.turns.commit(first_turn("bob")) is not None
    assert (await database.turns.load(key("ann"))).last_seq == 1
