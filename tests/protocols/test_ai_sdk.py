"""The UI message stream, as the Chat of @ai-sdk/react reads it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.protocols.flows import MOMENT, SHOP
from tests.protocols.node_client import run
from tests.protocols.open_streams import open_streams
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site

FLOWS = (SHOP, MOMENT)


async def chat(visit: Visit, *steps: Any, **more: Any) -> Any:
    """Return what a Chat shows after these steps."""
    url = f"{visit.site.url}/chat/{visit.workflow}/ai-sdk"
    return await run("ai_sdk.mjs", {"url": url, "headers": visit.headers, "steps": steps, **more})


def parts(shown: Any) -> list[tuple[str, str, Any]]:
    """Return role, type and content of each part."""
    return [
        (message["role"], part["type"], part.get("text", part.get("data", part.get("url"))))
        for message in shown["messages"]
        for part in message["parts"]
    ]


async def heard(visit: Visit) -> list[str]:
    return [entry["text"] for entry in (await visit.history())["messages"] if entry["direction"] == "in"]


async def test_a_visitors_conversation_by_use_chat(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visit = await site.visit()
        shown = await chat(visit, {"say": "Anna"}, {"regenerate": True}, {"say": "salad"})

        assert shown["errors"] == []
        menu = parts(shown)[2][2]
        assert [reply["title"] for reply in menu["replies"]] == ["Pizza", "Salad"]
        assert parts(shown) == [
            ("user", "text", "Anna"),
            ("assistant", "text", "What would you like, Anna?"),
            ("assistant", "data-quick-replies", menu),
            ("user", "text", "salad"),
            ("assistant", "text", "One salad for Anna."),
        ]
        assert shown["messages"][-1]["metadata"] == {"status": "completed"}
        assert await heard(visit) == ["Anna", "salad"]

        loaded = (await site.client.get("/chat/order/ai-sdk", headers=visit.headers)).json()["messages"]
        history = [part for part in parts({"messages": loaded}) if part[1] == "text"]
        assert [text for _, _, text in history] == [
            *("Welcome to Luigi's!", "What's your name?", "Anna", "What would you like, Anna?"),
            *("salad", "One salad for Anna."),
        ]


async def test_a_pressed_button_a_repeat_and_an_edit(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visit = await site.visit()
        shown = await chat(visit, {"say": "Anna", "id": "m1"}, messages=[])
        menu = parts(shown)[2][2]
        again = await chat(visit, {"say": "Anna", "id": "m1"})
        assert parts(again) == parts(shown)
        assert again["messages"][1]["id"] == shown["messages"][1]["id"]
        assert await heard(visit) == ["Anna"]

        press = {"type": "data-quick-reply", "data": {"payload": menu["replies"][0]["payload"], **question(menu)}}
        pressed = await chat(visit, {"say": "", "parts": [{"type": "text", "text": "Pizza"}, press]})
        assert parts(pressed)[-1] == ("assistant", "text", "One pizza for Anna.")

        edited = await chat(visit, {"say": "Beate", "id": "m1"})
        assert edited["errors"] == []
        assert await heard(visit) == ["Anna", "Pizza", "Beate"]


def question(menu: Any) -> dict[str, str]:
    return {"question": menu["question"]} if "question" in menu else {}


async def test_an_answer_goes_on_while_its_client_is_away_and_is_resumed(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site:
        visit = await site.visit("moment")
        stopped = await chat(visit, {"say": "hello", "id": "m1", "stopAfter": "think"})
        assert parts(stopped)[1:] == [
            ("assistant", "text", "One moment, please."),
            ("assistant", "text", "Let me think "),
        ]

        await open_streams(site, 0)
        resuming = asyncio.create_task(chat(visit, {"resume": True}, messages=stopped["messages"][:1]))
        await open_streams(site, 1)
        model.go_on.set()
        resumed = await resuming
        assert parts(resumed)[1:] == [
            ("assistant", "text", "One moment, please."),
            ("assistant", "text", "Let me think about that."),
        ]
        nothing = await chat(visit, {"resume": True}, messages=stopped["messages"][:1])
        assert parts(nothing) == [("user", "text", "hello")]
        assert model.calls == 1


async def test_what_is_refused(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visit = await site.visit()
        stranger = await run(
            "ai_sdk.mjs", {"url": f"{site.url}/chat/order/ai-sdk", "headers": {}, "steps": [{"say": "hi"}]}
        )
        assert "token.missing" in stranger["errors"][0]
        picture = {"type": "file", "mediaType": "image/png", "url": "https://example.com/cat.png"}
        refused = await chat(visit, {"say": "", "parts": [picture]})
        assert "media.url" in refused["errors"][0]
        nothing = await site.client.post(
            "/chat/order/ai-sdk",
            headers=by_key("nobody"),
            json={"id": "c", "messages": [], "trigger": "submit-message"},
        )
        assert (nothing.status_code, nothing.json()["code"]) == (422, "body.wrong_type")
        unnamed = await site.client.post("/chat/order/ai-sdk", headers={"authorization": f"Bearer {API_KEY}"}, json={})
        assert (unnamed.status_code, unnamed.json()["code"]) == (422, "external_id.missing")


def by_key(person: str) -> dict[str, str]:
    return {"authorization": f"Bearer {API_KEY}", "botflow-external-id": person}


async def test_a_server_speaks_for_a_person(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        shown = await talk_by_key(site, "anna")
        assert parts(shown) == [("user", "text", "hi"), ("assistant", "text", "What's your name?")]


async def talk_by_key(site: Site, person: str) -> Any:
    given = {"url": f"{site.url}/chat/order/ai-sdk", "headers": by_key(person), "steps": [{"say": "hi"}]}
    return await run("ai_sdk.mjs", given)
