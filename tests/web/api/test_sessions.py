"""Sessions are listed, found and read by their own organization, and by no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.web.api.calls import answered, call, other_organization, session_of
from tests.web.site import API_KEY, ORDER, Site, open_site


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER,)) as opened:
        yield opened


async def say(site: Site, external_id: str, text: str) -> None:
    answer = await site.client.post(
        "/chat/order/messages",
        json={"text": text, "externalId": external_id},
        headers={"authorization": f"Bearer {API_KEY}"},
    )
    assert answer.status_code == 200, answer.text


async def people(site: Site, path: str, key: str = API_KEY) -> list[str]:
    """Return the external ids of a list, read in pages of two."""
    found: list[str] = []
    address = path
    while True:
        page = await answered(site, "GET", address, key=key)
        found += [each["externalId"] for each in page["items"]]
        if page["next"] is None:
            return found
        address = f"{path}&cursor={page['next']}"


async def test_a_workflows_sessions_are_listed_page_by_page(site: Site) -> None:
    for person in ("eve", "ann", "cid", "bob", "dan"):
        await say(site, person, "hi")
    await say(site, "bob", "Bob")
    await say(site, "bob", "pizza")  # his conversation is over

    assert await people(site, "/workflows/order/sessions?limit=2") == ["ann", "bob", "cid", "dan", "eve"]
    assert await people(site, "/workflows/order/sessions?limit=2&active=false") == ["bob"]
    assert await people(site, "/workflows/order/sessions?limit=2&channel=sms") == []
    assert await people(site, "/sessions/active?limit=2") == ["ann", "cid", "dan", "eve"]
    assert await people(site, "/sessions/active?limit=2&workflow=order") == ["ann", "cid", "dan", "eve"]


async def test_a_session_is_found_by_its_person(site: Site) -> None:
    visit = await site.visit()
    await say(site, "ann", "hi")

    by_external_id = await answered(site, "GET", "/workflows/order/sessions/by-external-id?externalId=ann")
    by_user_id = await answered(site, "GET", "/workflows/order/sessions/by-user-id?userId=ann")
    read = await answered(site, "GET", f"/sessions/{by_user_id['id']}")
    visitor = await answered(
        site, "GET", f"/workflows/order/sessions/by-external-id?externalId={visit.external_id}&channel=chat"
    )
    no_user = await call(site, "GET", f"/workflows/order/sessions/by-user-id?userId={visit.external_id}")

    assert by_external_id == by_user_id == read
    assert (read["active"], read["status"], read["currentNodeId"], read["userId"]) == (
        True,
        "waiting",
        "ask_name",
        "ann",
    )
    assert (visitor["userId"], visitor["handedTo"]) == (None, None)
    assert (no_user.status_code, no_user.json()["code"]) == (404, "session.unknown")


async def test_messages_and_history_are_read_back_to_the_beginning(site: Site) -> None:
    for text in ("hi", "Ann", "pizza", "hi"):
        await say(site, "ann", text)
    session = await session_of(site, "order", "ann")

    said: list[tuple[str, str]] = []
    address = f"/sessions/{session}/messages?limit=2"
    pages = 0
    path = address
    while path:
        page = await answered(site, "GET", path)
        said += [(each["direction"], each["text"]) for each in page["items"]]
        path = f"{address}&cursor={page['next']}" if page["next"] else ""
        pages += 1
    history = await answered(site, "GET", f"/sessions/{session}/history?limit=3")
    earlier = await answered(site, "GET", f"/sessions/{session}/history?limit=3&cursor={history['next']}")

    assert pages > 2
    assert said[::-1] == [
        ("in", "hi"),
        ("out", "What's your name?"),
        ("in", "Ann"),
        ("out", "What would you like, Ann?"),
        ("in", "pizza"),
        ("out", "One pizza for Ann."),
        ("in", "hi"),
        ("out", "What's your name?"),
    ]
    assert [each["turn"] for each in history["items"] + earlier["items"]] == [4, 3, 2, 1]
    assert {"kind": "edge", "values": ["menu", "pizza", "pizza"]} in history["items"][1]["events"]
    assert earlier["next"] is None


READS = ("", "/context", "/history", "/messages")
WRITES: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "/context", {"variables": {"name": "Eve"}}),
    ("POST", "/history", {"text": "seen"}),
    ("POST", "/deactivate", None),
    ("POST", "/hand-off", {"person": "Eve"}),
    ("POST", "/return", {}),
    ("POST", "/messages", {"text": "hello"}),
)


async def test_another_organization_has_no_such_session(site: Site) -> None:
    await say(site, "ann", "hi")
    session = await session_of(site, "order", "ann")
    key = await other_organization(site)
    await call(site, "GET", "/sessions/active", key=key)  # the use of the key is noted once a minute
    before = await site.state_hash()

    refused = [await call(site, "GET", f"/sessions/{session}{path}", key=key) for path in READS]
    refused += [await call(site, method, f"/sessions/{session}{path}", body, key) for method, path, body in WRITES]
    unknown = [await call(site, "GET", f"/sessions/999999{path}", key=key) for path in READS]
    unknown += [await call(site, method, f"/sessions/999999{path}", body, key) for method, path, body in WRITES]
    found = [
        await call(site, "GET", "/workflows/order/sessions/by-external-id?externalId=ann", key=key),
        await call(site, "GET", "/workflows/order/sessions/by-user-id?userId=ann", key=key),
        await call(site, "POST", "/workflows/order/sessions/revoke", {"externalId": "ann"}, key),
    ]

    assert [answer.status_code for answer in refused] == [answer.status_code for answer in unknown] == [404] * 10
    for mine, nobodys in zip(refused, unknown, strict=True):
        shown, expected = mine.json(), nobodys.json()
        assert shown["code"] == expected["code"] == "session.unknown"
        assert shown["detail"].replace(session, "N") == expected["detail"].replace("999999", "N")
    assert [answer.json()["code"] for answer in found] == ["session.unknown"] * 3
    listed = await call(site, "GET", "/workflows/order/sessions", key=key)
    assert (listed.status_code, listed.json()["code"]) == (404, "workflow.unknown")
    assert await people(site, "/sessions/active?limit=2", key) == []
    assert await people(site, "/workflows/other/sessions?limit=2", key) == ["theirs"]
    assert await people(site, "/sessions/active?limit=2") == ["ann"]
    assert await site.state_hash() == before


NO_SESSIONS = ["0", "01", "x", "-1", "9223372036854775808", "99999999999999999999", "²", "1.0.0"]


async def test_what_is_no_sessions_number_is_unknown(site: Site, subtests: pytest.Subtests) -> None:
    for session in NO_SESSIONS:
        with subtests.test(session=session):
            answer = await call(site, "GET", f"/sessions/{session}")

            assert (answer.status_code, answer.json()["code"]) == (404, "session.unknown")
