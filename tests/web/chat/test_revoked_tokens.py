"""A visitor's token that was revoked is refused: by every process, for every request, and its streams end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.storage.session_tokens import revoke_token
from botflow.web.chat import stream_news
from tests.organizations import HOME
from tests.web.chat.event_stream import listening
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site

BY_KEY = {"authorization": f"Bearer {API_KEY}"}


async def revoke(visitor: Visit, external_id: str = "") -> httpx2.Response:
    body = {"externalId": external_id or visitor.external_id}
    path = f"/api/v1/workflows/{visitor.workflow}/sessions/revoke"
    return await visitor.site.client.post(path, json=body, headers=BY_KEY)


async def post(visitor: Visit) -> httpx2.Response:
    return await visitor.post(text="Ann", messageId="second")


async def repeat(visitor: Visit) -> httpx2.Response:
    return await visitor.post(text="Bob", messageId="first")


async def read(visitor: Visit) -> httpx2.Response:
    return await visitor.site.client.get(f"/chat/{visitor.workflow}/messages", headers=visitor.headers)


async def stream(visitor: Visit) -> httpx2.Response:
    return await visitor.site.client.get(f"/chat/{visitor.workflow}/events", headers=visitor.headers)


REQUESTS = [post, repeat, read, stream]


def is_refused(response: httpx2.Response) -> bool:
    if response.status_code != 401:
        return False
    return (response.json()["code"], response.headers["www-authenticate"]) == ("token.revoked", "Bearer")


async def test_every_request_with_a_revoked_token_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    for request_by in REQUESTS:
        with subtests.test(msg=request_by.__name__):
            await the_request_with_a_revoked_token_is_refused(site, request_by)


async def the_request_with_a_revoked_token_is_refused(
    site: Site, request_by: Callable[[Visit], Awaitable[httpx2.Response]]
) -> None:
    visitor, other = await site.visit(), await site.visit()
    await visitor.post(text="Ann", messageId="first")

    revoked = await revoke(visitor)
    before = await site.state_hash()
    response = await request_by(visitor)

    assert revoked.json() == {
        "sessionId": str(await visitor.number()),
        "externalId": visitor.external_id,
        "revoked": True,
    }
    assert is_refused(response)
    assert await site.state_hash() == before
    assert await other.say("Bob") == ["What would you like, Bob?"]


async def test_revoking_again_changes_nothing_and_an_unknown_person_is_said_to_be_unknown(site: Site) -> None:
    visitor = await site.visit()
    await revoke(visitor)
    before = await site.state_hash()

    again, unknown = await revoke(visitor), await revoke(visitor, "visitor:nobody")

    assert (again.status_code, unknown.status_code, unknown.json()["code"]) == (200, 404, "session.unknown")
    assert await site.state_hash() == before


async def test_only_the_api_key_can_revoke(site: Site) -> None:
    visitor = await site.visit()
    path = f"/api/v1/workflows/{visitor.workflow}/sessions/revoke"
    body = {"externalId": visitor.external_id}

    for headers in ({}, visitor.headers):
        assert (await site.client.post(path, json=body, headers=headers)).status_code in (401, 403)
    assert await visitor.say("Ann") == ["What would you like, Ann?"]


async def test_a_server_can_continue_the_conversation(site: Site) -> None:
    visitor = await site.visit()
    await revoke(visitor)

    body = {"text": "Ann", "externalId": visitor.external_id}
    response = await site.client.post("/chat/order/messages", json=body, headers=BY_KEY)
    assert response.status_code == 200
    assert is_refused(await post(visitor))


@pytest.mark.parametrize("by_whom", ["api", "command"])
async def test_an_open_stream_ends(site: Site, by_whom: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_news, "QUIET_TICKS", 1)
    visitor = await site.visit()
    async with listening(visitor) as reader:
        await reader.until("status")
        if by_whom == "api":
            await revoke(visitor)
        else:  # another process, which sends no signal
            await site.runtime.database.engine.write(revoke_token, HOME, "order", visitor.external_id)
        with pytest.raises(EOFError):
            await reader.next()


async def test_nothing_that_is_said_after_it_is_shown_on_an_open_stream(site: Site) -> None:
    visitor = await site.visit()
    async with listening(visitor) as reader:
        await reader.until("status")
        await site.runtime.database.engine.write(revoke_token, HOME, "order", visitor.external_id)
        body = {"text": "Ann", "externalId": visitor.external_id}
        assert (await site.client.post("/chat/order/messages", json=body, headers=BY_KEY)).status_code == 200
        with pytest.raises(EOFError):
            await reader.next()


async def test_a_stream_of_a_server_goes_on(site: Site) -> None:
    visitor = await site.visit()
    person = visitor.external_id
    await revoke(visitor)

    by_key = Visit(site, "order", {"token": API_KEY})
    async with listening(by_key, path=f"/chat/order/events?externalId={person}") as reader:
        assert (await reader.until("status"))[-1].body == {"status": "waiting"}


async def test_a_message_that_would_wait_behind_a_turn_is_refused(talking_site: Site, model: HeldModel) -> None:
    visitor = await talking_site.visit("talk")
    waiting = asyncio.create_task(visitor.post(text="hi", messageId="first"))
    await model.begun.wait()
    await talking_site.runtime.database.engine.write(revoke_token, HOME, "talk", visitor.external_id)

    assert is_refused(await visitor.post(text="and?", messageId="second"))
    assert is_refused(await visitor.post(text="hi", messageId="first"))

    model.go_on.set()
    assert (await waiting).status_code == 200  # it was accepted before
    rows = await talking_site.runtime.database.turns.load(_key(talking_site, "talk", visitor))
    assert rows.last_seq == rows.done_seq
    print("a turn under way at the revocation: finished once, nothing queued behind it")


async def test_every_process_refuses_although_its_copy_of_the_session_is_older(postgres_url: str) -> None:
    async with open_site(postgres_url) as one, open_site(postgres_url) as other:
        visitor = await one.visit()
        there = Visit(other, "order", visitor.opened)
        assert await there.say("Ann") == ["What would you like, Ann?"]  # both have a copy now
        assert (await revoke(visitor)).status_code == 200

        assert is_refused(await there.post(text="Pizza", messageId="x"))
        assert is_refused(await visitor.post(text="Pizza", messageId="x"))


def _key(site: Site, workflow: str, visitor: Visit) -> SessionKey:
    return SessionKey(site.runtime.flows.get(workflow).workflow, CHAT, visitor.external_id)
