"""AG-UI, as the HttpAgent of @ag-ui/client speaks it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.protocols.flows import MOMENT, SHOP
from tests.protocols.node_client import run
from tests.web.site import API_KEY, HeldModel, Visit, open_site

FLOWS = (SHOP, MOMENT)


async def talk(visit: Visit, *steps: Any, **more: Any) -> Any:
    """Return what an agent has after these steps."""
    url = f"{visit.site.url}/chat/{visit.workflow}/ag-ui"
    return await run("ag_ui.mjs", {"url": url, "headers": visit.headers, "steps": steps, **more})


def texts(shown: Any) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in shown["messages"]]


async def heard(visit: Visit) -> list[str]:
    return [entry["text"] for entry in (await visit.history())["messages"] if entry["direction"] == "in"]


async def test_a_visitors_conversation_by_the_http_agent(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visit = await site.visit()
        shown = await talk(visit, {"say": "Anna", "id": "m1"}, {"say": "salad"})

        assert shown["errors"] == []
        assert texts(shown) == [
            ("user", "Anna"),
            ("assistant", "What would you like, Anna?"),
            ("user", "salad"),
            ("assistant", "One salad for Anna."),
        ]
        assert [event["name"] for event in shown["custom"]] == ["botflow.quickReplies"]
        assert [reply["title"] for reply in shown["custom"][0]["value"]["replies"]] == ["Pizza", "Salad"]
        assert shown["results"] == [{"status": "waiting"}, {"status": "completed"}]

        again = await talk(visit, {"say": "Anna", "id": "m1"})
        assert again["messages"] == shown["messages"][:2]
        assert await heard(visit) == ["Anna", "salad"]

        read = await talk(visit, {"read": True})
        assert read["results"] == [{"status": "completed"}]
        assert read["types"] == ["RUN_STARTED", "MESSAGES_SNAPSHOT", "RUN_FINISHED"]
        assert texts(read) == [("assistant", "Welcome to Luigi's!"), ("assistant", "What's your name?"), *texts(shown)]


async def test_an_answer_goes_on_while_its_client_is_away(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site:
        visit = await site.visit("moment")
        stopped = await talk(visit, {"say": "hello", "id": "m1", "stopAfter": "think"})
        assert texts(stopped)[1:] == [("assistant", "One moment, please."), ("assistant", "Let me think ")]

        reading = asyncio.create_task(talk(visit, {"read": True}, messages=stopped["messages"]))
        while not site.desk.streams._open:  # noqa: ASYNC110 -- another process opens it
            await asyncio.sleep(0.01)
        model.go_on.set()
        read = await reading
        assert read["errors"] == []
        assert texts(read) == [
            ("user", "hello"),
            ("assistant", "One moment, please."),
            ("assistant", "Let me think about that."),
        ]
        assert model.calls == 1


async def test_a_button_and_what_is_refused(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visit = await site.visit()
        menu = (await talk(visit, {"say": "Anna"}))["custom"][0]["value"]
        press = {
            "payload": menu["replies"][0]["payload"],
            **({"question": menu["question"]} if "question" in menu else {}),
        }
        pressed = await talk(visit, {"say": "that one", "forwardedProps": {"quickReply": press}})
        assert texts(pressed)[-1] == ("assistant", "One pizza for Anna.")

        url = {"type": "image", "source": {"type": "url", "value": "https://example.com/cat.png"}}
        refused = await talk(visit, {"content": [url]})
        assert "media.url" in refused["errors"][0]
        stranger = await run(
            "ag_ui.mjs", {"url": f"{site.url}/chat/order/ag-ui", "headers": {}, "steps": [{"say": "hi"}]}
        )
        assert "token.missing" in stranger["errors"][0]

        headers = {"authorization": f"Bearer {API_KEY}", "botflow-external-id": "anna"}
        server = {"url": f"{site.url}/chat/order/ag-ui", "headers": headers, "steps": [{"say": "hi"}]}
        assert texts(await run("ag_ui.mjs", server))[-1] == ("assistant", "What's your name?")
        for wrong in ({}, {"threadId": "t", "runId": "r"}, {"threadId": "t", "runId": "r" * 300, "messages": []}):
            answer = await site.client.post("/chat/order/ag-ui", headers=headers, json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (422, "body.wrong_type")
