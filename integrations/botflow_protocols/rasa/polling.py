"""Socket.IO by long polling, with which clients begin by default. A client belongs to the process that opened it:
several processes need a proxy that sends a client to the same one, or clients that begin with a WebSocket.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import NO_STORE, send_bytes
from botflow.web.chat.history import query_fields
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk, desk_of
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.rasa import RASA, packets
from botflow_protocols.rasa.client import RasaClient

TEXT = (b"content-type", b"text/plain; charset=UTF-8")
MOST_PACKETS = 64  # of one request
SILENT_FOR_S = packets.PING_EVERY_S + packets.PONG_WITHIN_S


class Polling:
    """GET opens a client, or waits for packets; POST brings some."""

    def __init__(self) -> None:
        self._clients: dict[str, _Polled] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        spoken_flow(desk, scope["path_params"]["workflow"], RASA)
        sid = query_fields(scope).get("sid", "")
        if not sid and scope["method"] == "GET":
            client = RasaClient(desk, scope)
            self._clients[client.sid] = _Polled(client, desk, self._clients)
            await _send(send, packets.opened(client.sid))
            return
        polled = self._clients.get(sid)
        if polled is None or polled.workflow != scope["path_params"]["workflow"]:
            raise RejectedInbound("this session is not known here", code="session.unknown", hint="connect again")
        polled.is_here()
        if scope["method"] == "POST":
            body = await read_body(scope, receive, packets.LARGEST)
            await polled.hear(body.decode("utf-8", "replace"))
            await _send(send, "ok")
        else:
            await _send(send, await polled.poll())


class _Polled:
    """One client, which ends when it has not asked for a while, or when the server stops."""

    def __init__(self, client: RasaClient, desk: Desk, clients: dict[str, _Polled]) -> None:
        self.workflow: str = client.workflow
        self._client = client
        self._clients = clients
        self._polling = asyncio.Lock()
        self._hearing = asyncio.Lock()
        self._seen = asyncio.Event()
        self._watching = asyncio.create_task(self._watch(desk), name="rasa polling")

    def is_here(self) -> None:
        self._seen.set()

    async def hear(self, body: str) -> None:
        """Take the packets of a request, in their order."""
        sent = body.split(packets.SEPARATOR)
        if len(sent) > MOST_PACKETS:
            raise RejectedInbound("too many packets at once", code="body.too_large", hint="send fewer", status=413)
        async with self._hearing:
            for packet in sent:
                await self._client.hear(packet)

    async def poll(self) -> str:
        """Return the packets that wait, or a ping; the end, once the client is closed."""
        if self._polling.locked():
            raise RejectedInbound("another request polls already", code="poll.busy", hint="wait for its answer")
        async with self._polling:
            waiting = await self._client.outbox.take()
        self.is_here()
        return packets.SEPARATOR.join(waiting or [packets.CLOSE])

    async def _watch(self, desk: Desk) -> None:
        """Close the client when it has been silent for too long, has left, or the server stops."""
        stopping = asyncio.ensure_future(desk.streams.closed())
        try:
            while not stopping.done() and not self._client.outbox.is_closed and await self._is_seen(stopping):
                self._seen.clear()
        finally:
            stopping.cancel()
            self._clients.pop(self._client.sid, None)
            await self._client.close()

    async def _is_seen(self, stopping: asyncio.Future[None]) -> bool:
        seen = asyncio.ensure_future(self._seen.wait())
        try:
            await asyncio.wait((seen, stopping), timeout=SILENT_FOR_S, return_when=asyncio.FIRST_COMPLETED)
            return seen.done()
        finally:
            seen.cancel()


async def _send(send: Send, text: str) -> None:
    await send_bytes(send, 200, text.encode(), TEXT, NO_STORE)
