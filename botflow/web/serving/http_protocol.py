"""One HTTP connection, bounded: uvicorn's protocol has no bound of a head, nor of the time for a head or a body.

A client gets 431 for a head that is too large, and 408 for a head or a body that is not complete in time; then the
connection is closed. Nothing of a request is held longer than that, whatever it does or does not send. A request that
arrives in one piece sets no timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from botflow.web.problem import Problem
from botflow.web.requests.request_bodies import BODY_WITHIN_S, LEAST_RATE
from botflow.web.serving.connections import Connections
from botflow.web.serving.response_writer import ResponseWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpBounds:
    """The limits of one connection. Sizes in bytes, times in seconds."""

    largest_head: int = 32 * 1024
    most_header_lines: int = 100
    most_pipelined: int = 8  # requests that wait for the response to an earlier one
    head_within_s: float = 10.0
    body_within_s: float = BODY_WITHIN_S
    # A body that takes longer is a file: it must keep coming at this rate, in bytes per second.
    body_least_rate: int = LEAST_RATE
    # Between requests. Longer than proxies and clients keep an idle connection (60 s): if this side closed first, a
    # message that is sent on the connection at that moment would be lost with it.
    idle_s: int = 75
    read_within_s: float = 60.0  # a client that reads nothing of its response for so long is dropped


class _Reading(Enum):
    """What the client's next byte belongs to."""

    NOTHING = auto()  # no request is incomplete
    HEAD = auto()
    BODY = auto()


_NOTHING, _HEAD, _BODY = _Reading  # looked up at each header


class BoundedHttp(HttpToolsProtocol):
    """Serves one connection. `connections` counts it, with those of the same address; `refused` counts refusals."""

    def __init__(
        self, *, connections: Connections, bounds: HttpBounds, refused: Callable[[str], None], **uvicorns: Any
    ) -> None:
        super().__init__(**uvicorns)
        self._tell_refused = refused
        self._counts = connections
        self._bounds = bounds
        self._reading = _NOTHING
        self._steps = 0  # heads, pieces of bodies and ends of messages that were read
        self._unread = 0  # bytes that came since the last such step: the parser keeps them, or skips them
        self._came = 0  # bytes that came since the first one of the head: it cannot be larger
        self._body_came = 0  # bytes of the body since its deadline was set
        self._deadline: asyncio.TimerHandle | None = None
        self._deadline_of: tuple[_Reading, Any] = (_NOTHING, None)
        self._write_check: asyncio.TimerHandle | None = None
        self._refusal: Problem | None = None
        self._peer: str | None = None  # of a connection that is counted
        self._running: RequestResponseCycle | None = None  # the request that the application works on, or the last one

    # -- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._responses = ResponseWriter(transport, self.loop)
        peer = self.client[0] if self.client else ""
        if (refusal := self._counts.enter(peer)) is not None:
            self._refuse(refusal)
            return
        self._peer = peer
        # uvicorn's timer for an idle connection, which the first byte ends.
        self.timeout_keep_alive_task = self.loop.call_later(self._bounds.head_within_s, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._peer is not None:
            self._counts.leave(self._peer)
            self._peer = None
        self._end_deadline()
        self._end_write_check()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        if self._running is not None and not self._running.response_complete:
            # uvicorn tells only the last request that arrived: one with others behind it would never learn that its
            # client has left. A stream would stay open, and uvloop raises when a lost connection is written to.
            self._running.disconnected = True
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        cycle.transport = cast(asyncio.Transport, self._responses)  # it writes and closes, nothing else
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        if self._reading is _NOTHING:
            self._reading = _HEAD
            self._came = 0
        self._came += len(data)
        steps = self._steps
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._become_websocket()
                return
            # otherwise the request is served as any other: this server speaks no other protocol
        except httptools.HttpParserError:
            self._refuse(self._refusal or MALFORMED)
            return
        self._unread = self._unread + len(data) if self._steps == steps else 0
        if self._unread > self._bounds.largest_head:
            self._refuse(_head_too_large(self._bounds))
        elif self._reading is not _NOTHING or self._deadline is not None:
            self._watch_deadline()

    # -- the parser's callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header line; those after a body (trailers) are dropped, they would count as the head's."""
        if self._reading is _HEAD:
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        bounds = self._bounds
        if len(self.headers) > bounds.most_header_lines or (
            self._came > bounds.largest_head and self._size_of_head() > bounds.largest_head
        ):
            self._refusal = _head_too_large(bounds)
        elif len(self.pipeline) >= bounds.most_pipelined:
            self._refusal = MALFORMED  # and closed without an answer: others are under way
        if self._refusal is not None:
            raise ValueError(self._refusal.code)  # ends the parser's work
        self._reading = _BODY
        self._steps += 1
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._steps += 1
        self._body_came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._reading = _NOTHING
        self._steps += 1
        super().on_message_complete()

    def on_message_begin(self) -> None:
        self._reading = _HEAD  # of a request in the same piece as the end of the last one
        super().on_message_begin()

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    # -- WebSockets

    def _should_upgrade(self) -> bool:
        """Say whether the request opens a WebSocket; not while an answer to an earlier one is under way."""
        return (
            super()._should_upgrade()
            and self.scope["method"] == "GET"
            and any(name == b"sec-websocket-key" for name, _ in self.headers)
            and not self._is_answering()
        )

    def _become_websocket(self) -> None:
        """Hand the connection, and its place among those that are counted, to a WebSocket."""
        self._end_deadline()
        self._end_write_check()
        self._peer = None
        self.handle_websocket_upgrade()

    # -- deadlines

    def _watch_deadline(self) -> None:
        """Give each head and each body the time of its own, from its first byte that leaves it incomplete."""
        if self._reading is _NOTHING:
            self._end_deadline()
            return
        of = (self._reading, self.cycle)  # the cycle of the last request whose head is complete
        if self._deadline is None or self._deadline_of != of:
            self._end_deadline()
            self._deadline_of = of
            self._set_deadline()

    def _set_deadline(self) -> None:
        bounds = self._bounds
        within_s = bounds.head_within_s if self._reading is _HEAD else bounds.body_within_s
        self._body_came = 0
        self._deadline = self.loop.call_later(within_s, self._on_deadline)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _on_deadline(self) -> None:
        """Refuse what is incomplete, unless the client waits for us: for an earlier response, or to be read."""
        if self.flow.read_paused or (self._is_answering() if self._reading is _HEAD else self._is_coming_well()):
            self._set_deadline()
        else:
            self._deadline = None
            self._refuse(_HEAD_TOO_SLOW if self._reading is _HEAD else _BODY_TOO_SLOW)

    def _is_coming_well(self) -> bool:
        """Say whether the body, which its route still reads, came fast enough since its deadline was set."""
        bounds = self._bounds
        return self._is_answering() and self._body_came >= bounds.body_within_s * bounds.body_least_rate

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # -- refusals

    def _refuse(self, problem: Problem) -> None:
        """Answer with `problem` if no other response is under way, and close the connection."""
        self._refusal = problem
        self._tell_refused(problem.code)
        self._end_deadline()
        if not self._is_answering() or (self._reading is _BODY and not self._has_begun_to_answer()):
            self.transport.write(problem_response(problem))
        if self._is_answering():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
        self._check_writing()

    def _has_begun_to_answer(self) -> bool:
        """Say whether a response, to this request or to one before it, is under way."""
        return self.cycle.response_started or bool(self.pipeline)

    # -- clients that do not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self._check_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_write_check()

    def on_response_complete(self) -> None:
        self._responses.end()
        super().on_response_complete()
        if self._deadline is not None and self._deadline_of[1] is self.cycle and self._reading is _HEAD:
            self._end_deadline()  # the next head had to wait for this response: its time begins now
            self._set_deadline()
        if self.transport.get_write_buffer_size():
            self._check_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._check_writing()

    def _check_writing(self) -> None:
        """Drop the connection unless the client reads what was written to it."""
        size = self.transport.get_write_buffer_size()
        if size and self._write_check is None:
            self._write_check = self.loop.call_later(self._bounds.read_within_s, self._drop_unless_read, size)

    def _drop_unless_read(self, size_before: int) -> None:
        self._write_check = None
        size = self.transport.get_write_buffer_size()
        if size and size >= size_before:
            self.transport.abort()
        else:
            self._check_writing()

    def _end_write_check(self) -> None:
        if self._write_check is not None:
            self._write_check.cancel()
            self._write_check = None


def problem_response(problem: Problem) -> bytes:
    """Return the whole response of a connection that is closed with it."""
    body = problem.body()
    headers = {
        "content-type": "application/problem+json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
        **problem.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[problem.status] + lines.encode("latin-1") + b"\r\n" + body


def _head_too_large(bounds: HttpBounds) -> Problem:
    return Problem(
        status=431,
        code="head.too_large",
        detail=f"the request's head is larger than {bounds.largest_head} bytes, or has more than"
        f" {bounds.most_header_lines} lines",
        hint="send fewer or shorter headers, and a shorter address",
    )


MALFORMED = Problem(status=400, code="http.malformed", detail="this is not an HTTP request that this server can read")
_HEAD_TOO_SLOW = Problem(
    status=408,
    code="head.too_slow",
    detail="the request's head did not come in time",
    hint="send the whole head at once",
)
_BODY_TOO_SLOW = Problem(
    status=408,
    code="body.too_slow",
    detail="the request's body did not come in time",
    hint="nothing was stored: send the same request again, the whole body at once",
)
