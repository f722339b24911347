"""Signals between processes survive whatever else arrives on their channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import redis

from botflow.records.sessions import SessionKey
from botflow.runtime.turns.signals import Delta, Hub, Transport, Woken
from botflow.storage.cache.redis import open_redis
from botflow.storage.database import Database, open_database
from tests.keys import KEYRING

JUNK = ("", "hello", "{}", "[1,2,3]", '["other",null]', '["other",[5,["w"],["w",1,2]]]', '["other",[["w",[1]]]]')


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url, migrate=False)
    yield opened
    await opened.close()


@asynccontextmanager
async def running(transport: Transport | None) -> AsyncIterator[Hub]:
    hub = Hub(transport)
    carrying = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)


async def hears(speaker: Hub, listener: Hub) -> bool:
    """Say whether a wake-up passes from one hub to the other, within some seconds."""
    with listener.listen(7) as mailbox:
        for _ in range(50):
            speaker.wake([7])
            if await mailbox.get(0.2) == Woken():
                return True
    return False


async def test_a_strange_notification_does_not_deafen_the_process(postgres: Database) -> None:
    async with running(postgres.signals) as speaker, running(postgres.signals) as listener:
        assert await hears(speaker, listener)
        for junk in JUNK:
            await postgres.engine.publish(junk)  # type: ignore[union-attr]  # it is Postgres

        assert await hears(speaker, listener)


async def test_a_strange_message_on_redis_does_not_deafen_the_process(redis_url: str) -> None:
    link = open_redis(redis_url, "here", KEYRING)
    async with running(link) as speaker, running(link) as listener:
        assert await hears(speaker, listener)
        with redis.Redis.from_url(redis_url) as stranger:
            for junk in (*JUNK, b"\xff\xfe"):
                stranger.publish("botflow:here", junk)

        assert await hears(speaker, listener)
    await link.close()


async def test_a_long_piece_of_a_reply_reaches_another_process_whole(postgres: Database) -> None:
    text = "".join(f"{number} é\x01☃ 🍕," for number in range(1000))
    async with running(postgres.signals) as speaker, running(postgres.signals) as listener:
        assert await hears(speaker, listener)
        with listener.listen(7) as mailbox:
            speaker.delta(7, Delta(seq=1, attempt=1, text=text))
            heard = ""
            async with asyncio.timeout(10):
                while len(heard) < len(text):
                    signal = await mailbox.get(10)
                    heard += signal.text if isinstance(signal, Delta) else ""

    assert heard == text


async def test_a_strange_copy_of_a_session_counts_as_none(redis_url: str) -> None:
    link = open_redis(redis_url, "here", KEYRING)
    with redis.Redis.from_url(redis_url) as stranger:
        for junk in (*JUNK, "[1,2,3,4,5,6,7]", '[1,2,3,4,5,6,{"frames":[3]}]', b"\xff\xfe"):
            stranger.set("botflow:here:1:chat:ann", junk)

            assert await link.get(SessionKey(1, "chat", "ann")) is None
    await link.close()
