"""What a turn says before it asks a model is shown at once, before the model's words, and stays before them."""

from __future__ import annotations

import asyncio

from tests.web.chat.event_stream import listening
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
