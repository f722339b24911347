"""What the team sees of feedback: the messages that it is about, and how many by node and version."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.faults.waiting import until
from tests.web.api.calls import answered, call, hello, organization_key, outcome
from tests.web.chat.test_feedback import give
from tests.web.site import Site

WELCOME, QUESTION = "Welcome to Luigi's!", "What's your name?"


async def listed(site: Site, **query: str) -> list[dict[str, Any]]:
    """Return the whole list, read in pages of two."""
    found: list[dict[str, Any]] = []
    page = await answered(site, "GET", f"/feedback?{urlencode({**query, 'limit': 2})}")
    while page["next"] is not None:
        found += page["items"]
        page = await answered(site, "GET", f"/feedback?{urlencode({**query, 'limit': 2, 'cursor': page['next']})}")
    return [*found, *page["items"]]


async def counted(site: Site, **query: str) -> list[tuple[Any, ...]]:
    page = await answered(site, "GET", f"/feedback/summary?{urlencode({**query, 'limit': 2})}")
    counts = page["items"]
    while page["next"] is not None:
        more = urlencode({**query, "limit": 2, "cursor": page["next"]})
        page = await answered(site, "GET", f"/feedback/summary?{more}")
        counts += page["items"]
    return [(each["workflow"], each["node"], each["version"], each["up"], each["down"]) for each in counts]


async def test_the_team_sees_who_thinks_what_of_which_message(rated_site: Site) -> None:
    visits = [await rated_site.visit("rated") for _ in range(3)]
    for visit, values in zip(visits, (("up", "down"), ("down", None), ("up", "up")), strict=True):
        for message, value in zip(visit.opened["messages"], values, strict=True):
            comment = "Which name?" if value == "down" else None
            assert (await give(visit, message["id"], value, comment=comment)).status_code == 200

    everything = await listed(rated_site)
    assert [(each["text"], each["value"]) for each in everything] == [
        (QUESTION, "up"),
        (WELCOME, "up"),
        (WELCOME, "down"),
        (QUESTION, "down"),
        (WELCOME, "up"),
    ]
    first, message = visits[0], visits[0].opened["messages"][1]
    found = dict(everything[3])
    assert found.pop("createdAt") == found.pop("updatedAt")
    assert found == {
        "id": f"{await first.number()}.{message['id']}",
        "session": str(await first.number()),
        "workflow": "rated",
        "channel": "chat",
        "externalId": first.external_id,
        "node": "ask_name",
        "version": 1,
        "value": "down",
        "comment": "Which name?",
        "text": QUESTION,
        "author": None,
    }
    assert (await answered(rated_site, "GET", f"/outbounds/{found['id']}"))["text"] == QUESTION

    assert await listed(rated_site, value="down") == everything[2:4]
    assert [each["value"] for each in await listed(rated_site, node="ask_name", workflow="rated")] == ["up", "down"]
    assert [each["node"] for each in await listed(rated_site, externalId=first.external_id)] == ["ask_name", "hello"]
    middle = everything[1]["createdAt"]
    assert [await listed(rated_site, after=middle), await listed(rated_site, before=middle)] == [
        everything[:2],
        everything[2:],
    ]
    assert await counted(rated_site) == [("rated", "ask_name", 1, 1, 1), ("rated", "hello", 1, 2, 1)]
    assert await counted(rated_site, workflow="rated", after=middle) == [
        ("rated", "ask_name", 1, 1, 0),
        ("rated", "hello", 1, 1, 0),
    ]


async def test_a_message_keeps_its_version_when_its_conversation_moves_to_another(rated_site: Site) -> None:
    questions = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "name"},
        {"id": "name", "type": "chatbot", "actionType": "ask", "properties": {"text": "Name?"}, "next": "age"},
        {"id": "age", "type": "chatbot", "actionType": "ask", "properties": {"text": "Age?"}},
    ]
    document = {"botflow": 1, "id": "moved", "name": "Moved", "nodes": questions, "chat": {"feedback": True}}
    await answered(rated_site, "POST", "/workflows", document)
    await answered(rated_site, "POST", "/workflows/moved/publish", {})
    await rated_site.runtime.flows.refresh()
    visit = await rated_site.visit("moved")
    assert await visit.say("hi") == ["Name?"]
    await answered(rated_site, "PUT", "/workflows/moved/draft", {**document, "name": "Again"})
    plan = await answered(rated_site, "POST", "/workflows/moved/plan", {"default": "same"})
    await answered(rated_site, "POST", "/workflows/moved/publish", {"token": plan["token"]})
    await rated_site.runtime.flows.refresh()

    async def has_moved() -> bool:
        [execution] = (await answered(rated_site, "GET", "/executions?workflow=moved"))["items"]
        return bool(execution["version"] == 2)

    await until(has_moved, "the conversation moves to the new version")
    assert await visit.say("Ann") == ["Age?"]
    said = [message for message in (await visit.history())["messages"] if message["direction"] == "out"]
    for message in said:
        assert (await give(visit, message["id"])).status_code == 200

    assert await counted(rated_site, workflow="moved") == [("moved", "age", 2, 1, 0), ("moved", "name", 1, 1, 0)]


async def test_what_no_node_said_names_none(rated_site: Site) -> None:
    """A person who has the conversation is named; what was said before the workflow asked for feedback is not."""
    before = hello(id="late")
    await answered(rated_site, "POST", "/workflows", before)
    await answered(rated_site, "POST", "/workflows/late/publish", {})
    await rated_site.runtime.flows.refresh()
    visit = await rated_site.visit("late")
    await visit.say("hi")
    await answered(rated_site, "PUT", "/workflows/late/draft", {**before, "chat": {"feedback": True}})
    await answered(rated_site, "POST", "/workflows/late/publish", {})
    await rated_site.runtime.flows.refresh()
    number = await visit.number()
    await answered(rated_site, "POST", f"/sessions/{number}/hand-off", {"person": "Maria"})
    assert (await call(rated_site, "POST", f"/sessions/{number}/messages", {"text": "I am Maria."})).status_code < 300
    for message in (await visit.history())["messages"]:
        if message["direction"] == "out":
            assert (await give(visit, message["id"])).status_code == 200

    assert [(each["text"], each["author"], each["node"], each["version"]) for each in await listed(rated_site)] == [
        ("I am Maria.", "Maria", None, None),
        ("Hello!", None, None, None),
    ]
    assert await counted(rated_site) == [("late", None, None, 2, 0)]


async def test_it_is_of_one_organization_and_goes_with_its_person(rated_site: Site) -> None:
    ours, gone = await rated_site.visit("rated"), await rated_site.visit("rated")
    for visit in (ours, gone):
        assert (await give(visit, visit.opened["messages"][0]["id"], comment="x")).status_code == 200
    theirs = await organization_key(rated_site)
    for address in ("/feedback", "/feedback/summary"):
        assert (await answered(rated_site, "GET", address, key=theirs))["items"] == []
        refused = await call(rated_site, "GET", f"{address}?workflow=rated", key=theirs)
        assert outcome(refused) == (404, "workflow.unknown")
    refused = await call(rated_site, "GET", "/feedback?value=good")
    assert outcome(refused)[1] == "query.invalid"

    erasure = (await answered(rated_site, "POST", "/erasures", {"externalId": gone.external_id}))["id"]

    async def is_erased() -> bool:
        return bool((await answered(rated_site, "GET", f"/erasures/{erasure}"))["state"] == "done")

    await until(is_erased, "the erasure is done")
    receipt = (await answered(rated_site, "GET", f"/erasures/{erasure}"))["receipt"]
    assert receipt["tables"]["feedback"] == {"erased": 1, "redacted": 0}
    assert [each["externalId"] for each in await listed(rated_site)] == [ours.external_id]


async def test_other_services_hear_of_each_change_once(rated_site: Site) -> None:
    await answered(rated_site, "GET", "/events")  # a feed begins
    visit = await rated_site.visit("rated")
    message = visit.opened["messages"][0]["id"]
    place = {"workflow": "rated", "session": str(await visit.number()), "channel": "chat"}
    about = {**place, "message": message, "node": "hello", "version": 1}
    expected: list[tuple[str, dict[str, Any]]] = []

    async def is_told() -> bool:
        events = (await answered(rated_site, "GET", "/events?types=feedback.*"))["items"]
        return [(each["type"], each["data"]) for each in events] == expected

    for value, changes in (("up", True), ("up", False), ("down", True), (None, True), (None, False), ("up", True)):
        assert (await give(visit, message, value)).status_code == 200
        if changes:
            kind = "feedback.given" if value else "feedback.taken_back"
            expected.append((kind, {**about, "value": value} if value else about))
            await until(is_told, f"{value} is told")
