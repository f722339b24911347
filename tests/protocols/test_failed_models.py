"""A model that fails in the middle of its answer: what was shown of it is replaced, as far as a protocol can say so."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from botflow.engine.asks import Answer, AskModel
from botflow.errors import ProviderError
from botflow.interfaces import OnDelta
from botflow.runtime.turns.signals import Delta, Hub
from tests.protocols.node_client import run
from tests.protocols.openai_client import FLOWS, client_of
from tests.web.site import HeldModel, open_site

STORED = ["One moment, please.", "I cannot say."]


class BrokenModel(HeldModel):
    """A model that says half of its answer, and breaks once all who listen have it."""

    hub: Hub

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        if on_delta is not None:
            with ExitStack() as listening:
                mine = [listening.enter_context(self.hub.listen(session)) for session in list(self.hub._listeners)]
                await on_delta("Let me think")
                for mailbox in mine:
                    while not isinstance(await mailbox.get(None), Delta):
                        pass
            every = [each for listeners in self.hub._listeners.values() for each in listeners]
            while any(each._drafts for each in every):  # noqa: ASYNC110 -- a reader makes no sound
                await asyncio.sleep(0.01)
        raise ProviderError("it broke", code="model.refused")


async def test_a_broken_draft_is_replaced_by_what_the_turn_said(sqlite_url: str) -> None:
    model = BrokenModel()
    async with open_site(sqlite_url, flows=FLOWS, model=model) as site, client_of(site) as client:
        model.hub = site.runtime.hub
        stream = await client.chat.completions.create(
            model="moment", messages=[{"role": "user", "content": "hello"}], user="anna", stream=True
        )
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        assert text == "One moment, please.\n\nLet me think\n\nI cannot say."

        events = [
            each async for each in await client.responses.create(model="moment", input="more", user="b", stream=True)
        ]
        completed = events[-1]
        assert completed.type == "response.completed"
        assert completed.response.output_text == "\n\n".join(STORED)

        visit = await site.visit("moment")
        given = {"headers": visit.headers, "steps": [{"say": "hello"}]}
        ui = await run("ai_sdk.mjs", {"url": f"{site.url}/chat/moment/ai-sdk", **given})
        shown = [(part["type"], part.get("text", part.get("data"))) for part in ui["messages"][1]["parts"]]
        assert shown == [
            ("text", "One moment, please."),
            ("text", "Let me think"),
            ("data-dropped", {"text": "Let me think"}),
            ("text", "I cannot say."),
        ]

        agent = await run("ag_ui.mjs", {"url": f"{site.url}/chat/moment/ag-ui", **given})
        assert agent["errors"] == []
        assert [message["content"] for message in agent["messages"]] == ["hello", *STORED]
