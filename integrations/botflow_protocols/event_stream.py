"""Server-sent events of one turn. A client that goes away or does not read ends its stream, and never its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
import structlog
from starlette.types import Receive, Send

from botflow.errors import ProviderError, RejectedInbound
from botflow.log_facts import log_facts
from botflow.runtime.process.failure_facts import log_failure
from botflow.web.asgi import Disconnected
from botflow.web.chat.events import HEADERS, disconnected
from botflow.web.chat.session_stream import READ_WITHIN_S
from botflow.web.context import Desk

T = TypeVar("T")
COMMENT = b":\n\n"  # keeps proxies from closing a connection that is quiet
RUNNING = RejectedInbound(
    "the answer takes longer than this request may wait; its turn goes on",
    code="turn.running",
    hint="send the same request again: the same message is the same turn, and its answer comes",
    status=504,
)
MISTAKE = RejectedInbound("the server made a mistake; it has been logged", code="server.error", status=500)
WriteError = Callable[[RejectedInbound], bytes]


def event(body: Any) -> bytes:
    """Return an event without a name."""
    return b"data: " + orjson.dumps(body) + b"\n\n"


async def send_events(
    desk: Desk,
    receive: Receive,
    send: Send,
    events: AsyncGenerator[bytes],
    *,
    error: WriteError,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> None:
    """Send `events` to their end; `error` writes that the server stops meanwhile, in the form of the protocol.

    What the first step of `events` raises is raised: then the response has not begun.
    """
    async with aclosing(events):
        first = await anext(events)
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *headers]})
        try:
            await until_gone(desk, receive, _write(send, first, events))
        except RejectedInbound as stopping:
            await _write_bytes(send, error(stopping))
        except TimeoutError:
            return  # it does not read
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def until_gone(desk: Desk, receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns. Disconnected when the client goes away before, and RUNNING when the server stops."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(disconnected(receive))
    closed = asyncio.ensure_future(desk.streams.closed())
    tasks: tuple[asyncio.Future[Any], ...] = (working, gone, closed)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        is_done, is_gone = working.done(), gone.done()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if is_done:
        return working.result()
    raise Disconnected if is_gone else RUNNING


async def _write(send: Send, first: bytes, events: AsyncGenerator[bytes]) -> None:
    await _write_bytes(send, first)
    async for piece in events:
        await _write_bytes(send, piece)


async def _write_bytes(send: Send, piece: bytes) -> None:
    async with asyncio.timeout(READ_WITHIN_S):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def failure_of(failure: Exception) -> RejectedInbound:
    """Return what a client is told of a failure in the middle of a stream; the rest goes to the log."""
    log = structlog.get_logger("botflow.web")
    if isinstance(failure, RejectedInbound):
        return failure
    if isinstance(failure, ProviderError):
        log_failure(log, "stream_interrupted", failure)
        return RUNNING
    log.error("stream_failed", id=str(log_facts().get("request") or ""), exc_info=failure)
    return MISTAKE
