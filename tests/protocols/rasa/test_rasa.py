"""Rasa's REST and Socket.IO channels over the same conversations as the chat's own routes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from botflow_protocols.rasa import polling

from botflow.web.chat.streams import MOST_STREAMS_PER_ADDRESS
from tests.protocols.node_process import node
from tests.protocols.rasa import CLIENT
from tests.protocols.websocket.sockets import refusal_of
from tests.web.chat.test_revoked_tokens import revoke
from tests.web.site import API_KEY, ORDER, TALK, HeldModel, Site, Visit, open_site, texts

SPOKEN = "chat: {protocols: [rasa]}\n"
SILENT = ORDER.replace("id: order", "id: silent")
FLOWS = (ORDER + SPOKEN, TALK + SPOKEN, SILENT)
BY_KEY = {"authorization": f"Bearer {API_KEY}"}
WEBHOOK = "/chat/order/rasa/webhooks/rest/webhook"
PATH = "/chat/order/rasa/socket.io/"


async def post(site: Site, headers: dict[str, str], message: object, **more: Any) -> httpx2.Response:
    return await site.client.post(WEBHOOK, json={"sender": "ann", "message": message, **more}, headers=headers)


async def test_a_conversation_by_rest_is_the_same_as_by_the_chats_own_routes(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visitor, other = await site.visit(), await site.visit()
        once = {"metadata": {"messageId": "m"}}
        asked = (await post(site, visitor.headers, "Ann", **once)).json()
        again = (await post(site, visitor.headers, "Ann", **once)).json()
        ended = (await post(site, visitor.headers, asked[0]["buttons"][0]["payload"])).json()

        assert asked == again
        assert asked == [
            {
                "recipient_id": "ann",
                "text": (await other.say("Ann"))[0],
                "buttons": [
                    {"title": "Pizza", "payload": "@order/menu/pizza"},
                    {"title": "Salad", "payload": "@order/menu/salad"},
                ],
            }
        ]
        assert [each["text"] for each in ended] == await other.say("pizza")


async def test_a_sender_is_believed_from_a_server_only(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        await post(site, BY_KEY, "hello")
        mine = await site.client.get("/chat/order/messages?externalId=ann", headers=BY_KEY)
        stranger = await post(site, {}, "Bob")
        await post(site, visitor.headers, "Eve")
        afterwards = await site.client.get("/chat/order/messages?externalId=ann", headers=BY_KEY)

        assert (stranger.status_code, stranger.json()["code"]) == (401, "token.missing")
        assert len(mine.json()["messages"]) == 2
        assert afterwards.json() == mine.json()
        wrong = await post(site, BY_KEY, 7)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "message.invalid")
        silent = await site.client.post(WEBHOOK.replace("order", "silent"), json={"message": "a"}, headers=BY_KEY)
        assert (silent.status_code, silent.json()["code"]) == (404, "protocol.off")
        assert (await site.client.get("/chat/order/rasa/webhooks/rest/")).json() == {"status": "ok"}


@pytest.mark.parametrize("transport", ["default", "websocket"])
async def test_the_official_client_has_the_same_conversation(database_url: str, transport: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        other = await site.visit()
        async with node(CLIENT, site.url, PATH, transport) as client:
            connected = await client.until()
            client.tell(event="session_request", content={"session_id": "of my own"})
            token = (await client.until(event="session_confirm"))["content"]
            assert token != "of my own"
            client.tell(event="user_uttered", content={"message": "Ann", "session_id": token, "message_id": "m"})
            menu = await client.until("content", text="What would you like, Ann?")
            client.tell(drop=True)
            await client.until(**connected)
            client.tell(event="session_request", content={"session_id": token})
            assert (await client.until(event="session_confirm"))["content"] == token
            client.tell(event="user_uttered", content={"message": "Ann", "session_id": token, "message_id": "m"})
            await client.until("acknowledged", status="ok")
            client.tell(event="user_uttered", content={"message": menu["quick_replies"][0]["payload"]})
            await client.until("content", text="One pizza for Ann.")
            client.tell(event="user_uttered", content={})
            await client.until("content", code="message.invalid")
            visitor = Visit(site, "order", {"token": token})
            await revoke(visitor)
            client.tell(event="user_uttered", content={"message": "more"})
            await client.until(**connected)  # it was disconnected, and begins anew

        heard = [each["content"]["text"] for each in client.seen if each.get("event") == "bot_uttered"]
        assert heard == [*texts(other.opened), *await other.say("Ann"), *await other.say("pizza")]


async def test_two_tabs_of_one_session_hear_the_same(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        token = visitor.opened["token"]
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(node(CLIENT, site.url, PATH, "websocket")) for _ in range(2)]
            for tab in tabs:
                tab.tell(event="session_request", content={"session_id": token, "after": "1.0"})
                await tab.until("content", text="What's your name?")
            tabs[0].tell(event="user_uttered", content={"message": "Ann"})
            for tab in tabs:
                await tab.until("content", text="What would you like, Ann?")


async def test_polling_is_bounded_and_forgets_clients_that_are_silent(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{PATH}?EIO=4&transport=polling"
    async with open_site(sqlite_url, flows=FLOWS) as site:
        site.hold_the_minute()
        answers = [await site.client.get(url) for _ in range(MOST_STREAMS_PER_ADDRESS + 1)]
        assert answers[0].text.startswith("0{")
        assert '"upgrades":[]' in answers[0].text
        assert answers[-1].status_code == 429
    monkeypatch.setattr(polling, "SILENT_FOR_S", 0.2)
    async with open_site(sqlite_url, flows=FLOWS) as site:
        assert (await site.client.get(url)).status_code == 200
        async with asyncio.timeout(20):
            while site.desk.streams._open.total():  # noqa: ASYNC110 -- the end of a silent client makes no sound
                await asyncio.sleep(0.05)
        unknown = await site.client.get(f"{url}&sid=unknown")
        assert (unknown.status_code, unknown.json()["code"]) == (400, "session.unknown")
        assert await refusal_of(f"{site.url.replace('http', 'ws')}{PATH.replace('order', 'silent')}") == (
            404,
            "protocol.off",
        )


async def test_a_slow_turn_is_read_by_sending_the_same_message_again(sqlite_url: str) -> None:
    from botflow.runtime.process.timing import Timing

    model = HeldModel()
    async with open_site(sqlite_url, flows=FLOWS, model=model, timing=Timing(chat_reply_s=0.2)) as site:
        visitor = await site.visit("talk")
        url = WEBHOOK.replace("order", "talk")
        body = {"sender": "x", "message": "Hello", "metadata": {"messageId": "m"}}
        slow = await site.client.post(url, json=body, headers=visitor.headers)
        model.go_on.set()
        async with asyncio.timeout(20):
            while (again := await site.client.post(url, json=body, headers=visitor.headers)).status_code == 504:
                pass

        assert (slow.status_code, slow.json()["code"]) == (504, "turn.running")
        assert again.json() == [{"recipient_id": "x", "text": "Let me think about that."}]
        assert model.calls == 1
