"""Whole conversations over HTTP whose flow asks OpenAI: what is said, streamed, journalled, and said when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from botflow.storage.tables import answers
from tests.stand_ins.openai import OpenAIStandIn
from tests.web.site import Site, Visit, open_site

DESK = """
botflow: 1
id: desk
name: Desk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: route}
  - id: route
    type: ai
    actionType: route
    properties: {routes: [{handle: order, description: wants to eat}, {handle: chat, description: wants to talk}]}
    on: {order: read, chat: reply, fallback: lost, error: broken}
  - id: read
    type: ai
    actionType: extract
    properties: {fields: {dish: {}, qty: {type: integer}}}
    on: {done: confirm, missing: more, error: broken}
  - id: confirm
    type: chatbot
    actionType: ask
    properties: {text: "{{ qty }} {{ dish }}?", variable: ok}
    next: route
  - {id: more, type: chatbot, actionType: say, properties: {text: "How many {{ dish }}?"}}
  - id: reply
    type: ai
    actionType: reply
    properties: {instructions: "Talk.", fallback: "Call us."}
  - {id: lost, type: chatbot, actionType: say, properties: {text: "Pardon?"}}
  - {id: broken, type: chatbot, actionType: say, properties: {text: "A person will answer."}}
"""


@pytest.fixture
async def desk(database_url: str, openai: OpenAIStandIn) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(DESK,), environment=openai.environment) as site:
        yield site


async def journal(site: Site) -> list[dict[str, Any]]:
    rows = await site.runtime.database.engine.read(
        lambda connection: connection.execute(select(answers.c.ask, answers.c.value).order_by(answers.c.index)).all()
    )
    return [{"ask": ask, **value} for ask, value in rows]


async def test_a_message_is_routed_and_read_by_the_model_and_the_next_one_knows_what_was_said(
    desk: Site, openai: OpenAIStandIn
) -> None:
    visit: Visit = await desk.visit("desk")
    openai.say({"edge": "order"}, {"dish": "pizza", "qty": 2})
    assert await visit.say("two pizzas") == ["2 pizza?"]
    openai.say({"edge": "chat"}, "Glad to hear it!")
    assert await visit.say("yes, lovely") == ["Glad to hear it!"]
    told = openai.requests[-1][1]["messages"]
    assert [message["content"] for message in told] == ["Talk.", "two pizzas", "2 pizza?", "yes, lovely"]


async def test_every_call_is_journalled_with_what_it_cost(desk: Site, openai: OpenAIStandIn) -> None:
    openai.say({"edge": "chat"}, "Hello!")
    visit = await desk.visit("desk")
    await visit.say("hi")
    kept = await journal(desk)
    assert [entry["ask"]["ask"] for entry in kept] == ["model", "model"]
    assert [entry["value"] for entry in kept] == ["chat", "Hello!"]
    assert kept[1]["usage"]["costUsd"] > 0
    assert openai.calls == 2


async def test_a_model_that_says_something_else_or_nothing_leaves_as_the_flow_says(
    desk: Site, openai: OpenAIStandIn
) -> None:
    visit = await desk.visit("desk")
    openai.script("wrong")
    assert await visit.say("hm") == ["Pardon?"]
    openai.script("unauthorized")
    assert await visit.say("hm") == ["A person will answer."]
    openai.say({"edge": "chat"})
    openai.script(None, "unauthorized")
    assert await visit.say("hm") == ["Call us."]
