"""Rate limits: generous, counted per window, shared when Redis is there, never waiting for it when it is not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from botflow.storage.cache.redis import open_redis
from botflow.testing import VirtualClock
from botflow.web.problem import Refused
from botflow.web.rate_limits import MESSAGES_PER_SESSION, Limit, RateLimiter
from tests.keys import KEYRING
from tests.servers import Server
from tests.web.site import API_KEY, Site

THREE = Limit("test", 3)


def half_past() -> VirtualClock:
    """Return a clock that shows half a minute past twelve."""
    return VirtualClock(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC))


async def test_one_call_too_many_is_refused_until_the_window_ends() -> None:
    clock = half_past()
    limiter = RateLimiter(clock, None)
    for _ in range(3):
        await limiter.check(THREE, "ann")

    with pytest.raises(Refused) as refused:
        await limiter.check(THREE, "ann")

    assert (refused.value.status, refused.value.headers) == (429, {"retry-after": "30"})
    await limiter.check(THREE, "bob")
    clock.advance(30)
    await limiter.check(THREE, "ann")


async def test_processes_count_together_over_redis(redis_url: str) -> None:
    clock = half_past()
    links = [open_redis(redis_url, "test", KEYRING) for _ in range(2)]
    limiters = [RateLimiter(clock, link) for link in links]
    for limiter in (*limiters, limiters[0]):
        await limiter.check(THREE, "ann")

    with pytest.raises(Refused):
        await limiters[1].check(THREE, "ann")

    for link in links:
        await link.close()


async def test_a_frozen_redis_neither_refuses_nor_holds_up_anybody(redis_server: Server, redis_url: str) -> None:
    link = open_redis(redis_url, "test", KEYRING)
    limiter = RateLimiter(half_past(), link)
    await limiter.check(THREE, "ann")
    redis_server.freeze()
    try:
        async with asyncio.timeout(5):
            for _ in range(2):
                await limiter.check(THREE, "ann")
            with pytest.raises(Refused):  # this process has counted all the same
                await limiter.check(THREE, "ann")
            for number in range(500):
                await limiter.check(THREE, f"visitor-{number}")
    finally:
        redis_server.thaw()
        await link.close()


async def test_a_visitor_who_floods_is_told_when_to_go_on_and_others_are_not_affected(sqlite_site: Site) -> None:
    visitor, other = await sqlite_site.visit("talk"), await sqlite_site.visit()
    answers = [await visitor.post(text="", messageId="") for _ in range(3)]  # refused ones are not counted
    assert {answer.status_code for answer in answers} == {422}

    async def flood() -> list[int]:
        return [(await visitor.post(text="hi", messageId="one")).status_code for _ in range(60)]

    statuses = [status for batch in await asyncio.gather(*(flood() for _ in range(5))) for status in batch]

    assert statuses.count(429) >= 300 - 2 * MESSAGES_PER_SESSION.times  # the minute may turn meanwhile
    refused = await visitor.post(text="hi")
    if refused.status_code == 429:
        assert refused.json()["code"] == "rate.limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert await other.say("Ann") == ["What would you like, Ann?"]


async def test_a_server_with_the_api_key_is_not_counted(sqlite_site: Site) -> None:
    trusted = {"authorization": f"Bearer {API_KEY}"}
    body = {"externalId": "load", "text": "hi", "messageId": "one"}

    statuses = set()
    for _ in range(MESSAGES_PER_SESSION.times * 2 + 10):
        statuses.add((await sqlite_site.client.post("/chat/order/messages", json=body, headers=trusted)).status_code)

    assert statuses == {200}
