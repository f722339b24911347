"""Socket.IO over a WebSocket, for clients that begin with one: `transports: ["websocket"]`."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from botflow.web.chat.session_stream import READ_WITHIN_S, Ended
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import desk_of
from botflow_protocols.rasa import RASA
from botflow_protocols.rasa.client import RasaClient
from botflow_protocols.rasa.packets import opened
from botflow_protocols.websocket.lifetime import Closing, live_until_one_ends
from botflow_protocols.websocket.wire import NOT_TEXT, SocketWire


class OpenSocketIo:
    """GET /chat/{workflow}/rasa/socket.io/ as a WebSocket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        spoken_flow(desk, scope["path_params"]["workflow"], RASA)
        client = RasaClient(desk, scope)
        try:
            wire = SocketWire(send)
            await wire.accept()
            await wire.text(opened(client.sid))
            between = asyncio.Lock()
            await live_until_one_ends(desk, wire, _write(client, wire), _listen(client, receive, between), between)
        finally:
            await client.close()


async def _write(client: RasaClient, wire: SocketWire) -> Ended:
    """Write what comes, until the client is closed."""
    while packets := await client.outbox.take():
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                for packet in packets:
                    await wire.text(packet)
        except TimeoutError:
            return "stuck"
    return "interrupted"


async def _listen(client: RasaClient, receive: Receive, between_messages: asyncio.Lock) -> Closing | None:
    while (message := await receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if text is None:
            return NOT_TEXT, "this server takes text packets"
        async with between_messages:
            await client.hear(text)
    return None
