"""One WebSocket, bounded: uvicorn's protocol bounds the size of a message, not what a client makes this side write or
keep.

A client that reads nothing of what was written to it is dropped; one that floods with pings, with pieces of a message,
or with messages that the application has not read yet is closed (1008). Messages are not compressed: a kilobyte that
unpacks to a megabyte would pass the bound of a frame. uvicorn's own lines of the log are left out: they hold the query,
and so a ticket.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from botflow.web.serving.connections import Connections
from botflow.web.serving.http_protocol import MALFORMED, problem_response

_SILENT = logging.Logger("botflow.websocket", logging.CRITICAL)  # of no tree: at debug it would log every frame
_POLICY_VIOLATION = 1008


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketBounds:
    """The limits of one WebSocket. Sizes in bytes, times in seconds."""

    largest_message: int = 64 * 1024
    most_pieces: int = 256  # of one message
    most_unread: int = 256  # messages that wait for the application
    most_pings: int = 60  # between two of ours
    fed_at_once: int = 4096  # a larger read holds many frames: what comes after a refused one is not looked at
    # Proxies cut connections that are silent for a minute; a client that does not answer is gone.
    ping_every_s: float = 25.0
    pong_within_s: float = 20.0
    read_within_s: float = 10.0


class BoundedSocket(WebSocketsSansIOProtocol):
    """Serves one WebSocket, which was an HTTP connection that `connections` has counted already."""

    def __init__(self, *, connections: Connections, bounds: SocketBounds, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self.logger = _SILENT
        self.conn.logger, self.conn.debug = _SILENT, False
        self._counts = connections
        self._bounds = bounds
        self._pings = 0
        self._write_check: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Whatever the system does not take at once counts as unread: also what a closed connection still has to write.
        self.transport.set_write_buffer_limits(high=0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._counts.leave(self.client[0] if self.client else "")
        self._end_write_check()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        step = self._bounds.fed_at_once
        for start in range(0, len(data), step):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + step])
        if not self.handshake_initiated and not self.transport.is_closing():
            # The head came whole, and the package refuses to read it: a line is too long, or there is a body.
            self.transport.write(problem_response(MALFORMED))
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent and self.handshake_complete and message["type"] != "websocket.http.response.body":
            raise ClientDisconnected  # closed here, for what its client did, which the application does not know yet
        await super().send(message)

    # -- what the client sends

    def handle_ping(self) -> None:
        self._pings += 1
        if self._pings > self._bounds.most_pings:
            self._fail("too many pings")
        else:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= self._bounds.most_pieces:
            self._fail("too many pieces of one message")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.queue.qsize() >= self._bounds.most_unread:
            self._fail("too many messages at once")
        else:
            super().send_receive_event_to_app()

    def send_keepalive_ping(self) -> None:
        self._pings = 0
        super().send_keepalive_ping()

    def _fail(self, reason: str) -> None:
        """Close the connection for what its client does; the application reads a disconnection."""
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(_POLICY_VIOLATION, reason)
        self.handle_parser_exception()

    # -- clients that do not read

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_check is None:
            self._check_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_write_check()

    def _check_writing(self) -> None:
        size = self.transport.get_write_buffer_size()
        self._write_check = self.loop.call_later(self._bounds.read_within_s, self._drop_unless_read, size)

    def _drop_unless_read(self, size_before: int) -> None:
        if self.transport.get_write_buffer_size() >= size_before:
            self._write_check = None
            self.transport.abort()
        else:
            self._check_writing()

    def _end_write_check(self) -> None:
        if self._write_check is not None:
            self._write_check.cancel()
            self._write_check = None
