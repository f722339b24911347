"""The evidence over HTTP: about one address, in pages, the newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from botflow.records.sessions import SessionKey
from botflow.storage.contacts import Contacts
from tests.storage.aged_rows import opt_in
from tests.web.api.calls import answered, call, other_organization, outcome
from tests.web.site import Site, open_site

ANN = "+12125550111"


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


async def reasons(site: Site, address: str = ANN, **query: str) -> list[tuple[str, str]]:
    found = await answered(site, "GET", f"/decisions?{urlencode({'address': address, **query})}")
    return [(decision["channel"], decision["reason"]) for decision in found["items"]]


async def test_evidence_is_listed_newest_first(site: Site) -> None:
    assert await reasons(site) == [
        ("whatsapp", "opt_in.word"),
        ("whatsapp", "opt_out.word"),
        ("sms", "opt_in.word"),
        ("sms", "opt_out.word"),
    ]
    assert await reasons(site, channel="sms") == [("sms", "opt_in.word"), ("sms", "opt_out.word")]
    assert await reasons(site, address="+4930123456") == []
    theirs = await answered(site, "GET", "/decisions?address=%2B12125550111", key=await other_organization(site))
    assert theirs["items"] == []


async def test_a_decision_says_what_when_about_whom_and_why(site: Site) -> None:
    started, stopped = (await answered(site, "GET", "/decisions?address=%2B12125550111&limit=2"))["items"]

    assert stopped.pop("at") < started["at"]
    assert stopped.pop("id") > 0
    assert stopped == {
        "channel": "whatsapp",
        "address": ANN,
        "kind": "opt_out",
        "reason": "opt_out.word",
        "session": None,
        "subject": "SM1",
        "detail": {"suppressed": 0, "leaving": 0},
    }


async def test_pages_go_on_after_the_last_one_read(site: Site) -> None:
    first = await answered(site, "GET", "/decisions?address=%2B12125550111&limit=3")

    assert await reasons(site, cursor=first["next"]) == [("sms", "opt_out.word")]


async def test_a_plus_sign_that_was_not_escaped_is_understood(site: Site) -> None:
    assert len((await answered(site, "GET", f"/decisions?address={ANN}"))["items"]) == 4


async def test_a_query_that_cannot_be_answered_says_what_is_wrong(site: Site, subtests: pytest.Subtests) -> None:
    for query in (
        "",
        "?address=",
        "?address=%00",
        f"?address={'1' * 201}",
        "?address=1&limit=0",
        "?address=1&before=7",
    ):
        with subtests.test(query):
            answer = await call(site, "GET", f"/decisions{query}")
            assert outcome(answer) == (400, "query.invalid")
            assert answer.json()["hint"]
