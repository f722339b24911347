"""Redis: warm copies and signals while it is there; nothing worse than slowness while it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
import redis
from redis.asyncio import Redis
from structlog.testing import capture_logs

from botflow.engine.session import Alarm, Frame, Session, Wait
from botflow.errors import ProviderError
from botflow.keyring import Keyring
from botflow.records.sessions import StoredSession
from botflow.storage.cache.circuit_breaker import Breaker
from botflow.storage.cache.redis import RedisLink, open_redis
from tests.keys import KEYRING, SECRET
from tests.runtime.until import until
from tests.servers import Server, start_valkey
from tests.storage.sample_turns import key

STORED = StoredSession(
    key=key(),
    session=Session(
        version=4,
        frames=(Frame(node="ask", variables={"a": [1, {"b": None}]}),),
        wait=Wait(token="4", alarms=(Alarm(60.0),)),
        execution="0195e5a0-0000-7000-8000-000000000000",
        address="+15550100",
    ),
    id=9,
    last_seq=5,
    done_seq=5,
    flow_version=2,
)


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    opened = open_redis(redis_url, "one", KEYRING)
    yield opened
    await opened.close()


@pytest.fixture
def own_redis() -> Iterator[Server]:
    """A Redis that the test may freeze and kill."""
    with start_valkey() as server:
        yield server


async def test_a_warm_copy_is_the_session_that_was_put(link: RedisLink) -> None:
    assert await link.get(key()) is None
    link.put(STORED)
    assert await _eventually(lambda: link.get(key())) == STORED


async def until_written(link: RedisLink) -> None:
    await until(lambda: link._flushing is None or link._flushing.done())


async def test_the_last_of_many_puts_stays(link: RedisLink) -> None:
    for seq in range(5, 30):
        link.put(StoredSession(key=key(), id=9, last_seq=seq, done_seq=seq))
    copy = await _eventually(lambda: link.get(key()))
    assert copy is not None
    assert copy.last_seq == 29


async def test_an_erased_session_never_comes_back_however_many_were_put_with_it(link: RedisLink) -> None:
    many = [replace(STORED, key=key(f"p{number}")) for number in range(250)]
    for pause_s in (0.0, 0.2, 0.201, 0.203):  # before, while and after they are written
        for stored in many:
            link.put(stored)
        await asyncio.sleep(pause_s)
        await link.erase([many[0].key, many[120].key])
        for kept in (many[1], many[249]):
            assert await _eventually(partial(link.get, kept.key)) == kept
        await until_written(link)
        copies = await asyncio.gather(*(link.get(stored.key) for stored in many))
        assert [copies[0], copies[120]] == [None, None]
        assert sum(copy is not None for copy in copies) == 248
        await link.erase([stored.key for stored in many])


async def test_deployments_that_share_a_redis_do_not_see_each_others_sessions(link: RedisLink, redis_url: str) -> None:
    link.put(STORED)
    assert await _eventually(lambda: link.get(key())) == STORED
    other = open_redis(redis_url, "two", KEYRING)
    assert await other.get(key()) is None
    await other.close()


async def test_a_flushed_redis_has_nothing_and_goes_on(link: RedisLink, redis_url: str) -> None:
    link.put(STORED)
    await _eventually(lambda: link.get(key()))
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    assert await link.get(key()) is None
    link.put(STORED)
    assert await _eventually(lambda: link.get(key())) == STORED


async def test_a_copy_of_another_form_counts_as_none(link: RedisLink, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("botflow:one:1:chat:ann", "[1, 2]")
    assert await link.get(key()) is None


async def test_a_copy_that_another_wrote_counts_as_none(link: RedisLink, redis_url: str) -> None:
    """What is in the cache decides branches and is shown to people."""
    link.put(STORED)
    await _eventually(lambda: link.get(key()))
    with redis.Redis.from_url(redis_url) as client:
        name = "botflow:one:1:chat:ann"
        copy = client.get(name)
        assert isinstance(copy, bytes)
        forged = (
            copy.replace(b'{"b":null}', b'{"b":true}'),  # another value
            copy[16:],  # without the seal
            bytes(16) + copy[16:],
            b"",
            copy[:10],
        )
        for value in forged:
            assert value != copy
            client.set(name, value)
            assert await link.get(key()) is None
        client.set("botflow:one:1:chat:bob", copy)  # another person's
        assert await link.get(key(person="bob")) is None
        client.set(name, copy)
    assert await link.get(key()) == STORED


async def test_a_former_secret_still_opens_and_a_strange_one_does_not(link: RedisLink, redis_url: str) -> None:
    link.put(STORED)
    await _eventually(lambda: link.get(key()))
    rotated = open_redis(redis_url, "one", Keyring("n" * 40, SECRET))
    stranger = open_redis(redis_url, "one", Keyring("n" * 40))
    assert await rotated.get(key()) == STORED
    assert await stranger.get(key()) is None
    await rotated.close()
    await stranger.close()


async def test_a_signal_that_another_sent_is_not_passed_on(link: RedisLink, redis_url: str) -> None:
    received: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.create_task(link.subscribe(received.put_nowait))
    async with asyncio.timeout(20):
        await _until_received(link, received, "hello")
        with redis.Redis.from_url(redis_url) as client:
            for forged in (b"forged", b"", bytes(16) + b"forged"):
                client.publish("botflow:one", forged)
        await link.publish("last")
        while (heard := await received.get()) == "hello":
            pass
    assert heard == "last"
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_signals_reach_every_subscriber(link: RedisLink, redis_url: str) -> None:
    other = open_redis(redis_url, "one", KEYRING)
    received: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.create_task(other.subscribe(received.put_nowait))
    async with asyncio.timeout(20):
        await _until_received(link, received, "hello")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await other.close()


async def test_a_frozen_redis_answers_nobody_and_stops_nobody(own_redis: Server) -> None:
    link = open_redis(own_redis.url, "one", KEYRING)
    link.put(STORED)
    await _eventually(lambda: link.get(key()))
    own_redis.freeze()
    async with asyncio.timeout(10):
        for _ in range(50):
            link.put(STORED)
            assert await link.get(key()) is None
        with pytest.raises(ProviderError) as failure:
            await link.publish("hello")
        assert failure.value.code == "redis.unavailable"
    own_redis.thaw()
    async with asyncio.timeout(20):
        assert await _eventually(lambda: link.get(key())) == STORED
    await link.close()


async def test_a_redis_that_was_gone_is_used_again(own_redis: Server) -> None:
    link = open_redis(own_redis.url, "one", KEYRING)
    received: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.create_task(link.subscribe(received.put_nowait))
    async with asyncio.timeout(30):
        await _until_received(link, received, "before")
        own_redis.kill()
        assert await link.get(key()) is None
        with start_valkey(port=own_redis.port):
            await _until_received(link, received, "after")
            link.put(STORED)
            assert await _eventually(lambda: link.get(key())) == STORED
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await link.close()


async def test_a_redis_that_goes_away_and_comes_back_is_two_lines(
    own_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.storage.outage_log.CALM_S", 0.0)
    link = open_redis(own_redis.url, "one", KEYRING)
    with capture_logs() as logs:
        assert await link.get(key()) is None
        own_redis.kill()
        for _ in range(10):
            assert await link.get(key()) is None
        assert link.outages.is_away
        with start_valkey(port=own_redis.port):
            async with asyncio.timeout(20):
                while link.outages.is_away:
                    await link.get(key())
                    await asyncio.sleep(0.05)
            await link.close()
    assert [line["event"] for line in logs] == [*["redis_away"] * (len(logs) - 1), "redis_back"]
    causes = [line["cause"] for line in logs[:-1]]
    assert len(causes) == len(set(causes)) <= 3  # the connection ended, and no new one can be made


async def test_a_full_redis_is_one_line_that_quotes_nobody(own_redis: Server) -> None:
    with redis.Redis.from_url(own_redis.url) as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
    link = open_redis(own_redis.url, "one", KEYRING)
    with capture_logs() as logs:
        for number in ("+15550001", "+15550002"):
            before = link.outages.failures
            link.put(replace(STORED, key=key(number)))
            await until(lambda failures=before: link.outages.failures > failures)  # type: ignore[misc]
    await link.close()
    assert [line["event"] for line in logs] == ["redis_away"]
    assert "maxmemory" in logs[0]["cause"]
    assert "+1555" not in logs[0]["cause"]


async def test_a_wrong_password_is_said_by_a_process_that_only_listens(own_redis: Server) -> None:
    async with Redis.from_url(own_redis.url) as operator:
        await operator.config_set("requirepass", "another")
    link = open_redis(own_redis.url.replace("://", "://:wrong@"), "one", KEYRING)
    with capture_logs() as logs:
        listening = asyncio.create_task(link.subscribe(lambda payload: None))
        await until(lambda: link.outages.is_away)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await link.close()
    assert [line["event"] for line in logs] == ["redis_away"]
    assert "wrong" not in logs[0]["cause"].replace("WRONGPASS", "")
    assert "password" in logs[0]["cause"]


def test_a_breaker_opens_after_its_failures_and_lets_one_try_after_the_pause() -> None:
    time_s = [100.0]
    breaker = Breaker(failures=3, pause_s=1.0, monotonic_s=lambda: time_s[0])
    for _ in range(2):
        breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    time_s[0] += 1.0
    assert breaker.allows()
    assert not breaker.allows()
    breaker.failed()
    time_s[0] += 0.9
    assert not breaker.allows()
    time_s[0] += 0.2
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


async def _eventually(read: Callable[[], Awaitable[StoredSession | None]]) -> StoredSession | None:
    """Read until something is there: writing to Redis is nobody's wait."""
    async with asyncio.timeout(20):
        while True:
            if (copy := await read()) is not None:
                return copy
            await asyncio.sleep(0.02)


async def _until_received(link: RedisLink, received: asyncio.Queue[str], payload: str) -> None:
    while True:
        try:
            await link.publish(payload)
            async with asyncio.timeout(0.2):
                while await received.get() != payload:
                    pass
                return
        except (TimeoutError, ProviderError):
            await asyncio.sleep(0.05)
