"""What this side writes to a WebSocket: events as text frames of JSON, and the reason of its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Message, Send

from botflow.web.asgi import Disconnected

# Codes of a close frame: https://www.iana.org/assignments/websocket/websocket.xhtml
NOT_TEXT = 1003
REFUSED = 1008
RESTARTS = 1012
TRY_LATER = 1013


class SocketWire:
    """Writes to one client; Disconnected once it has left."""

    needs_beats = False  # the server's pings show proxies that the connection is alive

    def __init__(self, send: Send) -> None:
        self._send = send

    async def accept(self) -> None:
        await self._write({"type": "websocket.accept", "subprotocol": None, "headers": []})

    async def event(self, name: str, shown: Mapping[str, Any], cursor: str = "") -> None:
        frame = {"event": name, "data": shown, **({"id": cursor} if cursor else {})}
        await self.text(orjson.dumps(frame).decode())

    async def text(self, text: str) -> None:
        """Write one text frame."""
        await self._write({"type": "websocket.send", "text": text})

    async def beat(self) -> None:
        """Nothing: see `needs_beats`."""

    async def close(self, code: int, reason: str) -> None:
        await self._write({"type": "websocket.close", "code": code, "reason": reason})

    async def _write(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError:  # what servers raise for a client that has left: ASGI, "Disconnected Client - send exception"
            raise Disconnected from None
