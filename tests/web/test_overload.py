"""Overload: what cannot be answered in time is refused with 503 and Retry-After, and nothing of it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import httpx2
from sqlalchemy import func, insert, select

from botflow.records.queues import TIMER_PRIORITY
from botflow.runtime.process.overload import Bounds
from botflow.storage.tables import inbounds
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site
from tests.web.test_provider_webhooks import post, sms

KEY = {"authorization": f"Bearer {API_KEY}"}


async def until(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await is_true():  # noqa: ASYNC110 -- what happens in the database sets no event
            await asyncio.sleep(0.02)


async def queued(site: Site) -> int:
    statement = select(func.count()).select_from(inbounds).where(inbounds.c.state == "new")
    return await site.runtime.database.engine.read(lambda connection: int(connection.execute(statement).scalar_one()))


def assert_shed(answer: httpx2.Response, retry_after: str) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == retry_after
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "overloaded"


async def test_one_request_too_many_at_once_is_refused_and_works_a_moment_later(
    database_url: str, model: HeldModel
) -> None:
    async with open_site(database_url, model=model, bounds=Bounds(in_flight=1)) as site:
        ann, bob = await site.visit("talk"), await site.visit("talk")
        slow = asyncio.create_task(ann.post(text="hi", messageId="m1"))
        await model.begun.wait()
        before = await site.state_hash()
        assert_shed(await bob.post(text="hi", messageId="m1"), "2")
        assert_shed(await site.client.post("/chat/order/sessions"), "2")
        assert_shed(await site.client.post("/twilio/order", data={"From": "+15550001"}), "2")
        assert await site.state_hash() == before
        assert (await site.client.get("/healthz")).status_code == 200
        shown = (await site.client.get("/metrics", headers=KEY)).text
        model.go_on.set()
        assert (await slow).status_code == 200
        assert (await bob.post(text="hi", messageId="m1")).status_code == 200
    assert 'botflow_requests_shed_total{reason="in_flight"} 3.0' in shown
    assert "botflow_requests_in_flight 1.0" in shown


async def test_a_full_queue_takes_no_more_but_knows_what_it_holds(database_url: str) -> None:
    async with open_site(database_url, worker=None, bounds=Bounds(waiting=2)) as site:
        people = [await site.visit("talk") for _ in range(3)]
        accepted = []
        for number, person in enumerate(people[:2], 1):  # one after the other: at one moment, one may be counted twice
            accepted.append(asyncio.create_task(person.post(text="hi", messageId="m1")))
            await until(partial(_is, site, number))
        assert_shed(await people[2].post(text="hi", messageId="m1"), "10")
        # What needs no queue goes on, and so does a repeat of what was accepted.
        order = await site.visit("order")
        assert await order.say("Ann") == ["What would you like, Ann?"]
        repeat = asyncio.create_task(people[0].post(text="hi", messageId="m1"))
        await asyncio.sleep(0.1)
        site.clock.ahead_s = 30
        assert [answer.status_code for answer in await asyncio.gather(*accepted, repeat)] == [202, 202, 202]
        assert await queued(site) == 2


async def test_a_queue_that_is_too_old_takes_no_more(database_url: str) -> None:
    async with open_site(database_url, worker=None, bounds=Bounds(oldest_s=-1)) as site:
        first, second = await site.visit("talk"), await site.visit("talk")
        accepted = asyncio.create_task(first.post(text="hi", messageId="m1"))
        await until(lambda: _is(site, 1))
        await asyncio.sleep(1.1)  # the backlog is looked at once a second
        assert_shed(await second.post(text="hi", messageId="m1"), "10")
        site.clock.ahead_s = 30
        assert (await accepted).status_code == 202


async def test_an_opt_out_is_let_into_a_full_queue(database_url: str) -> None:
    async with open_site(database_url, worker=None, bounds=Bounds(waiting=1)) as site:
        accepted = asyncio.create_task(post(site, sms("hi", "SM1"), "/twilio/talk"))
        await until(lambda: _is(site, 1))
        assert_shed(await post(site, sms("hello", "SM2"), "/twilio/talk"), "10")
        stopping = asyncio.create_task(post(site, sms("STOP", "SM3"), "/twilio/talk"))
        await asyncio.sleep(0.2)
        site.clock.ahead_s = 30
        assert [answer.status_code for answer in await asyncio.gather(accepted, stopping)] == [200, 200]


async def test_timers_that_are_due_by_the_thousand_do_not_count(database_url: str) -> None:
    async with open_site(database_url, worker=None, bounds=Bounds(waiting=2)) as site:
        visits: list[Visit] = [await site.visit("order") for _ in range(4)]
        due = [
            {
                "session_id": int(visit.opened["sessionId"]),
                "seq": 100,
                "received_at": site.runtime.clock.now(),
                "seed": 1,
                "flow_version": 1,
                "attempt": 0,
                "state": "new",
                "kind": "timeout",
                "key": "timeout:1",
                "priority": TIMER_PRIORITY,
            }
            for visit in visits
        ]
        await site.runtime.database.engine.write(lambda connection: connection.execute(insert(inbounds), due))
        talk = await site.visit("talk")
        waiting = asyncio.create_task(talk.post(text="hi", messageId="m1"))
        await until(lambda: _is(site, 5))
        site.clock.ahead_s = 30
        assert (await waiting).status_code == 202


async def _is(site: Site, number: int) -> bool:
    return await queued(site) == number
