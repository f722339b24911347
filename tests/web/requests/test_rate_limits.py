"""Rate limits: generous, counted per window, shared when Redis is there, never waiting for it when it is not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from botflow.storage.cache.redis import open_redis
from botflow.testing import VirtualClock
from botflow.web.problem import Refused
from botflow.web.quiet_log import QuietLog
from botflow.web.requests.rate_limits import (
    FAILURES_PER_ADDRESS,
    MESSAGES_PER_SESSION,
    STORED_PER_ADDRESS,
    Limit,
    RateLimiter,
    Use,
)
from tests.keys import KEYRING
from tests.servers import Server
from tests.web.site import API_KEY, ORDER, Site, open_site

THREE = Limit("test", 3)
HOOKS = {
    "plain": "{secret: shop}",
    "signed": "{secret: shop, signature: {header: X-Hub-Signature-256}}",
    "github": "{secret: shop, signature: {scheme: github}}",
    "forgotten": "{secret: forgotten}",
    "blank": "{secret: blank}",
}


def hook(id: str, properties: str) -> str:
    """Return a flow that a webhook starts."""
    return f"""
id: {id}
executionMode: single
nodes:
  - {{id: start, type: trigger, actionType: webhook, properties: {properties}, next: end}}
  - {{id: end, type: logic, actionType: end}}
"""


def half_past() -> VirtualClock:
    """Return a clock that shows half a minute past twelve."""
    return VirtualClock(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC))


async def test_one_call_too_many_is_refused_until_the_window_ends() -> None:
    clock = half_past()
    limiter = RateLimiter(clock, None)
    for _ in range(3):
        await limiter.check(Use(THREE, "ann"))

    with pytest.raises(Refused) as refused:
        await limiter.check(Use(THREE, "ann"))

    assert (refused.value.status, refused.value.headers) == (429, {"retry-after": "30"})
    await limiter.check(Use(THREE, "bob"))
    clock.advance(30)
    await limiter.check(Use(THREE, "ann"))


async def test_processes_count_together_over_redis(redis_url: str) -> None:
    clock = half_past()
    links = [open_redis(redis_url, "test", KEYRING) for _ in range(2)]
    limiters = [RateLimiter(clock, link) for link in links]
    for limiter in (*limiters, limiters[0]):
        await limiter.check(Use(THREE, "ann"))

    with pytest.raises(Refused):
        await limiters[1].check(Use(THREE, "ann"))

    for link in links:
        await link.close()


async def test_a_frozen_redis_neither_refuses_nor_holds_up_anybody(redis_server: Server, redis_url: str) -> None:
    link = open_redis(redis_url, "test", KEYRING)
    limiter = RateLimiter(half_past(), link)
    await limiter.check(Use(THREE, "ann"))
    redis_server.freeze()
    try:
        async with asyncio.timeout(5):
            for _ in range(2):
                await limiter.check(Use(THREE, "ann"))
            with pytest.raises(Refused):  # this process has counted all the same
                await limiter.check(Use(THREE, "ann"))
            for number in range(500):
                await limiter.check(Use(THREE, f"visitor-{number}"))
    finally:
        redis_server.thaw()
        await link.close()


async def test_a_visitor_who_floods_is_told_when_to_go_on_and_others_are_not_affected(sqlite_site: Site) -> None:
    sqlite_site.hold_the_minute()
    visitor, other = await sqlite_site.visit("talk"), await sqlite_site.visit()
    answers = [await visitor.post(text="", messageId="") for _ in range(3)]  # refused ones are not counted
    assert {answer.status_code for answer in answers} == {422}

    async def flood() -> list[int]:
        return [(await visitor.post(text="hi", messageId="one")).status_code for _ in range(60)]

    statuses = [status for batch in await asyncio.gather(*(flood() for _ in range(5))) for status in batch]

    assert statuses.count(429) == 300 - MESSAGES_PER_SESSION.times
    refused = await visitor.post(text="hi")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.limited")
    assert refused.headers["retry-after"] == "30"
    assert await other.say("Ann") == ["What would you like, Ann?"]


async def test_a_server_with_the_api_key_is_not_counted(sqlite_site: Site) -> None:
    trusted = {"authorization": f"Bearer {API_KEY}"}
    body = {"externalId": "load", "text": "hi", "messageId": "one"}

    statuses = set()
    for _ in range(MESSAGES_PER_SESSION.times * 2 + 10):
        statuses.add((await sqlite_site.client.post("/chat/order/messages", json=body, headers=trusted)).status_code)

    assert statuses == {200}


async def test_what_an_address_may_store_within_a_day_is_bounded() -> None:
    clock = half_past()
    limiter = RateLimiter(clock, None)
    for _ in range(STORED_PER_ADDRESS.times // 1_000_000):
        await limiter.check(Use(STORED_PER_ADDRESS, "203.0.113.5", 1_000_000))

    with pytest.raises(Refused) as refused:
        await limiter.check(Use(STORED_PER_ADDRESS, "203.0.113.5", 1))

    until_midnight_s = 11 * 3600 + 59 * 60 + 30
    assert (refused.value.code, refused.value.status) == ("rate.stored", 429)
    assert refused.value.headers == {"retry-after": str(until_midnight_s)}
    await limiter.check(Use(STORED_PER_ADDRESS, "203.0.113.6", 1_000_000))
    clock.advance(until_midnight_s)
    await limiter.check(Use(STORED_PER_ADDRESS, "203.0.113.5", 1_000_000))


async def test_processes_count_amounts_together_over_redis(redis_url: str) -> None:
    links = [open_redis(redis_url, "test", KEYRING) for _ in range(2)]
    limiters = [RateLimiter(half_past(), link) for link in links]
    await limiters[0].check(Use(THREE, "ann", 2), Use(THREE, "bob", 1))
    await limiters[1].check(Use(THREE, "ann", 1), Use(THREE, "bob", 1))

    with pytest.raises(Refused):
        await limiters[0].check(Use(THREE, "bob", 1), Use(THREE, "ann", 1))
    await limiters[1].check(Use(THREE, "carl", 3))

    for link in links:
        await link.close()


async def test_large_messages_use_up_what_an_address_may_store(sqlite_url: str) -> None:
    async with open_site(sqlite_url, botflow_trusted_proxies="127.0.0.1") as site:
        site.hold_the_minute()
        mallory, ann = await site.visit(), await site.visit()
        here = {**mallory.headers, "x-forwarded-for": "203.0.113.5"}
        large = b'{"text": "hi"' + b" " * 63_000 + b"}"
        used = Use(STORED_PER_ADDRESS, "203.0.113.5", STORED_PER_ADDRESS.times - 100_000)
        await site.desk.limiter.check(used)
        before = await site.client.post("/chat/order/messages", content=large, headers=here)
        after = await site.client.post("/chat/order/messages", content=large, headers=here)
        opened = await site.client.post("/chat/order/sessions", headers={"x-forwarded-for": "203.0.113.5"})

        assert (before.status_code, after.status_code, opened.status_code) == (200, 429, 429)
        assert after.json()["code"] == "rate.stored"
        assert await ann.say("Ann")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/v1/executions", {"authorization": "Bearer guess"}, 401),
        ("GET", "/metrics", {"authorization": "Bearer guess"}, 401),
        ("POST", "/chat/order/messages", {"authorization": "Bearer guess"}, 401),
        ("GET", "/chat/order/events", {"authorization": "guess"}, 401),
        ("POST", "/twilio/order", {"x-twilio-signature": "guess"}, 403),
        ("POST", "/twilio/order/status?o=1&s=2", {"x-twilio-signature": "guess"}, 403),
        ("POST", "/hooks/plain", {"authorization": "Bearer guess"}, 403),
        ("POST", "/hooks/plain/start", {"x-webhook-secret": "guess"}, 403),
        ("POST", "/hooks/signed", {"x-hub-signature-256": "guess"}, 403),
        ("POST", "/hooks/github", {"x-hub-signature-256": "sha256=" + "0" * 64}, 401),
        ("POST", "/hooks/forgotten", {"authorization": "Bearer guess"}, 403),
        ("POST", "/hooks/blank", {"x-webhook-secret": "guess"}, 403),
    ],
)
async def test_wrong_credentials_are_limited_and_logged_once(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], method: str, path: str, headers: dict[str, str], status: int
) -> None:
    flows = (ORDER, *(hook(*each) for each in HOOKS.items()))
    async with open_site(sqlite_url, flows=flows, botflow_trusted_proxies="127.0.0.1") as site:
        site.hold_the_minute()
        await site.runtime.vault.add("shop", "webhook", {"secret": "canary-0123456789"})
        await site.runtime.vault.add("blank", "webhook", {"secret": " " * 32})
        visitor = await site.visit()
        here, elsewhere = ({**headers, "x-forwarded-for": address} for address in ("203.0.113.5", "203.0.113.6"))
        calls = range(FAILURES_PER_ADDRESS.times + 1)
        statuses = [(await site.client.request(method, path, headers=here)).status_code for _ in calls]
        other = await site.client.request(method, path, headers=elsewhere)
        right = {"authorization": f"Bearer {API_KEY}", "x-forwarded-for": "203.0.113.5"}
        trusted = await site.client.get("/api/v1/executions", headers=right)
        assert await visitor.say("Ann")

    assert statuses == [status] * FAILURES_PER_ADDRESS.times + [429]
    assert (other.status_code, trusted.status_code) == (status, 200)
    written = capsys.readouterr()
    lines = [line for line in (written.out + written.err).splitlines() if "_refused" in line]
    assert 1 <= len(lines) <= 4  # one a minute
    assert not [line for line in lines if "guess" in line]


async def test_a_flood_of_warnings_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    log = QuietLog(every_s=0.1)
    for _ in range(1_000):
        log.warning("webhook_refused", path="/twilio/order")
    log.warning("credentials_refused")
    await asyncio.sleep(0.35)
    log.warning("webhook_refused", path="/twilio/talk")

    lines = [line for line in capsys.readouterr().out.splitlines() if "webhook_refused" in line]
    assert len(lines) == 3
    assert "more=999" in lines[1]
    assert "/twilio/talk" in lines[2]
