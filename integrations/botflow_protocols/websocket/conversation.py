"""GET /chat/{workflow}/ws: a conversation over a WebSocket.

The server sends the events of /chat/{workflow}/events, each as one text frame: `{"event", "data"}`, with an `id` to
resume after. The client sends what it would post to /chat/{workflow}/messages, one message in a frame, each with a
`messageId`. For each it gets one more event: `receipt`, once the message is stored, or `refused` with the problem. The
answer comes as events, as to every other stream of the session.

Messages are received one after the other, in the order in which they were sent. A connection that breaks loses
nothing: the client sends again what has no receipt, under the same messageId, and resumes with `?after=<id>`.
"""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from botflow.records.access import Scope as Access
from botflow.web.auth.callers import Visitor, require_scope, required
from botflow.web.chat.history import Query
from botflow.web.chat.session_stream import Stream
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import desk_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use
from botflow_protocols.websocket import WEBSOCKET
from botflow_protocols.websocket.hearing import Hearing
from botflow_protocols.websocket.lifetime import live_until_one_ends
from botflow_protocols.websocket.wire import SocketWire


class OpenSocket:
    """Opens the WebSocket of a session, by a ticket, or by a session token or an API key in the header."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = spoken_flow(desk, scope["path_params"]["workflow"], WEBSOCKET)
        query = Query.of(scope)
        caller = required(await desk.stream_caller(scope, live.slug, query.ticket), live.slug)
        address = None
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        else:
            require_scope(caller.principal, Access.SESSIONS_WRITE)
        stored = await desk.session_of(caller, query.external_id, live.slug)
        with desk.streams.place(stored.id, address), desk.news.watch(stored.id):
            wire = SocketWire(send)
            await wire.accept()
            admission = desk.admission_of(scope, caller, live.slug)
            stream = Stream(desk, desk.links.of(stored.id, scope), query.after, wire, admission)
            hearing = Hearing(desk, scope, caller, query.external_id, wire)
            await live_until_one_ends(desk, wire, stream.run(), hearing.listen(receive), hearing.between_messages)
