"""The life of a WebSocket: one task writes, one reads, until one of them or the server ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from botflow.web.chat.session_stream import Ended
from botflow.web.context import Desk
from botflow_protocols.websocket.wire import REFUSED, RESTARTS, TRY_LATER, SocketWire

Closing = tuple[int, str]  # the code and the reason of a close frame
_CLOSES: dict[Ended, Closing] = {
    "revoked": (REFUSED, "token.revoked"),
    "interrupted": (TRY_LATER, "service.unavailable"),
}


async def live_until_one_ends(
    desk: Desk,
    wire: SocketWire,
    write: Coroutine[Any, Any, Ended],
    listen: Coroutine[Any, Any, Closing | None],
    between_messages: asyncio.Lock,
) -> None:
    """Run both until one ends, and close the socket. What is being received then, while `between_messages` is held, is
    received to its end."""
    stopping = asyncio.ensure_future(desk.streams.closed())
    reading, writing = asyncio.ensure_future(listen), asyncio.ensure_future(write)
    tasks: tuple[asyncio.Future[Any], ...] = (stopping, reading, writing)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        async with between_messages:
            reading.cancel()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled():
            task.result()  # raises what it raised
    if (closing := _closing(stopping, reading, writing)) is not None:
        await wire.close(*closing)


def _closing(
    stopping: asyncio.Future[None], reading: asyncio.Future[Closing | None], writing: asyncio.Future[Ended]
) -> Closing | None:
    """Return how to close, None for a client that has left or does not read."""
    if not stopping.cancelled():
        return RESTARTS, "the server restarts"
    if not reading.cancelled():
        return reading.result()
    return None if writing.cancelled() else _CLOSES.get(writing.result())
