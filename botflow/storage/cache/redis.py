"""Redis: sessions between this process and the database, and signals across processes. Losing it costs speed only.

A copy of a session is believed only if it carries our seal for that very session, and a signal only with our seal:
who can write to Redis could otherwise change what a flow knows, or put words into a conversation. No call takes longer
than 50 ms. After three failures in a row no call is made for one second.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import orjson
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from botflow.engine.session import Session
from botflow.errors import ProviderError
from botflow.keyring import Keyring
from botflow.records.counts import Count
from botflow.records.sessions import SessionKey, StoredSession
from botflow.storage.cache.circuit_breaker import Breaker
from botflow.storage.cache.seals import Seals
from botflow.storage.engines.batching import Batcher
from botflow.storage.outage_log import OutageLog

CALL_S = 0.05
KEPT_S = 3600
GATHER_S = 0.2  # sessions that are put this close together travel together; only other processes read them
PUT_AT_ONCE = 100  # sessions in one pipeline: encoding them must not hold the event loop
LARGEST_BACKLOG = 5_000
SCANNED = 500  # keys in one call
RESUBSCRIBE_S = 0.5
PIPELINE_SAYS = " of pipeline caused error: "

T = TypeVar("T")


def open_redis(url: str, namespace: str, keyring: Keyring) -> RedisLink:
    """Return a link that connects on its first use. `namespace` separates deployments that share a Redis."""
    return RedisLink(_client(url, CALL_S), _client(url, None), namespace, keyring)


class RedisLink:
    """Warm copies of sessions, and a channel of signals; neither is ever relied on. A copy that was put has been
    written after `written_s`, or was dropped."""

    written_s = 1.0

    def __init__(self, calls: Redis, subscriber: Redis, namespace: str, keyring: Keyring) -> None:
        self._calls = calls
        self._subscriber = subscriber
        self._prefix = f"botflow:{namespace}"
        self._seals = Seals(keyring)
        self._breaker = Breaker(failures=3, pause_s=1.0, monotonic_s=time.monotonic)
        self.outages = OutageLog("redis")
        self._getting = Batcher(self._get, key=lambda name: name)
        self._backlog: dict[str, StoredSession] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)
        for client in (self._calls, self._subscriber):
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()

    async def answers(self) -> bool:
        """Say whether Redis is there now."""
        try:
            await self._calls.ping()
        except (RedisError, OSError):
            return False
        return True

    async def get(self, key: SessionKey) -> StoredSession | None:
        """Return the warm copy; None also when Redis does not answer, or the copy cannot be read."""
        name = self._name(key)
        stored = await self._getting(name)
        body = self._seals.opened(name, stored) if stored is not None else None
        return _decode(key, body) if body is not None else None

    def put(self, stored: StoredSession) -> None:
        """Remember a session soon; never waits, never fails."""
        name = self._name(stored.key)
        self._backlog.pop(name, None)
        self._backlog[name] = stored
        if len(self._backlog) > LARGEST_BACKLOG:
            del self._backlog[next(iter(self._backlog))]
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def erase(self, keys: Sequence[SessionKey]) -> None:
        """Delete the copies of erased sessions; ProviderError `redis.unavailable`."""
        for start in range(0, len(keys), SCANNED):
            names = [self._name(key) for key in keys[start : start + SCANNED]]
            for name in names:
                self._backlog.pop(name, None)
            async with self._writing:  # a write under way may hold one of them
                await self._insist(self._calls.unlink(*names))

    async def count_naming(self, needles: Sequence[str]) -> tuple[int, int]:
        """Return how many keys this deployment has, and how many name one of these; ProviderError `redis.unavailable`.

        A bound of keys is not needed: they are gone through, and expire.
        """
        cursor, found, naming = 0, 0, 0
        while True:
            cursor, names = await self._insist(self._calls.scan(cursor, match=f"{self._prefix}:*", count=SCANNED))
            found += len(names)
            naming += sum(any(needle.encode() in name for needle in needles) for name in names)
            if cursor == 0:
                return found, naming

    async def _insist(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except (RedisError, OSError) as failure:
            self._note(failure)
            raise ProviderError("Redis did not answer", code="redis.unavailable", retryable=True) from failure

    async def count(self, more: Sequence[Count]) -> list[int] | None:
        """Add to the counts in one round trip, and return them; None when Redis does not answer."""
        if not self._breaker.allows():
            return None
        pipeline = self._calls.pipeline(transaction=False)
        for each in more:
            name = f"{self._prefix}:count:{each.key}"
            pipeline.incrby(name, each.amount)
            pipeline.expire(name, each.window_s)
        try:
            counted = (await pipeline.execute())[::2]
            self._succeeded()
        except (RedisError, OSError) as failure:
            self._failed(failure)
            return None
        return [int(each) for each in counted]

    async def publish(self, payload: str) -> None:
        """Send a signal to every subscribed process; ProviderError `redis.unavailable` when it got lost."""
        if not self._breaker.allows():
            raise ProviderError("Redis is not available", code="redis.unavailable", retryable=True)
        try:
            await self._calls.publish(self._prefix, self._seals.sealed(self._prefix, payload.encode()))
            self._succeeded()
        except (RedisError, OSError) as failure:
            self._failed(failure)
            raise ProviderError("Redis did not take a signal", code="redis.unavailable", retryable=True) from failure

    async def subscribe(self, receive: Callable[[str], None]) -> None:
        """Call `receive` for every signal until cancelled; after a lost connection, subscribe again."""
        while True:
            try:
                async with self._subscriber.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(self._prefix)
                    async for message in channel.listen():
                        payload = self._seals.opened(self._prefix, message["data"])
                        if payload is not None:
                            receive(payload.decode(errors="replace"))
            except (RedisError, OSError) as failure:
                self._note(failure)
            await asyncio.sleep(RESUBSCRIBE_S)

    async def _flush(self) -> None:
        """Write the collected sessions, in pipelines, until none is left; while Redis is away they are dropped."""
        while self._backlog:
            await asyncio.sleep(GATHER_S)
            for _ in range(0, len(self._backlog), PUT_AT_ONCE):
                async with self._writing:
                    await self._write([self._backlog.popitem() for _ in range(min(PUT_AT_ONCE, len(self._backlog)))])

    async def _write(self, batch: Sequence[tuple[str, StoredSession]]) -> None:
        if not batch or not self._breaker.allows():
            return
        pipeline = self._calls.pipeline(transaction=False)
        for name, stored in batch:
            pipeline.set(name, self._seals.sealed(name, _encode(stored)), ex=KEPT_S)
        try:
            await pipeline.execute()
            self._succeeded()
        except (RedisError, OSError) as failure:
            self._failed(failure)

    async def _get(self, names: Sequence[str]) -> list[bytes | None]:
        """Read what is stored at these names, in one call."""
        if self._breaker.allows():
            try:
                stored = await self._calls.mget(*names)
                self._succeeded()
            except (RedisError, OSError) as failure:
                self._failed(failure)
            else:
                return [each if isinstance(each, bytes) else None for each in stored]
        return [None] * len(names)

    def _name(self, key: SessionKey) -> str:
        return f"{self._prefix}:{key.workflow}:{key.channel}:{key.external_id}"

    def _succeeded(self) -> None:
        self._breaker.succeeded()
        self.outages.succeeded()

    def _failed(self, failure: Exception) -> None:
        self._breaker.failed()
        self._note(failure)

    def _note(self, failure: Exception) -> None:
        # A pipeline's error quotes the command: the key has a person's number, and the value what was said.
        said = str(failure).rpartition(PIPELINE_SAYS)[2]
        cause = (said.splitlines() or [""])[0] or type(failure).__name__
        self.outages.failed(cause, hint="everything works without it, more slowly")


def _client(url: str, call_s: float | None) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=call_s,
        socket_connect_timeout=CALL_S if call_s is not None else 1.0,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),  # Redis is optional: a second try would delay the reply
        driver_info=None,
    )


def _encode(stored: StoredSession) -> bytes:
    return orjson.dumps(
        [
            stored.id,
            stored.session.version,
            stored.last_seq,
            stored.done_seq,
            stored.flow_version,
            stored.parked,
            stored.token_revoked,
            stored.session.to_json(),
        ]
    )


def _decode(key: SessionKey, value: bytes) -> StoredSession | None:
    """Read a copy; None for one that another release wrote in another form."""
    try:
        id_, version, last_seq, done_seq, flow_version, parked, token_revoked, state = orjson.loads(value)
        session = Session.from_json(state, version)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return StoredSession(
        key=key,
        session=session,
        id=id_,
        last_seq=last_seq,
        done_seq=done_seq,
        flow_version=flow_version,
        parked=parked,
        token_revoked=token_revoked,
    )
