"""Operators find messages to people, see why they are held, and decide about them, in their organization alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from botflow.records.sessions import SessionKey
from botflow.storage.decisions import Decisions
from tests.organizations import HOME
from tests.storage.outbox_rows import at_once, news
from tests.storage.sample_turns import message, said, waiting
from tests.web.api.calls import answered, call, other_organization, outcome
from tests.web.site import Site, open_site

HELD = "/outbounds?status=held"
ANN = "+12125550111"


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, worker=None) as opened:
        yield opened


async def hold(site: Site, person: str = ANN) -> str:
    """Let the session of a person hold one message; return its id."""
    database: Any = site.runtime.database
    session = SessionKey(site.runtime.flows.get("order").workflow, "sms", person)
    part = said("Your pizza", "ready", sender="55501")
    turn = await database.turns.commit(waiting(await database.turns.load(session), message("m1"), part))
    [claimed] = await database.outbox.claim_sends(10, at_once)
    await database.outbox.report(news(claimed, "held", error_code="twilio.not_configured"))
    return f"{turn.session}.1.0"


async def test_held_messages_are_listed_page_by_page(site: Site) -> None:
    parts = [await hold(site, person) for person in (ANN, "+12125550112", "+12125550113")]

    first = await answered(site, "GET", f"{HELD}&limit=2")
    second = await answered(site, "GET", f"{HELD}&limit=2&cursor={first['next']}")

    assert [each["id"] for each in (*first["items"], *second["items"])] == parts
    assert second["next"] is None
    shown = dict(first["items"][0])
    assert shown.pop("createdAt").startswith("20")
    assert shown.pop("updatedAt").startswith("20")
    assert shown == {
        "id": parts[0],
        "session": parts[0].split(".")[0],
        "workflow": "order",
        "channel": "sms",
        "externalId": ANN,
        "turn": 1,
        "status": "held",
        "from": "55501",
        "to": ANN,
        "text": "Your pizza",
        "media": [],
        "quickReplies": [],
        "cards": [],
        "author": None,
        "errorCode": "twilio.not_configured",
        "attempts": 1,
        "segments": None,
        "providerId": None,
        "dueAt": None,
    }


async def test_messages_are_found_by_person_workflow_session_turn_and_time(site: Site) -> None:
    part = await hold(site)
    session = part.split(".")[0]
    await hold(site, "+12125550112")

    async def found(query: str) -> list[str]:
        return [each["externalId"] for each in (await answered(site, "GET", f"/outbounds?{query}"))["items"]]

    both = [ANN, "+12125550112"]
    assert await found("externalId=%2B1+212+555+0111&channel=sms") == [ANN]
    assert await found("externalId=%2B12125550111&status=held&after=2020-01-01") == [ANN]
    assert await found("externalId=%2B12125550111&before=2020-01-01") == []
    assert await found("workflow=order") == both
    assert await found("workflow=order&channel=chat") == []
    assert await found("workflow=talk&status=held") == []
    assert await found("status=held&channel=sms&after=2020-01-01") == both
    assert await found(f"session={session}&turn=1") == [ANN]
    assert await found(f"session={session}&turn=2") == []
    assert await found(f"session={session}&externalId=%2B12125550112") == []
    assert await found(f"session={session}&workflow=talk") == []
    assert await found("workflow=order&status=failed") == []


@pytest.mark.parametrize(
    ("decision", "status", "reason"),
    [("release", "ready", "operator.released"), ("drop", "failed", "operator.dropped")],
)
async def test_a_decision_holds_once_and_leaves_evidence(site: Site, decision: str, status: str, reason: str) -> None:
    part = await hold(site)

    first = await answered(site, "POST", f"/outbounds/{part}/{decision}")
    again = await call(site, "POST", f"/outbounds/{part}/{decision}")

    assert (first["id"], first["status"]) == (part, status)
    assert outcome(again) == (409, "outbound.not_held")
    assert (await answered(site, "GET", HELD))["items"] == []
    [decided] = (await answered(site, "GET", f"/outbounds/{part}"))["decisions"]
    assert (decided["subject"], decided["reason"]) == (part, reason)
    changes = (await answered(site, "GET", f"/audit-log?subject=outbound:{part}"))["items"]
    assert [change["action"] for change in changes] == [f"outbound.{decision}{'d' if decision[-1] == 'e' else 'ped'}"]


async def test_another_organization_neither_sees_nor_decides_what_is_held(site: Site) -> None:
    part = await hold(site)
    key = await other_organization(site)
    session = part.split(".")[0]

    for query in ("status=held", "workflow=order", f"session={session}", "externalId=%2B12125550111"):
        assert (await answered(site, "GET", f"/outbounds?{query}", key=key))["items"] == [], query
        if query != "status=held":
            assert (await answered(site, "GET", f"/inbounds?{query}", key=key))["items"] == [], query
    for method, path in (("GET", ""), ("POST", "/release"), ("POST", "/drop")):
        assert outcome(await call(site, method, f"/outbounds/{part}{path}", key=key)) == (404, "outbound.unknown")
    assert outcome(await call(site, "GET", f"/inbounds/{session}.1", key=key)) == (404, "inbound.unknown")
    assert len((await answered(site, "GET", HELD))["items"]) == 1
    assert await Decisions(site.runtime.database.engine).of_address(HOME, ANN) == []


async def test_a_wrong_call_is_told_what_is_wrong(site: Site, subtests: pytest.Subtests) -> None:
    too_wide = (400, "query.too_wide")
    for method, path, expected in (
        ("GET", "/outbounds", too_wide),
        ("GET", "/outbounds?status=sent", too_wide),
        ("GET", "/outbounds?channel=sms&after=2026-01-01", too_wide),
        ("GET", "/inbounds?status=dead", too_wide),
        ("GET", "/outbounds?status=gone", (400, "query.invalid")),
        ("GET", f"{HELD}&cursor=x", (400, "query.invalid")),
        ("GET", f"{HELD}&limit=0", (400, "query.invalid")),
        ("GET", "/outbounds?session=0", (400, "query.invalid")),
        ("GET", "/outbounds?session=9223372036854775808", (400, "query.invalid")),
        ("GET", "/outbounds/1.1.0/release", (405, "http.method_not_allowed")),
        ("GET", "/inbounds/1.1.0", (404, "inbound.unknown")),
        *(
            ("POST", f"/outbounds/{id}/drop", (404, "outbound.unknown"))
            for id in ("1", "1.2", "9223372036854775808.1.0", "1.2147483648.0", "1.1.32768", "9223372036854775807.1.0")
        ),
    ):
        with subtests.test(f"{method} {path}"):
            assert outcome(await call(site, method, path)) == expected
