"""The evidence over HTTP: for the API key alone, about one address, in bounded pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from botflow.records.sessions import SessionKey
from botflow.storage.contacts import Contacts
from tests.storage.aged_rows import opt_in
from tests.web.site import API_KEY, Site, open_site

ANN = "+12125550111"
KEY = {"authorization": f"Bearer {API_KEY}"}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url) as opened:
        contacts = Contacts(opened.runtime.database.engine)
        workflow = opened.runtime.flows.get("order").workflow
        for channel in ("sms", "whatsapp"):
            key = SessionKey(workflow, channel, ANN)
            await contacts.stop(key, "SM1", "opt_out.word")
            await opt_in(opened.runtime.database, key)
        yield opened


async def reasons(site: Site, **query: Any) -> list[tuple[str, str]]:
    answer = await site.client.get("/api/v1/decisions", params={"address": ANN, **query}, headers=KEY)
    assert answer.status_code == 200
    return [(decision["channel"], decision["reason"]) for decision in answer.json()["decisions"]]


async def test_evidence_is_listed_newest_first(site: Site) -> None:
    assert await reasons(site) == [
        ("whatsapp", "opt_in.word"),
        ("whatsapp", "opt_out.word"),
        ("sms", "opt_in.word"),
        ("sms", "opt_out.word"),
    ]
    assert await reasons(site, channel="sms") == [("sms", "opt_in.word"), ("sms", "opt_out.word")]


async def test_a_decision_says_what_when_about_whom_and_why(site: Site) -> None:
    answer = await site.client.get("/api/v1/decisions", params={"address": ANN, "limit": 2}, headers=KEY)

    stopped = answer.json()["decisions"][1]
    assert stopped.pop("at") < answer.json()["decisions"][0]["at"]
    assert stopped.pop("id") > 0
    assert stopped == {
        "channel": "whatsapp",
        "address": ANN,
        "kind": "opt_out",
        "reason": "opt_out.word",
        "subject": "SM1",
        "detail": {"suppressed": 0, "leaving": 0},
    }


async def test_pages_go_back_from_the_last_one_read(site: Site) -> None:
    first = (await site.client.get("/api/v1/decisions", params={"address": ANN, "limit": 3}, headers=KEY)).json()

    assert await reasons(site, before=first["decisions"][-1]["id"]) == [("sms", "opt_out.word")]


async def test_a_plus_sign_that_was_not_escaped_is_understood(site: Site) -> None:
    answer = await site.client.get(f"/api/v1/decisions?address={ANN}", headers=KEY)

    assert len(answer.json()["decisions"]) == 4


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
async def test_only_the_api_key_may_read_it(site: Site, headers: dict[str, str]) -> None:
    answer = await site.client.get("/api/v1/decisions", params={"address": ANN}, headers=headers)

    assert answer.status_code == 401
    assert "decisions" not in answer.json()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "address.missing"),
        ("?address=", "address.missing"),
        ("?address=%00", "address.missing"),
        (f"?address={'1' * 201}", "address.missing"),
        ("?address=1&limit=0", "query.invalid"),
        ("?address=1&limit=many", "query.invalid"),
        ("?address=1&before=99999999999999999999", "query.invalid"),
        ("?address=1&before=%C2%B2", "query.invalid"),
    ],
)
async def test_a_query_that_cannot_be_answered_says_what_is_wrong(site: Site, query: str, code: str) -> None:
    answer = await site.client.get(f"/api/v1/decisions{query}", headers=KEY)

    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["hint"]


async def test_nobody_knows_of_an_address_that_was_never_written_to(site: Site) -> None:
    assert await reasons(site, address="+4930123456") == []
