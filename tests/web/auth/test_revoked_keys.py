"""An API key that was revoked is refused at once, and what it had opened ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.web.api.events import events
from tests.organizations import HOME
from tests.web.api.calls import answered, call, outcome
from tests.web.site import API_KEY, Site, open_site

EVENTS = {"accept": "text/event-stream"}


async def new_key(site: Site) -> tuple[str, dict[str, str]]:
    """Return the id of a new operator's key, and the headers that send it."""
    made = await answered(site, "POST", "/keys", {"name": "CRM", "role": "operator"})
    return made["id"], {"authorization": f"Bearer {made['key']}"}


async def rest_of(lines: AsyncIterator[str]) -> None:
    async with asyncio.timeout(60):
        async for _ in lines:
            pass


async def test_a_revoked_key_is_refused_at_once_by_the_process_that_revoked_it(database_url: str) -> None:
    async with open_site(database_url) as site:
        await refuse_at_once(site)


async def refuse_at_once(site: Site) -> None:
    id, headers = await new_key(site)
    assert (await site.client.get("/api/v1/workflows", headers=headers)).status_code == 200  # it is believed now
    await answered(site, "POST", f"/keys/{id}/revoke")
    assert outcome(await site.client.get("/api/v1/workflows", headers=headers)) == (401, "token.invalid")
    by_itself, headers = await new_key(site)
    assert (await site.client.get("/api/v1/workflows", headers=headers)).status_code == 200
    owner = Principal(organization=HOME, actor="shop", scopes=frozenset(Scope))
    await Service(site.runtime, owner).keys.revoke_key(by_itself)
    assert outcome(await site.client.get("/api/v1/workflows", headers=headers)) == (401, "token.invalid")


async def test_a_stream_ends_when_its_key_is_revoked(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK_S", 0.05)
    monkeypatch.setattr(events, "CALLER_CHECK_S", 0.05)
    async with open_site(database_url) as site:
        id, headers = await new_key(site)
        visit = await site.visit()
        chat = f"/chat/order/events?externalId={visit.external_id}"
        async with (
            site.client.stream("GET", "/api/v1/events", headers=headers | EVENTS) as of_events,
            site.client.stream("GET", chat, headers=headers) as of_chat,
        ):
            assert (of_events.status_code, of_chat.status_code) == (200, 200)
            await answered(site, "POST", f"/keys/{id}/revoke")
            await rest_of(of_events.aiter_lines())
            said = asyncio.create_task(visit.say("Ann"))
            heard = [line async for line in of_chat.aiter_lines()]
            await said
            assert not any("Ann" in line for line in heard)


async def test_the_head_of_a_stream_ends(site: Site) -> None:
    visit = await site.visit()
    for address in ("/api/v1/events", f"/chat/order/events?externalId={visit.external_id}"):
        answer = await site.client.head(address, headers=EVENTS | {"authorization": f"Bearer {API_KEY}"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
    assert (await call(site, "GET", "/workflows")).status_code == 200
