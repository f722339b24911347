"""What a turn says before it asks a model or an action is shown at once, before the answer, and stays before it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Browser

from botflow import Plugin, Properties, action
from tests.web.chat.event_stream import listening
from tests.web.chat.visitor import DESKTOP, arrive
from tests.web.site import HeldModel, open_site

MOMENT = """
id: moment
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: wait}
  - {id: wait, type: chatbot, actionType: say, properties: {text: "One moment, please."}, next: answer}
  - {id: answer, type: ai, actionType: reply, properties: {instructions: "Answer.", fallback: "I cannot say."}}
"""


async def test_what_is_said_before_a_model_is_asked_comes_before_its_words(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model, flows=(MOMENT,)) as site:
        visitor = await site.visit("moment")
        async with listening(visitor) as reader:
            posted = asyncio.create_task(visitor.post(text="hello"))
            await model.begun.wait()
            before = await reader.until("delta", "think")
            model.go_on.set()
            after = await reader.until("status", "completed")
            said = (await posted).json()["messages"]

    names = [event.name for event in before if event.name in ("preview", "delta")]
    assert names[0] == "preview"
    assert names.count("preview") == 1
    preview = next(event for event in before if event.name == "preview")
    assert preview.id == "", "a draft is no place to resume from"
    shown = [event for event in after if event.name == "message"]
    assert [event.body["text"] for event in shown] == ["One moment, please.", "Let me think about that."]
    assert {name: preview.body[name] for name in said[0]} == said[0]
    assert preview.body["turn"] == shown[0].body["turn"]
    assert [one["id"] for one in said] == [event.id for event in shown]


LOOK_UP = """
id: moment
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: wait}
  - {id: wait, type: chatbot, actionType: say, properties: {text: "One moment, please."}, next: look_up}
  - {id: look_up, type: shop, actionType: look_up, next: answer}
  - {id: answer, type: chatbot, actionType: say, properties: {text: "{{ $look_up.text }}"}}
"""
ANSWER = "Let me think about that."
# Writes down all bubbles after each change of the page.
WATCH = """() => {
  const root = document.querySelector("botflow-chat").shadowRoot;
  window.seen = [];
  new MutationObserver(() => window.seen.push([...root.querySelectorAll(".bubble")].map((one) => one.textContent)))
    .observe(root, {childList: true, subtree: true, characterData: true});
}"""


def slow_action(held: HeldModel) -> Plugin:
    """Return an action that answers like `held`, when a test lets it."""

    @action("shop.look_up")
    async def look_up(properties: Properties, variables: Mapping[str, Any]) -> dict[str, Any]:
        held.begun.set()
        await held.go_on.wait()
        return {"text": "".join(held.pieces)}

    return Plugin(name="shop", node_types=(look_up,))


async def test_what_is_said_before_a_slow_action_comes_before_its_result(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, plugins=(slow_action(model),), flows=(LOOK_UP,)) as site:
        visitor = await site.visit("moment")
        async with listening(visitor) as reader:
            posted = asyncio.create_task(visitor.post(text="hello"))
            await model.begun.wait()
            before = await reader.until("preview", "One moment")
            model.go_on.set()
            after = await reader.until("status", "completed")
            assert (await posted).status_code == 200

    assert [event.name for event in before if event.name in ("preview", "message")] == ["preview"]
    assert [event.body["text"] for event in after if event.name == "message"] == ["One moment, please.", ANSWER]
    assert [event.name for event in after].count("preview") == 0


@pytest.mark.parametrize("flow", [MOMENT, LOOK_UP], ids=["model", "action"])
async def test_the_page_shows_it_before_the_answer_and_never_takes_it_away(
    browser: Browser, sqlite_url: str, model: HeldModel, flow: str
) -> None:
    plugins = (slow_action(model),)
    async with (
        open_site(sqlite_url, dev=True, model=model, plugins=plugins, flows=(flow,)) as site,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = await arrive(context, site, "moment")
        await visitor.page.evaluate(WATCH)
        await visitor.types("hello")
        await visitor.sees("hello", "One moment, please.")  # the answer is not there: it waits for the next line
        model.go_on.set()
        await visitor.sees("hello", "One moment, please.", ANSWER)
        seen = await visitor.page.evaluate("window.seen")
        await visitor.page.reload()
        await visitor.sees("hello", "One moment, please.", ANSWER)
        assert visitor.complaints == []

    shown = [[line for line in ("hello", "One moment", ANSWER[:6]) for text in one if line in text] for one in seen]
    for bubbles in shown[shown.index(["hello", "One moment"]) :]:
        assert bubbles[:2] == ["hello", "One moment"]
        assert bubbles[2:] in ([], [ANSWER[:6]])
