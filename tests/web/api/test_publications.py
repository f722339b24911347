"""Publishing by plan over HTTP: what would become of each waiting session, and what then does."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from botflow.storage.tables import executions, sessions
from tests.web.api.calls import call
from tests.web.site import API_KEY, Site, Visit, open_site


def order(*nodes: dict[str, Any], variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a flow of these nodes, one after the other."""
    placed = [{"id": "start", "type": "chatbot", "actionType": "message_received"}, *nodes]
    for node, following in pairwise(placed):
        node.setdefault("next", following["id"])
    return {"botflow": 1, "id": "order", "name": "Order", "nodes": placed, "variables": variables or {}}


def ask(id: str, text: str, variable: str, **more: Any) -> dict[str, Any]:
    properties = {"text": text, "variable": variable, **more}
    return {"id": id, "type": "chatbot", "actionType": "ask", "properties": properties}


def say(id: str, text: str) -> dict[str, Any]:
    return {"id": id, "type": "chatbot", "actionType": "say", "properties": {"text": text}}


def first() -> dict[str, Any]:
    return order(
        ask("name", "Name?", "name", timeout="2d"), ask("size", "Size?", "size"), say("done", "{{ name }}: {{ size }}")
    )


async def stored(site: Site) -> dict[str, tuple[Any, ...]]:
    """Return what a move changes of each session, and of its execution, by the person's id."""
    columns = (sessions.c.external_id, sessions.c.state, sessions.c.flow_version, sessions.c.wake_at)
    of_execution = (executions.c.status, executions.c.flow_version, executions.c.ended_at, executions.c.variables)
    query = select(*columns, *of_execution).join(executions, executions.c.session_id == sessions.c.id)
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(query).all())
    return {row[0]: tuple(row[1:]) for row in rows}


async def publish(site: Site, document: dict[str, Any], planning: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Save the draft, plan, and publish by the token; return the plan and the publication."""
    assert (await call(site, "PUT", "/workflows/order/draft", document)).status_code == 200
    plan = await call(site, "POST", "/workflows/order/plan", planning)
    assert plan.status_code == 200, plan.text
    published = await call(site, "POST", "/workflows/order/publish", {"token": plan.json()["token"]})
    assert published.status_code == 200, published.text
    return plan.json(), published.json()["publication"]


async def call_chat(site: Site, person: str, text: str) -> dict[str, Any]:
    body = {"text": text, "externalId": person}
    answer = await site.client.post("/chat/order/messages", json=body, headers={"authorization": f"Bearer {API_KEY}"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def finished(site: Site, publication: int, state: str = "done") -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            read = (await call(site, "GET", f"/workflows/order/publications/{publication}")).json()
            if read["state"] == state:
                return dict(read)
            await asyncio.sleep(0.05)


async def waiting(site: Site) -> tuple[Visit, Visit]:
    """Publish the first version; one visitor waits at its first question, another at its second."""
    assert (await call(site, "POST", "/workflows", first())).status_code == 201
    assert (await call(site, "POST", "/workflows/order/publish")).status_code == 200
    ann, bob = await site.visit(), await site.visit()
    assert await ann.say("hi") == ["Name?"]
    assert await bob.say("hi") == ["Name?"]
    assert await bob.say("Bob") == ["Size?"]
    return ann, bob


async def test_waiting_sessions_move_as_planned_and_return_as_they_were(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        ann, bob = await waiting(site)
        before = await stored(site)
        second = order(
            ask("full_name", "Full name?", "name"),
            ask("size", "Which size?", "size"),
            say("done", "New: {{ name }}, {{ size }}{{ mark }}"),
            variables={"mark": "!"},
        )
        plan, publication = await publish(site, second, {"moves": {"name": {"to": "full_name"}}, "default": "same"})
        assert [(each["node"], each["waits"], each["action"], each["wouldMove"]) for each in plan["nodes"]] == [
            ("name", 1, "to full_name", 1),
            ("size", 1, "same", 1),
        ]
        assert (plan["waits"], plan["wouldMove"], plan["wouldStay"], plan["refused"]) == (2, 2, 0, 0)
        done = await finished(site, publication)
        assert (done["moved"], done["refused"], done["version"], done["replaced"]) == (2, {}, 2, 1)
        assert (await stored(site))[ann.external_id][2] == before[ann.external_id][2]  # it wakes up when it would have
        assert await bob.say("large") == ["New: Bob, large!"]

        address = f"/workflows/order/publications/{publication}/rollback"
        assert (await call(site, "POST", address)).json()["version"] == 2
        back = await finished(site, publication, "returned")
        assert (back["returned"], back["goneOn"]) == (1, 1)
        after = await stored(site)
        assert after[ann.external_id] == before[ann.external_id]
        assert await ann.say("Ann") == ["Size?"]
        assert await ann.say("small") == ["Ann: small"]
        again = await call(site, "POST", address)
        assert (again.status_code, again.json()["code"]) == (409, "publication.returned")
        listed = (await call(site, "GET", "/workflows/order/publications")).json()
        assert [each["id"] for each in listed["items"]] == [publication]


async def test_a_session_that_the_draft_cannot_take_stays_and_the_plan_says_why(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        ann, bob = await waiting(site)
        second = order(
            ask("city", "City?", "city"),
            ask("size", "Which size?", "size"),
            say("done", "{{ name }} of {{ city }}: {{ size }}"),
        )
        plan, publication = await publish(site, second, {"default": "same"})
        number = await bob.number()
        assert [each["refused"] for each in plan["nodes"]] == [
            [{"reason": "node.gone", "count": 1, "sessions": [await ann.number()]}],
            [{"reason": "variable.missing", "count": 1, "sessions": [number]}],
        ]
        done = await finished(site, publication)
        assert (done["moved"], done["refused"]) == (0, {"node.gone": 1, "variable.missing": 1})
        assert await bob.say("large") == ["Bob: large"]


async def test_a_session_that_is_to_begin_again_does_so_with_its_next_message(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        ann, bob = await waiting(site)
        before = await stored(site)
        second = order(ask("city", "City?", "city"), say("done", "{{ city }}"))
        _, publication = await publish(site, second, {"moves": {"name": "restart", "size": "restart"}})
        assert (await finished(site, publication))["moved"] == 2
        ended = (await stored(site))[ann.external_id]
        assert (ended[1], ended[3]) == (None, "cancelled")
        assert await bob.say("hello?") == ["City?"]
        await call(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        back = await finished(site, publication, "returned")
        assert (back["returned"], back["goneOn"]) == (1, 1)
        assert (await stored(site))[ann.external_id] == before[ann.external_id]
        assert await ann.say("Ann") == ["Size?"]


async def test_a_plan_publishes_only_what_it_was_made_for_and_once(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        await waiting(site)
        await call(site, "PUT", "/workflows/order/draft", order(ask("name", "Who?", "name")))
        plan = (await call(site, "POST", "/workflows/order/plan", {"default": "same"})).json()
        await call(site, "PUT", "/workflows/order/draft", order(ask("name", "Who are you?", "name")))
        stale = await call(site, "POST", "/workflows/order/publish", {"token": plan["token"]})
        assert (stale.status_code, stale.json()["code"]) == (412, "plan.stale")
        fresh = (await call(site, "POST", "/workflows/order/plan", {"default": "same"})).json()
        assert (await call(site, "POST", "/workflows/order/publish", {"token": fresh["token"]})).status_code == 200
        for token in (fresh["token"], "invented"):
            refused = await call(site, "POST", "/workflows/order/publish", {"token": token})
            assert (refused.status_code, refused.json()["code"]) == (404, "plan.unknown")
        misspelt = await call(site, "POST", "/workflows/order/plan", {"moves": {"nmae": "same"}})
        assert (misspelt.status_code, misspelt.json()["code"]) == (422, "plan.unknown_node")
        assert "did you mean name?" in misspelt.json()["hint"]


async def test_two_hundred_sessions_move_and_those_who_write_meanwhile_are_answered_once(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        assert (await call(site, "POST", "/workflows", first())).status_code == 201
        assert (await call(site, "POST", "/workflows/order/publish")).status_code == 200
        people = [f"p{number}" for number in range(200)]

        async def tell(person: str, text: str) -> list[str]:
            answer = await call_chat(site, person, text)
            return [message["text"] for message in answer["messages"]]

        for person in people:
            assert await tell(person, "hi") == ["Name?"]
        before = await stored(site)
        second = order(ask("name", "Your name?", "name"), ask("size", "New size?", "size"), say("done", "{{ name }}"))
        plan, publication = await publish(site, second, {"default": "same"})
        assert (plan["waits"], plan["wouldMove"]) == (200, 200)
        hasty = {person: await tell(person, person) for person in people[::10]}
        assert {said for [said] in hasty.values()} <= {"Size?", "New size?"}
        done = await finished(site, publication)
        assert (done["waiting"], done["moved"], done["refused"]) == (
            0,
            200,
            {},
        )  # who has gone on has moved where it is
        await call(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        back = await finished(site, publication, "returned")
        late = sum(said == ["New size?"] for said in hasty.values())
        assert (back["goneOn"], back["returned"]) == (late, 200 - late)
        after = await stored(site)
        assert all(after[person] == before[person] for person in people if person not in hasty)


async def test_what_does_not_exist_has_no_plan_and_no_publication(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        assert (await call(site, "GET", "/workflows/other/publications")).status_code == 404
        assert (await call(site, "POST", "/workflows/other/plan")).status_code == 404
        await waiting(site)
        for address in ("/workflows/order/publications/7", "/workflows/order/publications/x"):
            unknown = await call(site, "GET", address)
            assert (unknown.status_code, unknown.json()["code"]) == (404, "publication.unknown")
