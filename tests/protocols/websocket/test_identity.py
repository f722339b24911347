"""Where only signed users may chat, every wire says so; and pages of other sites open no socket."""

from __future__ import annotations

import json

from websockets.asyncio.client import connect

from tests.protocols.websocket.sockets import Client, opened, refusal, ticket_of
from tests.web.chat.site_users import CLOSED, signed, trust
from tests.web.site import ORDER, open_site

PROTOCOLS = "protocols: [websocket, direct-line, rasa]"
FLOWS = (
    CLOSED.replace("chat: {", f"chat: {{{PROTOCOLS}, "),
    f'{ORDER}chat: {{{PROTOCOLS}, origins: ["https://shop.example"]}}\n',
)


async def test_only_a_signed_user_opens_a_stream_where_identity_is_required(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        await trust(site)
        ann = await signed(site, workflow="closed")
        async with opened(site, "closed", f"ticket={await ticket_of(ann)}") as socket:
            await socket.send(messageId="m", text="Ann")
            await socket.until("message", "What would you like, Ann?")
        lines = await site.client.post("/chat/closed/directline/v3/directline/tokens/generate")
        assert (lines.status_code, lines.json()["code"]) == (401, "identity.required")
        address = site.url.replace("http", "ws") + "/chat/closed/rasa/socket.io/?EIO=4&transport=websocket"
        async with connect(address, proxy=None) as rasa:
            await rasa.recv()
            await rasa.send("40")
            await rasa.send('42["session_request", {}]')
            await rasa.recv()
            refused = str(await rasa.recv())
            assert json.loads(refused[2:])[1]["code"] == "identity.required"
            await rasa.send(f'42["session_request", {{"session_id": "{ann.opened["token"]}"}}]')
            assert str(await rasa.recv()) == f'42["session_confirm","{ann.opened["token"]}"]'


async def test_a_page_of_another_site_opens_no_socket_and_sends_nothing(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        evil, shop = {"origin": "https://evil.example"}, {"origin": "https://shop.example"}
        assert await refusal(site, f"ticket={await ticket_of(visitor)}", evil) == (403, "origin.refused")
        async with opened(site, query=f"ticket={await ticket_of(visitor)}", headers=shop) as socket:
            assert isinstance(socket, Client)
            await socket.until("status")
        asked = {
            **shop,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,x-ms-bot-agent",
        }
        preflight = await site.client.options("/chat/order/directline/v3/directline/conversations", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
