"""The conversation as it happens, over SSE: see `session_stream`.

A stream resumes after `Last-Event-ID`. Streams are counted and bounded.

Not by sse-starlette, whose framing and pings would save some forty lines: it replaces uvicorn's exit handler when it is
imported, polls for the end of the server twice a second, writes every event into the debug log, and takes three times
the CPU time of an event (67 to 22 microseconds here) and three times the memory of a stream (31 to 11 kB).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import orjson
from starlette.types import Receive, Scope, Send

from botflow.web.asgi import header
from botflow.web.auth.callers import Visitor, required
from botflow.web.chat.history import Cursor, Query
from botflow.web.chat.session_stream import Stream
from botflow.web.context import desk_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use

T = TypeVar("T")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]


class Events:
    """GET /chat/{workflow}/events. `?ticket=` takes the place of the Authorization header: EventSource has none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        slug = scope["path_params"]["workflow"]
        query = Query.of(scope)
        caller = await desk.stream_caller(scope, slug, query.ticket)
        last = header(scope, b"last-event-id")
        cursor = Cursor.parse(last) if last else query.after
        address = None
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        stored = await desk.session_of(caller, query.external_id, slug)
        if scope["method"] == "HEAD":  # its stream would never end
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": b""})
            return
        with desk.streams.place(stored.id, address), desk.news.watch(stored.id):
            links = desk.links.of(stored.id, scope)
            wire = EventStream(send)
            stream = Stream(desk, links, cursor, wire, desk.admission_of(scope, required(caller, slug), slug))
            await wire.begin()
            if await _first_of(stream.run(), disconnected(receive), desk.streams.closed()) != "stuck":
                await wire.end()


class EventStream:
    """Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

    needs_beats = True

    def __init__(self, send: Send) -> None:
        self._send = send

    async def begin(self) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write(b"retry: 1000\n\n")

    async def event(self, name: str, shown: Mapping[str, Any], cursor: str) -> None:
        place = f"id: {cursor}\n" if cursor else ""
        await self._write(f"{place}event: {name}\ndata: ".encode() + orjson.dumps(shown) + b"\n\n")

    async def beat(self) -> None:
        await self._write(b":\n\n")

    async def end(self) -> None:
        """Complete the response."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _first_of(*waits: Coroutine[Any, Any, T]) -> T | None:
    """Run until the first one returns; the others are cancelled, and an error is raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return next((result for result in [task.result() for task in done] if result is not None), None)


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
