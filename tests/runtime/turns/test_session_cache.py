"""Copies of sessions: the nearest one is used, and none is ever trusted past a lost race."""

from __future__ import annotations

from dataclasses import replace

import pytest

from botflow.records.sessions import SessionKey, StoredSession
from botflow.runtime.turns.session_cache import HotSessions
from botflow.storage.cache.redis import open_redis
from botflow.storage.database import Database
from tests.keys import KEYRING
from tests.storage.sample_turns import key, message, waiting


async def committed(database: Database, person: str = "ann", provider_key: str = "m1") -> StoredSession:
    await database.turns.commit(waiting(await database.turns.load(key(person)), message(provider_key)))
    return await database.turns.load(key(person))


class Warm:
    """The tier in between, as this process sees it."""

    def __init__(self, *known: StoredSession) -> None:
        self.known: dict[SessionKey, StoredSession] = {stored.key: stored for stored in known}

    async def get(self, key: SessionKey) -> StoredSession | None:
        return self.known.get(key)

    def put(self, stored: StoredSession) -> None:
        self.known[stored.key] = stored


async def test_a_session_is_read_from_the_database_once(database: Database) -> None:
    first = await committed(database)
    hot = HotSessions(database.turns, None)
    assert await hot.get(key()) == first
    second = await committed(database, provider_key="m2")
    assert await hot.get(key()) == first
    assert await hot.reload(key()) == second
    assert await hot.get(key()) == second


async def test_a_forgotten_copy_is_read_again(database: Database) -> None:
    hot = HotSessions(database.turns, None)
    await committed(database)
    await hot.get(key())
    second = await committed(database, provider_key="m2")
    hot.forget(key())
    assert await hot.get(key()) == second


async def test_nobody_is_not_remembered(database: Database) -> None:
    hot = HotSessions(database.turns, None)
    assert await hot.get(key()) == StoredSession(key=key())
    stored = await committed(database)
    assert await hot.get(key()) == stored


async def test_a_session_whose_row_is_gone_is_forgotten(database: Database) -> None:
    hot = HotSessions(database.turns, None)
    hot.put(StoredSession(key=key("gone"), id=99))
    assert (await hot.reload(key("gone"))).id == 0
    assert (await hot.get(key("gone"))).id == 0


async def test_the_tier_in_between_is_asked_before_the_database(database: Database) -> None:
    stored = await committed(database)
    ahead = replace(stored, last_seq=5, done_seq=5)
    hot = HotSessions(database.turns, Warm(ahead))
    assert await hot.get(key()) == ahead
    assert await hot.reload(key()) == stored


async def test_a_commit_is_remembered_in_both_tiers(database: Database) -> None:
    stored = await committed(database)
    warm = Warm()
    hot = HotSessions(database.turns, warm)
    hot.put(stored)
    assert warm.known == {key(): stored}
    assert await hot.get(key()) == stored


async def test_what_one_process_commits_another_reads_from_redis(database: Database, redis_url: str) -> None:
    redis = open_redis(redis_url, await database.identity(), KEYRING)
    stored = await committed(database)
    HotSessions(database.turns, redis).put(stored)
    other = HotSessions(database.turns, redis)
    for _ in range(200):
        if (found := await redis.get(key())) is not None:
            assert found == stored
            break
    assert await other.get(key()) == stored
    await redis.close()


async def test_copies_are_bounded_and_the_oldest_goes_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.session_cache.KEPT_SESSIONS", 2)
    hot = HotSessions(database.turns, None)
    for number in (1, 2, 3):
        hot.put(StoredSession(key=key(f"p{number}"), id=number))
    assert [(await hot.get(key(f"p{number}"))).id for number in (3, 2, 1)] == [3, 2, 0]
