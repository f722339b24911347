"""Operators see held messages and decide about them, with the API key and with nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from botflow.records.sessions import SessionKey
from botflow.storage.decisions import Decisions
from tests.organizations import HOME
from tests.storage.outbox_rows import at_once, news
from tests.storage.sample_turns import message, said, waiting
from tests.web.api.calls import other_organization
from tests.web.site import API_KEY, Site, open_site

LIST = "/api/v1/outbounds?state=held"
KEY = {"authorization": f"Bearer {API_KEY}"}
ANN = "+15550199"


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, worker=None) as opened:
        yield opened


async def hold(site: Site) -> str:
    """Let the session of somebody hold one message; return its id."""
    database: Any = site.runtime.database
    person = SessionKey(site.runtime.flows.get("order").workflow, "sms", ANN)
    part = said("Your pizza", "ready", sender="55501")
    turn = await database.turns.commit(waiting(await database.turns.load(person), message("m1"), part))
    [claimed] = await database.outbox.claim_sends(10, at_once)
    await database.outbox.report(news(claimed, "held", error_code="twilio.not_configured"))
    return f"{turn.session}.1.0"


async def test_held_messages_are_listed_page_by_page(site: Site) -> None:
    part = await hold(site)

    [shown] = (await site.client.get(LIST, headers=KEY)).json()["outbounds"]

    assert shown.pop("createdAt").startswith("20")
    assert shown == {
        "id": part,
        "state": "held",
        "workflow": "order",
        "channel": "sms",
        "from": "55501",
        "to": ANN,
        "text": "Your pizza",
        "code": "twilio.not_configured",
        "attempts": 1,
    }
    assert (await site.client.get(f"{LIST}&after={part}&limit=1", headers=KEY)).json() == {"outbounds": []}


@pytest.mark.parametrize(
    ("decision", "state", "reason"),
    [("release", "ready", "operator.released"), ("drop", "failed", "operator.dropped")],
)
async def test_a_decision_holds_once_and_leaves_evidence(site: Site, decision: str, state: str, reason: str) -> None:
    part = await hold(site)

    first = await site.client.post(f"/api/v1/outbounds/{part}/{decision}", headers=KEY)
    again = await site.client.post(f"/api/v1/outbounds/{part}/{decision}", headers=KEY)

    assert (first.status_code, first.json()) == (200, {"id": part, "state": state})
    assert (again.status_code, again.json()["code"]) == (409, "outbound.not_held")
    assert (await site.client.get(LIST, headers=KEY)).json() == {"outbounds": []}
    [decided] = await Decisions(site.runtime.database.engine).of_address(HOME, ANN)
    assert (decided.subject, decided.reason) == (part, reason)


async def test_another_organization_neither_sees_nor_decides_what_is_held(site: Site) -> None:
    part = await hold(site)
    key = {"authorization": f"Bearer {await other_organization(site)}"}

    seen = await site.client.get(LIST, headers=key)
    decided = [await site.client.post(f"/api/v1/outbounds/{part}/{word}", headers=key) for word in ("release", "drop")]

    assert seen.json() == {"outbounds": []}
    assert [answer.status_code for answer in decided] == [409, 409]
    assert [answer.json()["code"] for answer in decided] == ["outbound.not_held"] * 2
    assert len((await site.client.get(LIST, headers=KEY)).json()["outbounds"]) == 1


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}])
async def test_without_the_api_key_nothing_is_shown_or_decided(site: Site, headers: dict[str, str]) -> None:
    part = await hold(site)
    before = await site.state_hash()

    answers = [
        await site.client.get(LIST, headers=headers),
        await site.client.post(f"/api/v1/outbounds/{part}/release", headers=headers),
        await site.client.post(f"/api/v1/outbounds/{part}/drop", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert await site.state_hash() == before


async def test_a_visitors_token_is_not_the_api_key(site: Site) -> None:
    visit = await site.visit()

    answer = await site.client.get(LIST, headers=visit.headers)

    assert answer.status_code in (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/outbounds", 400, "query.invalid"),
        ("GET", "/api/v1/outbounds?state=sent", 400, "query.invalid"),
        ("GET", f"{LIST}&limit=0", 400, "query.invalid"),
        ("GET", f"{LIST}&limit=x", 400, "query.invalid"),
        ("GET", f"{LIST}&limit=²", 400, "query.invalid"),
        ("GET", f"{LIST}&after=x", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/1/release", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/1.2/drop", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/9223372036854775808.1.0/drop", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/1.2147483648.0/drop", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/1.1.32768/drop", 400, "outbound.invalid_id"),
        ("POST", "/api/v1/outbounds/9223372036854775807.1.0/release", 409, "outbound.not_held"),
        ("GET", "/api/v1/outbounds/1.1.0/release", 405, "http.method_not_allowed"),
    ],
)
async def test_a_wrong_call_is_told_what_is_wrong(site: Site, method: str, path: str, status: int, code: str) -> None:
    answer = await site.client.request(method, path, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
