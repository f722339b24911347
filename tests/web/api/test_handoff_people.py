"""Who writes in a handoff is seen with a picture, and how long people waited is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.local_client import local_client
from tests.web.api.calls import answered, call, foreign_service, key_of, outcome
from tests.web.api.test_handoff_node import DESK, MARIA, listed, waiting
from tests.web.site import Site, open_site


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(DESK,)) as opened:
        yield opened


async def test_the_visitor_sees_the_picture_of_who_writes(site: Site) -> None:
    picture = "https://pictures.example.com/maria.png?size=96"
    visit, id = await waiting(site)
    session = (await listed(site, id))["session"]
    for wrong in (
        "http://pictures.example.com/a.png",
        "https://",
        "https://a:b@x.example/a",
        "https://x y",
        "javascript:1",
    ):
        refused = await call(site, "POST", f"/handoffs/{id}/claim", {**MARIA, "picture": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "picture.address")
    await answered(site, "POST", f"/handoffs/{id}/claim", {**MARIA, "picture": picture})
    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Hello."})

    seen = await visit.history()
    assert (seen["person"], seen["personPicture"]) == ("Maria", picture)
    assert (seen["messages"][-1]["author"], seen["messages"][-1]["authorPicture"]) == ("Maria", picture)
    transcript = (await answered(site, "GET", f"/sessions/{session}/messages"))["items"]
    assert [each["authorPicture"] for each in transcript if each["author"]] == [picture]

    await answered(site, "POST", f"/handoffs/{id}/transfer", {"person": "Ben"})
    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "I am Ben."})
    seen = await visit.history()
    assert (seen["person"], "personPicture" in seen) == ("Ben", False)
    assert [each.get("authorPicture") for each in seen["messages"] if each.get("author")] == [picture, None]


async def test_who_claims_is_seen_with_the_picture_of_their_account(database_url: str) -> None:
    async with open_site(database_url, flows=(DESK,), botflow_public_url=None) as site:
        picture = "https://pictures.example.com/ann.png"
        new = {"email": "ann@example.com", "name": "Ann", "role": "operator", "picture": picture}
        made = await answered(site, "POST", "/users", new)
        visit, id = await waiting(site)
        await listed(site, id)
        given = {"email": "ann@example.com", "password": made["password"]}
        async with local_client(base_url=site.url) as browser:
            csrf = (await browser.post("/auth/sign-in", json=given)).json()["csrfToken"]
            headers = {"x-csrf-token": csrf}
            claimed = await browser.post(f"/api/v1/handoffs/{id}/claim", json={"person": "Ann"}, headers=headers)
            assert claimed.status_code == 200, claimed.text
            assert (await visit.history())["personPicture"] == picture

            other = await browser.post(f"/api/v1/handoffs/{id}/transfer", json={"person": "Ben"}, headers=headers)
            assert other.status_code == 200, other.text
            assert "personPicture" not in await visit.history()  # it is not Ben's

            changed = await browser.post("/auth/picture", json={"picture": None}, headers=headers)
            assert changed.json()["user"]["picture"] is None
            refused = await browser.post("/auth/picture", json={"picture": "http://a.example/x.png"}, headers=headers)
            assert outcome(refused) == (422, "picture.address")
            assert (await browser.post("/auth/picture", json={"picture": None})).status_code == 403


async def test_how_long_people_waited_is_told_by_day_and_queue(database_url: str) -> None:
    async with open_site(database_url, flows=(DESK,)) as site:
        for _ in range(2):
            _, id = await waiting(site)
            await listed(site, id)
        await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)
        await answered(site, "POST", f"/handoffs/{id}/return", {})

        [told] = (await answered(site, "GET", "/handoffs/waiting-times?queue=billing"))["items"]

        counts = ("queue", "requested", "claimed", "returned", "abandoned")
        assert [told[name] for name in counts] == ["billing", 2, 1, 1, 0]
        assert 0 <= told["untilClaimed"]["median"] == told["untilClaimed"]["p95"] <= told["untilReturned"]["p95"]
        refused = await call(site, "GET", "/handoffs/waiting-times?since=2025-01-01")
        assert (refused.status_code, refused.json()["code"]) == (422, "query.invalid")
        key = await key_of(await foreign_service(site))
        assert (await answered(site, "GET", "/handoffs/waiting-times", key=key))["items"] == []
