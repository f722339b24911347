"""A client of /chat/{workflow}/ws, by the package websockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.web.site import ORDER, TALK, Site, Visit

SPOKEN = "chat: {protocols: [websocket]}\n"
FLOWS = (ORDER + SPOKEN, TALK + SPOKEN)
PATIENCE_S = 20


class Client:
    """One open socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return dict(json.loads(await self.connection.recv()))

    async def until(self, event: str, text: str = "") -> list[dict[str, Any]]:
        """Return the events up to the first one of this name that holds `text`."""
        seen = []
        while True:
            seen.append(await self.next())
            if seen[-1]["event"] == event and text in json.dumps(seen[-1], ensure_ascii=False):
                return seen

    async def answer(self, message_id: str) -> dict[str, Any]:
        """Return the receipt or the refusal of a message."""
        while True:
            event = await self.next()
            if event["event"] in ("receipt", "refused") and event["data"].get("messageId") == message_id:
                return event

    async def closed(self) -> tuple[int, str]:
        """Return the code and the reason with which the server closes, after whatever it still says."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        return self.connection.close_code or 0, self.connection.close_reason or ""


async def ticket_of(visitor: Visit) -> str:
    answer = await visitor.site.client.post(f"/chat/{visitor.workflow}/tickets", headers=visitor.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


@asynccontextmanager
async def opened(
    site: Site, workflow: str = "order", query: str = "", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    address = f"{site.url.replace('http', 'ws')}/chat/{workflow}/ws?{query}"
    async with connect(address, additional_headers=headers or {}, proxy=None) as connection:
        try:
            yield Client(connection)
        except BaseException:
            connection.transport.abort()  # a test that failed shakes no hands
            raise


async def refusal(
    site: Site, query: str = "", headers: Mapping[str, str] | None = None, workflow: str = "order"
) -> tuple[int, str]:
    """Return the status and the code with which a handshake is refused."""
    return await refusal_of(f"{site.url.replace('http', 'ws')}/chat/{workflow}/ws?{query}", headers)


async def refusal_of(address: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    try:
        async with connect(address, additional_headers=headers or {}, proxy=None):
            return 101, ""
    except InvalidStatus as failure:
        body = bytes(failure.response.body or b"")
        return failure.response.status_code, json.loads(body)["code"] if body else ""
