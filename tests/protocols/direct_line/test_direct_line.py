"""Direct Line 3.0 over the same conversations as the chat's own routes."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.protocols.direct_line import CLIENT
from tests.protocols.node_process import node
from tests.protocols.websocket.sockets import refusal_of
from tests.web.chat.test_revoked_tokens import revoke
from tests.web.site import API_KEY, ORDER, PUBLIC_URL, TALK, HeldModel, Site, open_site, texts

SPOKEN = "chat: {protocols: [direct-line]}\n"
CARDS = """
botflow: 1
id: cards
name: Cards
variables:
  dishes: [{id: margherita, name: Margherita}, {id: funghi, name: Funghi}]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - id: hello
    type: chatbot
    actionType: say
    properties:
      text: Welcome!
      media: ["https://example.com/menu.pdf"]
      quickReplies: [{title: Our website, url: "https://example.com/"}]
    next: dish
  - id: dish
    type: chatbot
    actionType: cards
    properties:
      text: Which pizza would you like?
      variable: dish
      cardsFrom:
        list: "{{ dishes }}"
        id: "{{ item.id }}"
        title: "{{ item.name }}"
        text: "8 €"
        picture: "https://example.com/{{ item.id }}.png"
        buttons: [{id: order, label: Order}]
    on: {order: ordered}
  - {id: ordered, type: chatbot, actionType: say, properties: {text: "One {{ dish }}, coming."}}
"""
FLOWS = (ORDER + SPOKEN, TALK + SPOKEN, CARDS + SPOKEN)
BY_KEY = {"authorization": f"Bearer {API_KEY}"}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Line:
    """A Direct Line client without the official one's conveniences."""

    def __init__(self, site: Site, workflow: str, started: dict[str, Any]) -> None:
        self.site = site
        self.base = f"/chat/{workflow}/directline/v3/directline"
        self.id = started["conversationId"]
        self.headers = {"authorization": f"Bearer {started['token']}"}
        self.started = started

    async def post(self, text: str = "", **more: Any) -> httpx2.Response:
        activity = {"type": "message", "from": {"id": "dl_1"}, **({"text": text} if text else {}), **more}
        return await self.site.client.post(
            f"{self.base}/conversations/{self.id}/activities", json=activity, headers=self.headers
        )

    async def poll(self, watermark: str = "") -> dict[str, Any]:
        answer = await self.site.client.get(
            f"{self.base}/conversations/{self.id}/activities?watermark={watermark}", headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def start(site: Site, workflow: str = "order") -> Line:
    base = f"/chat/{workflow}/directline/v3/directline"
    made = await site.client.post(f"{base}/tokens/generate")
    assert made.status_code == 200, made.text
    token = {"authorization": f"Bearer {made.json()['token']}"}
    started = await site.client.post(f"{base}/conversations", json={"user": {"id": "dl_1"}}, headers=token)
    assert started.status_code == 201, started.text
    assert started.json()["conversationId"] == made.json()["conversationId"]
    return Line(site, workflow, started.json())


def said(activities: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in activities if each["type"] == "message"]


async def test_a_conversation_by_polling_is_the_same_as_by_the_chats_own_routes(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        line, other = await start(site), await site.visit()
        greeting = await line.poll()
        posted = await line.post("Ann", channelData={"clientActivityID": "c1"})
        again = await line.post("Ann", channelData={"clientActivityID": "c1"})
        asked = await line.poll(greeting["watermark"])
        await line.post("Pizza", value=asked["activities"][-1]["suggestedActions"]["actions"][0]["value"])
        ended = await line.poll(asked["watermark"])
        nothing = await line.poll(ended["watermark"])

        assert said(greeting["activities"]) == texts(other.opened)
        assert posted.json() == again.json() == {"id": "i2"}
        assert said(asked["activities"]) == ["Ann", *await other.say("Ann")]
        echo, menu = asked["activities"]
        assert (echo["id"], echo["from"]["role"], echo["channelData"]) == ("i2", "user", {"clientActivityID": "c1"})
        assert (menu["from"], menu["replyToId"]) == ({"id": "order", "name": "order", "role": "bot"}, "i2")
        assert menu["suggestedActions"]["actions"][0] == {
            "type": "messageBack",
            "title": "Pizza",
            "text": "Pizza",
            "displayText": "Pizza",
            "value": {"payload": "pizza", "question": "order/menu"},
        }
        assert said(ended["activities"]) == ["Pizza", *await other.say("pizza")]
        assert ended["activities"][-1]["type"] == "endOfConversation"
        assert nothing == {"activities": [], "watermark": ended["watermark"]}
        whole = await line.poll()
        assert said(whole["activities"]) == said([*greeting["activities"], *asked["activities"], *ended["activities"]])


async def test_what_is_said_while_an_answer_is_computed_hides_no_answer(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=FLOWS, model=model) as site:
        line = await start(site, "talk")
        await line.post("one")
        await line.post("two")
        both = await line.poll()
        model.go_on.set()
        async with asyncio.timeout(20):
            while len(said((later := await line.poll(both["watermark"]))["activities"])) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

        assert said(both["activities"]) == ["one", "two"]
        assert [each["replyToId"] for each in later["activities"] if each["type"] == "message"] == ["i2", "i3"]


async def test_pages_lose_and_repeat_nothing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from botflow_protocols.direct_line import reading

    monkeypatch.setattr(reading, "PAGE", 2)
    async with open_site(sqlite_url, flows=FLOWS) as site:
        line = await start(site)
        for text in ("Ann", "pizza", "Bob", "salad", "pizza"):
            await line.post(text)
        monkeypatch.setattr(reading, "PAGE", 100)
        whole = (await line.poll())["activities"]
        monkeypatch.setattr(reading, "PAGE", 2)
        pages, mark = [], ""
        for _ in range(30):
            page = await line.poll(mark)
            pages += page["activities"]
            mark = page["watermark"]

        messages = [each for each in whole if each["type"] == "message"]
        assert [each["id"] for each in pages if each["type"] == "message"] == [each["id"] for each in messages]


async def test_cards_become_a_carousel_and_files_go_both_ways(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        line = await start(site, "cards")
        form = {
            "activity": ("blob", json.dumps({"type": "message", "text": "look"}), "application/vnd.microsoft.activity")
        }
        sent = await site.client.post(
            f"{line.base}/conversations/{line.id}/upload?userId=x",
            files=[("activity", form["activity"]), ("file", ("a.png", b64decode(PNG), "image/png"))],
            headers=line.headers,
        )
        assert sent.status_code == 200, sent.text
        mine, hello, cards = (await line.poll())["activities"]

        assert (mine["text"], mine["attachments"][0]["name"]) == ("look", "a.png")
        picture = await site.client.get(mine["attachments"][0]["contentUrl"].replace(PUBLIC_URL, site.url))
        assert picture.content == b64decode(PNG)
        assert hello["attachments"][0]["contentUrl"] == "https://example.com/menu.pdf"
        assert hello["suggestedActions"]["actions"] == [
            {"type": "openUrl", "title": "Our website", "value": "https://example.com/"}
        ]
        assert (cards["attachmentLayout"], len(cards["attachments"])) == ("carousel", 2)
        first = cards["attachments"][0]
        assert first["contentType"] == "application/vnd.microsoft.card.hero"
        assert (first["content"]["title"], first["content"]["images"]) == (
            "Margherita",
            [{"url": "https://example.com/margherita.png"}],
        )
        await line.post("Choose", value=first["content"]["buttons"][0]["value"])
        assert said((await line.poll())["activities"])[-1] == "One margherita, coming."


async def test_only_its_own_person_reads_and_writes_a_conversation(sqlite_url: str) -> None:
    silent = ORDER.replace("id: order", "id: silent")
    async with open_site(sqlite_url, flows=(*FLOWS, silent)) as site:
        line, other = await start(site), await start(site)
        client, base = site.client, line.base
        mine = f"{base}/conversations/{line.id}"

        async def code(method: str, url: str, headers: dict[str, str], **more: Any) -> tuple[int, str]:
            answer = await client.request(method, url, headers=headers, **more)
            return answer.status_code, answer.json().get("code", "")

        assert await code("GET", f"{mine}/activities", other.headers) == (404, "conversation.unknown")
        assert await code("POST", f"{mine}/activities", other.headers, json={"type": "message"}) == (
            404,
            "conversation.unknown",
        )
        assert await code("GET", mine, other.headers) == (404, "conversation.unknown")
        assert await code("GET", f"{base}/conversations/%00/activities", other.headers) == (404, "conversation.unknown")
        assert await code("GET", f"{mine}/activities", {}) == (401, "token.missing")
        assert await code("POST", f"{base}/conversations", {}) == (401, "token.missing")
        assert await code("POST", f"{base}/tokens/refresh", {}) == (401, "token.missing")
        assert await code("GET", f"{mine}/activities?watermark=x", line.headers) == (400, "watermark.invalid")
        assert await code("POST", f"{mine}/activities", line.headers, json={"type": "message"}) == (422, "text.missing")
        assert (await code("POST", f"{mine}/activities", line.headers, json={"type": "event"}))[0] == 200
        assert await code("POST", "/chat/silent/directline/v3/directline/tokens/generate", {}) == (404, "protocol.off")
        by_key = await client.get(f"{mine}/activities", headers=BY_KEY)
        assert said(by_key.json()["activities"]) == ["Welcome to Luigi's!", "What's your name?"]
        refreshed = await client.post(f"{base}/tokens/refresh", headers=line.headers)
        assert refreshed.json()["token"] == line.started["token"]
        opened = await client.post(f"{base}/conversations", headers=BY_KEY)
        assert opened.json()["conversationId"] not in (line.id, other.id)


async def test_the_stream_sends_what_polling_shows_and_resumes(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        line = await start(site)

        def address(url: str) -> str:
            assert url.startswith("wss://bots.example.com/")
            return url.replace("wss://bots.example.com", site.url.replace("http", "ws"))

        seen: list[dict[str, Any]] = []
        async with connect(address(line.started["streamUrl"]), proxy=None) as socket, asyncio.timeout(20):
            await line.post("Ann")
            while len(said(seen)) < 4:
                await socket.send("")
                page = json.loads(await socket.recv())
                seen += page["activities"]
        assert said(seen) == said((await line.poll())["activities"])
        assert await refusal_of(address(line.started["streamUrl"])) == (401, "ticket.used")

        await line.post("pizza")
        again = await site.client.get(
            f"{line.base}/conversations/{line.id}?watermark={page['watermark']}", headers=line.headers
        )
        async with connect(address(again.json()["streamUrl"]), proxy=None) as socket, asyncio.timeout(20):
            rest: list[dict[str, Any]] = []
            while len(said(rest)) < 2:
                rest += json.loads(await socket.recv())["activities"]
            visitor = await site.visit()  # revokes by the API, which takes the external id
            from botflow_protocols.direct_line.members import person_of

            await revoke(visitor, person_of(line.id))
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.gather(*(socket.recv() for _ in range(1)))
        assert said(rest) == ["pizza", "One pizza for Ann."]
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "token.revoked")


@pytest.mark.parametrize("socket", [False, True])
async def test_the_official_client_has_the_same_conversation(sqlite_url: str, socket: bool) -> None:
    async with open_site(sqlite_url, flows=FLOWS, botflow_public_url=None) as site:
        visitor, other = await site.visit(), await site.visit()
        domain = f"{site.url}/chat/order/directline/v3/directline"
        async with node(CLIENT, domain, visitor.opened["token"], str(socket).lower()) as client:
            await client.until("activity", text="What's your name?")
            client.tell(say="Ann", again="same")
            menu = await client.until("activity", text="What would you like, Ann?")
            client.tell(say="Ann", again="same")
            await client.until(posted=menu["replyToId"])
            client.tell(press={"text": "Pizza", "value": menu["suggestedActions"]["actions"][0]["value"]})
            await client.until("activity", type="endOfConversation")
            await revoke(visitor)
            client.tell(say="more")
            await client.until(refused=401)

        heard = [each["activity"] for each in client.seen if each.get("activity", {}).get("type") == "message"]
        assert [each["text"] for each in heard] == [
            *texts(other.opened),
            "Ann",
            *await other.say("Ann"),
            "Pizza",
            *await other.say("pizza"),
        ]
