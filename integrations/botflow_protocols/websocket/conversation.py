"""GET /chat/{workflow}/ws: a conversation over a WebSocket.

The server sends the events of /chat/{workflow}/events, each as one text frame: `{"event", "data"}`, with an `id` to
resume after. The client sends what it would post to /chat/{workflow}/messages, one message in a frame, each with a
`messageId`. For each it gets one more event: `receipt`, once the message is stored, or `refused` with the problem. The
answer comes as events, as to every other stream of the session.

Messages are received one after the other, in the order in which they were sent. A connection that breaks loses
nothing: the client sends again what has no receipt, under the same messageId, and resumes with `?after=<id>`.
"""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.types import Receive, Scope, Send

from botflow.records.access import Scope as Access
from botflow.web.auth.callers import TrustedServer, Visitor, require_scope
from botflow.web.chat.history import Query
from botflow.web.chat.session_stream import Ended, Stream
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk, desk_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use
from botflow_protocols.websocket import WEBSOCKET
from botflow_protocols.websocket.hearing import Hearing
from botflow_protocols.websocket.wire import REFUSED, RESTARTS, TRY_LATER, SocketWire

_CLOSES: dict[Ended, tuple[int, str]] = {
    "revoked": (REFUSED, "token.revoked"),
    "interrupted": (TRY_LATER, "service.unavailable"),
}


class OpenSocket:
    """Opens the WebSocket of a session, by a ticket, or by a session token or an API key in the header."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = spoken_flow(desk, scope["path_params"]["workflow"], WEBSOCKET)
        query = Query.of(scope)
        caller = await desk.stream_caller(scope, live.slug, query.ticket)
        address = None
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        elif caller is not None:
            require_scope(caller.principal, Access.SESSIONS_WRITE)
        stored = await desk.session_of(caller, query.external_id, live.slug)
        with desk.streams.place(stored.id, address), desk.news.watch(stored.id):
            wire = SocketWire(send)
            await wire.accept()
            by_key = partial(desk.gate.is_caller, scope, live.slug) if isinstance(caller, TrustedServer) else None
            stream = Stream(desk, desk.links.of(stored.id, scope), query.after, wire, by_key=by_key)
            hearing = Hearing(desk, scope, caller, query.external_id, wire, by_key=by_key)
            await _converse(desk, stream, hearing, wire, receive)


async def _converse(desk: Desk, stream: Stream, hearing: Hearing, wire: SocketWire, receive: Receive) -> None:
    """Write and read until one side ends it. A message that is being received then is received to its end."""
    stopping = asyncio.ensure_future(desk.streams.closed())
    reading = asyncio.ensure_future(hearing.listen(receive))
    writing = asyncio.ensure_future(stream.run())
    tasks = (stopping, reading, writing)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        async with hearing.between_messages:
            reading.cancel()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled():
            task.result()
    if stopping.done() and not stopping.cancelled():
        await wire.close(RESTARTS, "the server restarts")
    elif not reading.cancelled():
        if (closing := reading.result()) is not None:
            await wire.close(*closing)
    elif stream.ended in _CLOSES:
        await wire.close(*_CLOSES[stream.ended])
