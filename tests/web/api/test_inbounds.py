"""What came in, as an operator looks for it: from whom, what became of it, and what was answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.calls import answered, session_of
from tests.web.site import API_KEY, ORDER, Site, open_site

BROKEN = """
botflow: 1
id: broken
name: Broken
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: set}
  - {id: set, type: logic, actionType: set, properties: {variables: {total: "{{ 1 / text }}"}}}
"""


async def say(site: Site, workflow: str, text: str) -> None:
    body = {"text": text, "externalId": "ann"}
    headers = {"authorization": f"Bearer {API_KEY}"}
    assert (await site.client.post(f"/chat/{workflow}/messages", json=body, headers=headers)).status_code == 200


async def test_what_came_in_is_found_with_its_answers_and_failures(
    database_url: str, subtests: pytest.Subtests
) -> None:
    async with open_site(database_url, flows=(ORDER, BROKEN)) as site:
        for text in ("hi", "Ann", "pizza"):
            await say(site, "order", text)
        await say(site, "broken", "hi")
        session = await session_of(site, "order", "ann")

        async def texts(query: str) -> list[tuple[str, str]]:
            items: list[dict[str, Any]] = (await answered(site, "GET", f"/inbounds?{query}"))["items"]
            return [(each["workflow"], each["text"]) for each in items]

        of_order = [("order", "pizza"), ("order", "Ann"), ("order", "hi")]
        for query, expected in (
            ("externalId=ann&workflow=order", of_order),
            (f"session={session}&limit=100", of_order),
            (f"session={session}&kind=timeout", []),
            ("workflow=order&status=done&channel=chat", of_order),
            ("workflow=order&after=2020-01-01&before=2020-01-02", []),
            ("status=new", []),
        ):
            with subtests.test(query):
                assert await texts(query) == expected
        with subtests.test("of all workflows, page by page"):
            found: list[str] = []
            cursor = ""
            while True:
                page = await answered(site, "GET", f"/inbounds?externalId=ann&limit=1{cursor}")
                found += [each["text"] for each in page["items"]]
                if page["next"] is None:
                    break
                cursor = f"&cursor={page['next']}"
            assert sorted(found) == ["Ann", "hi", "hi", "pizza"]
        with subtests.test("one with its answers"):
            one = await answered(site, "GET", f"/inbounds/{session}.3")
            assert (one["text"], one["status"], one["kind"], one["from"]) == ("pizza", "done", "message", "ann")
            assert [each["text"] for each in one["answers"]] == ["One pizza for Ann."]
            assert ["edge" in event["kind"] for event in one["events"]].count(True) >= 1
            again = await answered(site, "GET", f"/outbounds?session={session}&turn=3")
            assert again["items"] == one["answers"]
        with subtests.test("one that failed says why"):
            [failed] = (await answered(site, "GET", "/inbounds?workflow=broken"))["items"]
            told = await answered(site, "GET", f"/inbounds/{failed['id']}")
            assert "failed" in str(told["events"]), told["events"]
