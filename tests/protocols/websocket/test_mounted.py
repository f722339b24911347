"""A WebSocket of a botflow that is mounted in another application, behind a server that is not ours."""

from __future__ import annotations

import json
from pathlib import Path

from websockets.asyncio.client import connect

from tests.local_client import local_client
from tests.protocols.websocket.sockets import Client, refusal_of
from tests.web.embedding.mounted_bots import a_bot
from tests.web.embedding.parents import running, starlette
from tests.web.site import ORDER


async def test_a_socket_below_a_mount_talks_is_refused_and_resumes(tmp_path: Path, sqlite_url: str) -> None:
    flow = tmp_path / "order.yaml"
    flow.write_text(ORDER + "chat: {protocols: [websocket, direct-line]}\n")
    bot = a_bot(str(flow), sqlite_url)
    async with running(starlette(bot), ws="websockets-sansio") as url, local_client() as client:
        opened = (await client.post(f"{url}/bot/chat/order/sessions")).json()
        headers = {"authorization": f"Bearer {opened['token']}"}
        address = f"{url.replace('http', 'ws')}/bot/chat/order/ws"
        after = ""
        for text, answer in (("Ann", "What would you like, Ann?"), ("pizza", "One pizza for Ann.")):
            ticket = (await client.post(f"{url}/bot/chat/order/tickets", headers=headers)).json()["ticket"]
            async with connect(f"{address}?ticket={ticket}&after={after}", proxy=None) as connection:
                socket = Client(connection)
                await socket.send(messageId=text, text=text)
                after = (await socket.until("message", answer))[-1]["id"]
        assert await refusal_of(address) == (401, "token.missing")
        assert await refusal_of(f"{url.replace('http', 'ws')}/bot/chat/order/nothing") == (403, "")
        line = f"{url}/bot/chat/order/directline/v3/directline"
        started = (await client.post(f"{line}/conversations", headers=headers)).json()
        path = started["streamUrl"].partition("/chat/")[2]
        async with connect(f"{url.replace('http', 'ws')}/bot/chat/{path}", proxy=None) as stream:
            page = json.loads(await stream.recv())
        assert page["activities"][-1]["type"] == "endOfConversation"
