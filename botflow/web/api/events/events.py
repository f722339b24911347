"""Lifecycle events over HTTP: a page of them, or with `Accept: text/event-stream` a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from typing import Annotated

import orjson
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from botflow.errors import RejectedInbound
from botflow.records.access import Scope
from botflow.service.cursors import LARGEST_PAGE, PAGE
from botflow.service.events.events import EventPage
from botflow.web.context import Desk, desk_of
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Query, QueryText

TAG = "Events"
STREAM = "text/event-stream"
LOOK_S = 1.0
HEARTBEAT_LOOKS = 15  # a comment after so many looks without an event keeps proxies from closing the connection
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventQuery(Query):
    """Which events: those after the event `after`, of `types` (with commas between them, `workflow.*` for a family)."""

    after: QueryText | None = None
    types: QueryText | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE


async def get_events(call: Call) -> EventPage | Response:
    """Read the events of your organization in their order, from the oldest that is kept or after `after`.

    They are kept for a week, and recorded from the first call on. `next` is the `after` of the next call, also when
    there are no more events yet. With `Accept: text/event-stream` it is a stream that goes on after `Last-Event-ID`.
    """
    query: EventQuery = call.query
    types = tuple(query.types.split(",")) if query.types else ()
    is_stream = STREAM in call.request.headers.get("accept", "")
    after = (call.request.headers.get("last-event-id") if is_stream else None) or query.after
    page = await call.service.events.get_events(after=after, types=types, limit=query.limit)
    if not is_stream:
        return page
    desk, place = desk_of(call.request.scope), ExitStack()
    place.enter_context(desk.streams.place(-call.service.caller.organization, None))  # sessions have numbers above 0
    return StreamingResponse(_stream(call, desk, page, types, place), media_type=STREAM, headers=HEADERS)


async def _stream(
    call: Call, desk: Desk, page: EventPage, types: tuple[str, ...], place: ExitStack
) -> AsyncIterator[bytes]:
    """Write the page, and what comes after it, until the client leaves, its key is revoked or the server stops."""
    closed = asyncio.ensure_future(desk.streams.closed())
    try:
        yield b"retry: 1000\n\n"
        quiet = 0
        while not closed.done():
            for event in page.items:
                shown = orjson.dumps(event.model_dump(mode="json"))
                yield f"id: {event.id}\nevent: {event.type}\ndata: ".encode() + shown + b"\n\n"
            quiet = 0 if page.items else quiet + 1
            if quiet >= HEARTBEAT_LOOKS:
                quiet = 0
                yield b":\n\n"
            if len(page.items) < LARGEST_PAGE:
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(closed), LOOK_S)
            if not await _may_read(call, desk):
                return
            page = await call.service.events.get_events(after=page.next, types=types, limit=LARGEST_PAGE)
    finally:
        closed.cancel()
        place.close()


async def _may_read(call: Call, desk: Desk) -> bool:
    """Say whether the caller may still do this: a stream can outlive its key, its token or its person's sign-in."""
    try:
        principal = await desk.gate.principal(call.request.scope, Scope.EVENTS_READ)
    except RejectedInbound:
        return False
    return principal.organization == call.service.caller.organization


OPERATIONS = (
    Operation(
        method="GET",
        path="/events",
        handler=get_events,
        scope=Scope.EVENTS_READ,
        tag=TAG,
        query=EventQuery,
        answer=EventPage,
    ),
)
