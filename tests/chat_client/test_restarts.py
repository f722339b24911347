"""A server that stops and starts again below a conversation: the visitor sees that nothing was lost."""

from __future__ import annotations

import asyncio

import pytest

from tests.chat_client.talks import ECHO, run_script
from tests.chat_client.wire import WELL, Fault, Request, Wire
from tests.ports import free_port
from tests.web.site import open_site

MESSAGES = 12


@pytest.mark.xdist_group("chat_client")
async def test_a_conversation_goes_on_after_restarts(sqlite_url: str) -> None:
    under_way, cut_off = asyncio.Event(), asyncio.Event()

    def decide(request: Request) -> Fault:
        if request.number > 4:
            under_way.set()
        if wire.to == nobody:
            cut_off.set()
        return WELL

    nobody = f"http://127.0.0.1:{free_port()}"
    wire = Wire("", decide=decide)
    async with wire.listening() as url:
        async with open_site(sqlite_url, flows=[ECHO]) as site:
            wire.to = site.url
            talking = asyncio.create_task(run_script("scenarios.mjs", "restarted", url, MESSAGES))
            await under_way.wait()
        wire.to = nobody
        await cut_off.wait()
        async with open_site(sqlite_url, flows=[ECHO]) as site:
            wire.to = site.url
            told = await talking
            token = next(request.token for request in wire.told if request.token)
            page = await site.client.get("/chat/echo/messages", headers={"authorization": f"Bearer {token}"})

    texts = [f"m{number}" for number in range(MESSAGES)]
    assert [entry["text"] for entry in page.json()["messages"] if entry["direction"] == "in"] == texts
    assert told == {
        "said": [f"{verb} {text}" for text in texts for verb in ("heard", "noted")],
        "isBack": True,
        "lost": 0,
    }
