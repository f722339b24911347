"""Overload: what cannot be answered in time is refused with 503 and Retry-After, and nothing of it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import func, insert, select

from botflow.records.queues import TIMER_PRIORITY
from botflow.runtime.process.overload import BacklogWatch, Bounds, Kind, Overload, Overloaded
from botflow.storage.tables import inbounds
from botflow.web.chat.waits import Waits
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site
from tests.web.test_provider_webhooks import callbacks, post, said, sms

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
        assert_shed(await post(site, sms("hi")), "2")
        assert await site.state_hash() == before
        assert (await site.client.get("/healthz")).status_code == 200
        shown = (await site.client.get("/metrics", headers=KEY)).text
        model.go_on.set()
        assert (await slow).status_code == 200
        assert (await bob.post(text="hi", messageId="m1")).status_code == 200
    assert 'botflow_requests_shed_total{reason="in_flight"} 3.0' in shown
    assert "botflow_requests_in_flight 1.0" in shown


async def test_visitors_leave_places_for_webhooks(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model, bounds=Bounds(in_flight=5)) as site, AsyncExitStack() as at_last:
        at_last.callback(model.go_on.set)  # a site that closes waits for its turns
        visitors = [await site.visit("talk") for _ in range(4)]
        waiting = [asyncio.create_task(visitor.post(text="hi")) for visitor in visitors]
        await until(lambda: _is(site, 4))
        fifth = await site.client.post("/chat/talk/sessions")
        assert_shed(fifth, "2")
        assert said(await post(site, sms("hi"))) == ["What's your name?"]
        assert (await post(site, sms("STOP", "SM2"))).status_code == 200
        model.go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}


async def test_texts_leave_places_for_opt_outs(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model, bounds=Bounds(in_flight=20)) as site, AsyncExitStack() as at_last:
        at_last.callback(model.go_on.set)
        people = [asyncio.create_task(post(site, _from(number), "/twilio/talk")) for number in range(16)]
        await until(lambda: _is(site, 16))
        assert_shed(await post(site, _from(16), "/twilio/talk"), "2")
        assert (await post(site, sms("STOP", "SM99"), "/twilio/talk")).status_code == 200
        model.go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(*people)} == {200}


async def test_delivery_callbacks_are_counted(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model, bounds=Bounds(in_flight=1)) as site:
        address = urlsplit(callbacks(await post(site, sms("hi")))[0])
        path, form = f"{address.path}?{address.query}", {"MessageSid": "SM9", "MessageStatus": "delivered"}
        visitor = await site.visit("talk")
        waiting = asyncio.create_task(visitor.post(text="hi"))
        await model.begun.wait()
        assert_shed(await post(site, form, path), "2")
        model.go_on.set()
        assert (await waiting).status_code == 200
        assert (await post(site, form, path)).status_code == 204


def test_no_kind_of_request_takes_all_places() -> None:
    overload = Overload(BacklogWatch(None), Bounds(), lambda reason: None)  # type: ignore[arg-type]

    def fill(kind: Kind) -> int:
        for number in range(1_000):
            try:
                overload.enter(kind)
            except Overloaded:
                return number
        raise AssertionError(f"{kind} are not bounded")

    assert [fill("callers"), fill("providers"), fill("opt_outs")] == [400, 80, 20]
    overload.leave("callers")
    assert fill("callers") == 0  # the places of opt-outs are theirs
    for _ in range(20):
        overload.leave("opt_outs")
    assert fill("callers") == 1


async def test_a_session_holds_few_waiting_requests_and_loses_nothing(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model) as site:
        visitor = await site.visit("talk")
        waiting = [asyncio.create_task(visitor.post(text=f"message {number}")) for number in range(4)]
        await until(lambda: _is(site, 4))
        more = [await visitor.post(text=f"message {number}") for number in range(4, 7)]
        assert [(answer.status_code, answer.json()["status"]) for answer in more] == [(202, "running")] * 3
        assert not any(task.done() for task in waiting)
        assert site.runtime.overload.in_flight == 4
        model.go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
        await until(lambda: _is(site, 0))
        messages = (await visitor.history())["messages"]
    said_in_order = [message["text"] for message in messages if message["direction"] == "in"]
    assert said_in_order == [f"message {number}" for number in range(7)]
    assert sum(message["direction"] == "out" for message in messages) == 7


def test_an_address_holds_few_waiting_requests() -> None:
    waits = Waits()
    with ExitStack() as stack:
        mine = [stack.enter_context(waits.place(f"session {number}", "203.0.113.5", 25.0)) for number in range(60)]
        other = stack.enter_context(waits.place("another", "203.0.113.6", 25.0))
        servers = [stack.enter_context(waits.place(f"person {number}", None, 25.0)) for number in range(60)]
    assert mine == [25.0] * 50 + [0.0] * 10
    assert other == 25.0
    assert servers == [25.0] * 60
    with waits.place("session 0", "203.0.113.5", 25.0) as within_s:
        assert within_s == 25.0


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
                "session_id": await visit.number(),
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


def _from(number: int) -> dict[str, str]:
    return sms("hi", f"SM{number}", f"+1415555{number:04}")


async def _is(site: Site, number: int) -> bool:
    return await queued(site) == number
