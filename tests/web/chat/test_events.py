"""The stream: messages by cursor, drafts, statuses, limits, and an end when the server stops."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest

from botflow.web.chat import stream_news
from botflow.web.chat.streams import MOST_STREAMS_PER_ADDRESS, MOST_STREAMS_PER_SESSION
from tests.local_client import local_client
from tests.web.chat.event_stream import listening
from tests.web.site import API_KEY, HeldModel, Site, open_site


async def test_a_stream_shows_what_is_said_while_it_is_open(site: Site) -> None:
    visitor = await site.visit()
    greeting = visitor.opened["messages"][-1]["id"]

    async with listening(visitor, greeting) as reader:
        first = await reader.next()
        answer = (await visitor.post(text="Ann")).json()["messages"][0]
        event = (await reader.until("message"))[-1]

    assert (first.name, first.body) == ("status", {"status": "waiting"})
    assert event.id == answer["id"]
    assert {name: event.body[name] for name in answer} == answer


async def test_a_stream_without_a_cursor_begins_at_the_beginning(site: Site) -> None:
    visitor = await site.visit()

    async with listening(visitor) as reader:
        seen = [await reader.next() for _ in range(3)]

    assert [event.body.get("text") for event in seen] == ["Welcome to Luigi's!", "What's your name?", None]


async def test_a_stream_resumes_after_any_event_without_loss_or_repetition(site: Site) -> None:
    visitor = await site.visit()
    for text in ("Ann", "Pizza", "hello", "Bob", "Salad"):
        await visitor.say(text)
    everything = [entry for entry in (await visitor.history())["messages"] if entry["direction"] == "out"]

    for position, entry in enumerate(everything):
        async with listening(visitor, entry["id"]) as reader:
            following = (await reader.until("status"))[:-1]
        assert [event.id for event in following] == [one["id"] for one in everything[position + 1 :]]
    print(f"resumed at {len(everything)} places: 0 lost, 0 repeated")


async def test_a_stream_resumes_after_what_the_person_wrote(site: Site) -> None:
    visitor = await site.visit()
    await visitor.say("Ann")
    heard = next(entry for entry in (await visitor.history())["messages"] if entry["direction"] == "in")

    async with listening(visitor, heard["id"]) as reader:
        event = await reader.next()

    assert event.body["text"] == "What would you like, Ann?"


async def test_every_stream_gets_every_message_once(site: Site) -> None:
    visitor = await site.visit()
    last = visitor.opened["messages"][-1]["id"]

    async with listening(visitor, last) as one, listening(visitor, last) as other:
        for text in ("Ann", "Pizza", "hello"):
            await visitor.say(text)
        said = [await reader.until("message", "What's your name") for reader in (one, other)]

    ids = [[event.id for event in events if event.name == "message"] for events in said]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(set(ids[0])) == 3


async def test_a_reply_is_drafted_piece_by_piece_before_it_is_said(talking_site: Site, model: HeldModel) -> None:
    visitor = await talking_site.visit("talk")

    async with listening(visitor) as reader:
        posted = asyncio.create_task(visitor.post(text="hello"))
        await model.begun.wait()
        drafts = [event for event in await reader.until("delta", "think") if event.name == "delta"]
        model.go_on.set()
        rest = await reader.until("message")
        after = await reader.until("status", "completed")
        answer = (await posted).json()["messages"][0]

    drafts += [event for event in rest if event.name == "delta"]
    assert "".join(draft.body["text"] for draft in drafts) == answer["text"] == rest[-1].body["text"]
    assert {(draft.body["turn"], draft.body["attempt"]) for draft in drafts} == {(rest[-1].body["turn"], 1)}
    assert {draft.id for draft in drafts} == {""}
    assert after[-1].body == {"status": "completed"}


async def test_the_status_says_that_a_turn_is_under_way(talking_site: Site, model: HeldModel) -> None:
    visitor = await talking_site.visit("talk")
    posted = asyncio.create_task(visitor.post(text="hello"))
    await model.begun.wait()

    async with listening(visitor) as reader:
        assert (await reader.next()).body == {"status": "running"}
    model.go_on.set()
    assert (await posted).status_code == 200


async def test_a_server_may_listen_for_its_person(sqlite_site: Site) -> None:
    trusted = {"authorization": f"Bearer {API_KEY}"}
    body = {"externalId": "customer-7", "text": "hi"}
    await sqlite_site.client.post("/chat/order/messages", json=body, headers=trusted)

    async with sqlite_site.client.stream("GET", "/chat/order/events?externalId=customer-7", headers=trusted) as stream:
        lines = stream.aiter_lines()
        seen = [await anext(lines) for _ in range(5)]

    assert stream.status_code == 200
    assert any("What's your name?" in line for line in seen)


async def test_a_session_has_a_share_of_streams_and_gets_a_place_back(sqlite_site: Site) -> None:
    visitor = await sqlite_site.visit()
    async with asyncio.TaskGroup() as group, local_client(base_url=sqlite_site.url) as client:
        streams = [client.stream("GET", "/chat/order/events", headers=visitor.headers) for _ in range(8)]
        opened = [await group.create_task(stream.__aenter__()) for stream in streams]
        refused = await sqlite_site.client.get("/chat/order/events", headers=visitor.headers)
    assert len(opened) == MOST_STREAMS_PER_SESSION
    assert (refused.status_code, refused.json()["code"]) == (429, "stream.too_many")
    assert int(refused.headers["retry-after"]) > 0

    async with asyncio.timeout(10):
        while True:  # the server notices the closed connections
            try:
                async with listening(visitor):
                    break
            except AssertionError:
                await asyncio.sleep(0.05)


async def test_an_address_has_a_share_of_streams(sqlite_url: str) -> None:
    async with open_site(sqlite_url, botflow_trusted_proxies="127.0.0.1") as site, AsyncExitStack() as streams:
        visitor = await site.visit()
        here = {**visitor.headers, "x-forwarded-for": "203.0.113.5"}
        for number in range(MOST_STREAMS_PER_ADDRESS):
            if number % MOST_STREAMS_PER_SESSION == 0:
                visitor = await site.visit()
                here = {**visitor.headers, "x-forwarded-for": "203.0.113.5"}
            opened = await streams.enter_async_context(site.client.stream("GET", "/chat/order/events", headers=here))
            assert opened.status_code == 200

        async with site.client.stream("GET", "/chat/order/events", headers=here) as one_more:
            assert one_more.status_code == 429
            assert orjson.loads(await one_more.aread())["code"] == "stream.too_many"
        elsewhere = {**here, "x-forwarded-for": "203.0.113.6"}
        async with site.client.stream("GET", "/chat/order/events", headers=elsewhere) as other:
            assert other.status_code == 200


async def test_a_message_whose_signal_was_lost_is_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_news, "POLL_RUNNING_S", 0.02)
    visitor = await site.visit()
    await visitor.say("Ann")
    async with listening(visitor) as reader:
        await reader.until("status", "waiting")
        await asyncio.sleep(0.5)  # the first look at a session wakes its streams once
        for signal in ("wake", "finished"):
            monkeypatch.setattr(site.runtime.hub, signal, lambda what: None)
        posting = asyncio.create_task(visitor.post(text="Pizza"))
        event = (await reader.until("message", "One pizza"))[-1]
        assert (await posting).json()["messages"][0]["id"] == event.id


async def test_idle_streams_cost_one_statement_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_news, "POLL_RUNNING_S", 0.02)
    visitors = [await site.visit() for _ in range(10)]
    async with AsyncExitStack() as streams:
        for visitor in visitors:
            reader = await streams.enter_async_context(listening(visitor))
            await reader.until("status", "waiting")
        await asyncio.sleep(1.0)
        read = site.runtime.database.engine.read
        reads = 0

        async def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal reads
            reads += 1
            return await read(*arguments, **named)

        monkeypatch.setattr(site.runtime.database.engine, "read", counted)
        await asyncio.sleep(1.0)

    assert reads <= 8  # one look in 0.2 s, and what the process itself reads


async def test_a_stopping_server_ends_its_streams(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        visitor = await site.visit()
        async with listening(visitor) as reader:
            await reader.until("status")
            site.app.close_streams()
            with pytest.raises(EOFError):
                await reader.next()
        refused = await site.client.get("/chat/order/events", headers=visitor.headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "stream.full")
