"""A workflow is changed while a slow model's turn of it runs: the turn ends as it began, is answered once, and what was
changed holds from the next message on."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.web.api.calls import answered, outcome
from tests.web.api.test_publications import ask, finished, order, publish, say
from tests.web.site import HeldModel, Site, Visit, open_site, texts

THOUGHT = "Let me think about that."


def thinking(last: str) -> dict[str, Any]:
    """Return a flow that asks a name, thinks about it, asks a size, and says `last` with both."""
    reply = {"id": "think", "type": "ai", "actionType": "reply", "properties": {"instructions": "Answer."}}
    return order(ask("name", "Name?", "name"), reply, ask("size", "Size?", "size"), say("done", last))


async def published(site: Site, last: str) -> None:
    await answered(site, "POST", "/workflows", thinking(last))
    await answered(site, "POST", "/workflows/order/publish", {})


async def thinks(visit: Visit, model: HeldModel) -> asyncio.Task[Any]:
    """Let the visitor say a name, and return when the model has it."""
    assert await visit.say("hi") == ["Name?"]
    saying = asyncio.create_task(visit.post(text="Ann"))
    await asyncio.wait_for(model.begun.wait(), 20)
    return saying


async def answer_of(saying: asyncio.Task[Any], model: HeldModel) -> list[str]:
    model.go_on.set()
    said = await saying
    assert said.status_code == 200, said.text
    return texts(said.json())


async def test_a_turn_of_a_former_version_ends_there_and_its_session_moves_after_it(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=(), model=model) as site:
        await published(site, "v1: {{ name }} {{ size }}")
        visit = await site.visit()
        saying = await thinks(visit, model)
        _, publication = await publish(site, thinking("v2: {{ name }} {{ size }}"), {"default": "same"})
        assert (await answered(site, "GET", f"/workflows/order/publications/{publication}"))["state"] == "moving"
        assert await answer_of(saying, model) == [THOUGHT, "Size?"]
        ended = await finished(site, publication)
        assert (ended["moved"], model.calls) == (1, 1)
        assert await visit.say("L") == ["v2: Ann L"]
        assert [each["text"] for each in (await visit.history())["messages"] if each["direction"] == "out"] == [
            *("Name?", THOUGHT, "Size?", "v2: Ann L")
        ]


async def test_a_turn_that_runs_while_its_version_is_rolled_back_goes_on_where_it_is(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=(), model=model) as site:
        await published(site, "v1: {{ name }} {{ size }}")
        visit = await site.visit()
        assert await visit.say("hi") == ["Name?"]
        _, publication = await publish(site, thinking("v2: {{ name }} {{ size }}"), {"default": "same"})
        await finished(site, publication)
        saying = asyncio.create_task(visit.post(text="Ann"))
        await asyncio.wait_for(model.begun.wait(), 20)
        await answered(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        assert await answer_of(saying, model) == [THOUGHT, "Size?"]
        back = await finished(site, publication, "returned")
        assert (back["returned"], back["goneOn"]) == (0, 1)
        assert await visit.say("L") == ["v2: Ann L"]  # it had gone on since the move
        assert await (await site.visit()).say("hi") == ["Name?"]
        assert model.calls == 1


async def test_a_workflow_that_goes_out_of_service_answers_the_turn_under_way(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=(), model=model) as site:
        await published(site, "{{ name }} {{ size }}")
        for change in ("deactivate", "pause", "archive"):
            visit = await site.visit()
            saying = await thinks(visit, model)
            await answered(site, "POST", f"/workflows/order/{change}")
            assert await answer_of(saying, model) == [THOUGHT, "Size?"]
            assert outcome(await visit.post(text="L")) == (404, "workflow.inactive")
            await answered(site, "POST", "/workflows/order/activate")
            assert await visit.say("L") == ["Ann L"]
            model.begun.clear()
            model.go_on.clear()
