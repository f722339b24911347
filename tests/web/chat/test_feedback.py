"""Feedback on a message: of its own person only, the last value counts once, and where the workflow asks for it."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from botflow.storage.tables import feedback
from botflow.web.requests.rate_limits import FEEDBACK_PER_SESSION
from tests.web.api.calls import organization_key
from tests.web.chat.test_revoked_tokens import revoke
from tests.web.site import API_KEY, Site, Visit

BY_KEY = {"authorization": f"Bearer {API_KEY}"}


async def give(visit: Visit, message: str, value: Any = "up", **more: Any) -> httpx2.Response:
    body = {"messageId": message, "value": value, **more}
    return await visit.site.client.post(f"/chat/{visit.workflow}/feedback", json=body, headers=visit.headers)


async def shown(visit: Visit) -> dict[str, str]:
    """Return the feedback in the person's history."""
    return {
        message["id"]: message["feedback"] for message in (await visit.history())["messages"] if "feedback" in message
    }


async def rows(site: Site) -> list[Any]:
    query = select(feedback).order_by(feedback.c.session_id, feedback.c.version, feedback.c.index)
    return list(await site.runtime.database.engine.read(lambda connection: connection.execute(query).all()))


async def test_a_person_sees_what_they_said_of_each_message(rated_site: Site) -> None:
    visit = await rated_site.visit("rated")
    welcome, question = (message["id"] for message in visit.opened["messages"])
    assert await shown(visit) == {}

    for value, comment, stored in (
        ("up", None, ("up", None)),
        ("up", None, ("up", None)),
        ("down", " Too long. ", ("down", "Too long.")),
        ("down", None, ("down", "Too long.")),
        ("down", "", ("down", None)),
        (None, None, (None, None)),
        (None, None, (None, None)),
        ("down", "Again.", ("down", "Again.")),
    ):
        given = await give(visit, welcome, value, comment=comment)
        assert (given.status_code, given.json()) == (200, {"messageId": welcome, "value": value})
        assert [(row.value, row.comment) for row in await rows(rated_site)] == [stored]
        assert await shown(visit) == ({welcome: value} if value else {})

    await visit.say("Ann")
    assert (await give(visit, question)).status_code == 200
    assert await shown(visit) == {welcome: "down", question: "up"}
    assert [row.node for row in await rows(rated_site)] == ["hello", "ask_name"]
    assert {row.flow_version for row in await rows(rated_site)} == {rated_site.runtime.flows.get("rated").version}


async def test_a_server_gives_and_reads_it_for_its_user(rated_site: Site) -> None:
    said = await rated_site.client.post(
        "/chat/rated/messages", json={"text": "hi", "externalId": "ann", "messageId": "1"}, headers=BY_KEY
    )
    [message] = said.json()["messages"]
    body = {"messageId": message["id"], "value": "down", "externalId": "ann"}
    assert (await rated_site.client.post("/chat/rated/feedback", json=body, headers=BY_KEY)).status_code == 200

    history = await rated_site.client.get("/chat/rated/messages?externalId=ann", headers=BY_KEY)
    assert [(each["direction"], each.get("feedback")) for each in history.json()["messages"]] == [
        ("in", None),
        ("out", "down"),
    ]


async def test_nobody_speaks_for_another_person_or_of_their_messages(
    rated_site: Site, subtests: pytest.Subtests
) -> None:
    ann, bob = await rated_site.visit("rated"), await rated_site.visit("rated")
    await ann.say("Ann")
    of_ann = (await ann.history())["messages"][-1]["id"]
    foreign_key = await organization_key(rated_site)
    other = await rated_site.visit("order")
    client, path = rated_site.client, "/chat/rated/feedback"
    body = {"messageId": of_ann, "value": "up"}
    posts = {
        "a message of another session": (give(bob, of_ann), "message.unknown"),
        "an external id with a token": (give(bob, of_ann, externalId=ann.external_id), "external_id.refused"),
        "no token": (client.post(path, json=body), "token.missing"),
        "a token of another workflow": (client.post(path, json=body, headers=other.headers), "token.other_workflow"),
        "a key without a person": (client.post(path, json=body, headers=BY_KEY), "external_id.missing"),
        "a person who has no session": (
            client.post(path, json={**body, "externalId": "nobody"}, headers=BY_KEY),
            "session.unknown",
        ),
        "a key of another organization": (
            client.post(
                path,
                json={**body, "externalId": ann.external_id},
                headers={"authorization": f"Bearer {foreign_key}"},
            ),
            "workflow.unknown",
        ),
    }
    for what, (post, code) in posts.items():
        with subtests.test(what):
            refused = await post
            assert refused.json()["code"] == code
            assert 401 <= refused.status_code < 430
    await revoke(ann)
    assert (await give(ann, of_ann)).json()["code"] == "token.revoked"
    assert await rows(rated_site) == []


async def test_what_is_wrong_is_said(rated_site: Site, subtests: pytest.Subtests) -> None:
    visit = await rated_site.visit("rated")
    message = visit.opened["messages"][0]["id"]
    for status, code, body in (
        (404, "message.unknown", {"messageId": "99.0", "value": "up"}),
        (404, "message.unknown", {"messageId": "1.99", "value": "up"}),
        (404, "message.unknown", {"messageId": "9999999999.99999", "value": "up"}),
        (422, "message_id.invalid", {"messageId": "i1", "value": "up"}),
        (422, "message_id.invalid", {"messageId": "", "value": "up"}),
        (422, "message_id.invalid", {"messageId": "1.0\n", "value": "up"}),
        (422, "value.invalid", {"messageId": message, "value": "good"}),
        (422, "value.invalid", {"messageId": message, "value": ["up"]}),
        (422, "body.missing_field", {"messageId": message}),
        (422, "body.missing_field", {"value": "up"}),
        (422, "body.unknown_field", {"messageId": message, "value": "up", "rating": 5}),
        (422, "comment.alone", {"messageId": message, "value": None, "comment": "x"}),
        (422, "comment.too_long", {"messageId": message, "value": "up", "comment": "x" * 2_001}),
        (422, "comment.nul", {"messageId": message, "value": "up", "comment": "a\x00b"}),
    ):
        with subtests.test(f"{code} {body}"[:80]):
            refused = await rated_site.client.post("/chat/rated/feedback", json=body, headers=visit.headers)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["hint"]
    assert await rows(rated_site) == []


async def test_it_is_off_unless_the_workflow_asks_for_it(rated_site: Site) -> None:
    visit = await rated_site.visit("order")
    message = visit.opened["messages"][0]["id"]
    refused = await give(visit, message)

    assert refused.status_code == 404
    assert refused.json()["code"] == "feedback.off"
    assert "chat: {feedback: true}" in refused.json()["hint"]
    assert "feedback" not in (await visit.history())["messages"][0]


async def test_a_visitor_gives_it_only_so_often(rated_site: Site) -> None:
    rated_site.hold_the_minute()
    visit, other = await rated_site.visit("rated"), await rated_site.visit("rated")
    message = visit.opened["messages"][0]["id"]
    for _ in range(FEEDBACK_PER_SESSION.times):
        assert (await give(visit, message)).status_code == 200
    refused = await give(visit, message, "down")

    assert refused.status_code == 429
    assert refused.json()["code"] == "rate.limited"
    assert int(refused.headers["retry-after"]) > 0
    assert (await give(other, other.opened["messages"][0]["id"])).status_code == 200
    assert {row.value for row in await rows(rated_site)} == {"up"}


async def test_of_many_visitors_at_once_the_last_value_of_each_counts_once(rated_site: Site) -> None:
    """Generated: visitors of several tabs press at the same moment, repeat, change their mind, and take it back."""
    chance = random.Random(13)
    visits = [await rated_site.visit("rated") for _ in range(4)]
    messages = {visit.external_id: [each["id"] for each in visit.opened["messages"]] for visit in visits}
    possible: dict[tuple[str, str], set[str | None]] = {}
    for _ in range(20):
        presses = [
            (visit, chance.choice(messages[visit.external_id]), chance.choice(("up", "up", "down", None)))
            for visit in chance.choices(visits, k=chance.choice((1, 2, 4)))
        ]
        answers = await asyncio.gather(*(give(visit, message, value) for visit, message, value in presses))
        assert {answer.status_code for answer in answers} == {200}
        for place in {(visit.external_id, message) for visit, message, _ in presses}:
            possible[place] = {value for visit, message, value in presses if (visit.external_id, message) == place}
    for visit in visits:
        last = await shown(visit)
        for message in messages[visit.external_id]:
            assert last.get(message) in possible.get((visit.external_id, message), {None})
    assert len(await rows(rated_site)) <= len(visits) * 2
