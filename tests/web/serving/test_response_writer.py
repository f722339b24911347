"""What a connection writes for one response, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from botflow.web.serving.server import server_config

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
BODY = {"type": "http.response.body", "body": b"ok"}


class Wire(asyncio.Transport):
    """A transport that keeps each write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_closed, "uvloop raises here"
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Exchange:
    """A connection to `app`, without a network."""

    def __init__(self, app: ASGIApp) -> None:
        config = server_config(app, lifespan="off")
        config.load()
        make: Any = config.http_protocol_class
        self._protocol = make(config=config, server_state=ServerState(), app_state={})
        self.wire = Wire()
        self._protocol.connection_made(self.wire)

    async def send(self, request: bytes) -> None:
        """Send a request, and let the application work on it."""
        self._protocol.data_received(request)
        for _ in range(5):
            await asyncio.sleep(0)

    def leave(self) -> None:
        self.wire.close()
        self._protocol.connection_lost(None)


def answering(work: Callable[[Receive, Send], Awaitable[None]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await work(receive, send)

    return app


async def whole(receive: Receive, send: Send) -> None:
    await receive()
    await send(HEAD)
    await send(BODY)


async def test_head_and_body_leave_in_one_piece() -> None:
    exchange = Exchange(answering(whole))

    await exchange.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    await exchange.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")

    first, second = exchange.wire.written
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\nok")
    assert second.endswith(b"\r\n\r\nok")


async def test_later_pieces_of_a_body_leave_at_once() -> None:
    async def stream(receive: Receive, send: Send) -> None:
        await send({**HEAD, "headers": []})
        for piece in (b"a", b"b"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await receive()

    exchange = Exchange(answering(stream))
    await exchange.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")

    assert [piece.rpartition(b"\r\n\r\n")[2] for piece in exchange.wire.written] == [b"1\r\na\r\n", b"1\r\nb\r\n"]


@pytest.mark.parametrize("ending", [b"", b"connection: close\r\n"])
async def test_a_head_without_a_body_is_sent_at_the_end(ending: bytes) -> None:
    exchange = Exchange(answering(whole))

    await exchange.send(b"HEAD / HTTP/1.1\r\nhost: a\r\n" + ending + b"\r\n")

    [head] = exchange.wire.written
    assert head.startswith(b"HTTP/1.1 200")
    assert head.endswith(b"\r\n\r\n")


async def test_a_request_to_continue_is_answered_at_once() -> None:
    exchange = Exchange(answering(whole))
    await exchange.send(b"POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n")
    assert exchange.wire.written == [b"HTTP/1.1 100 Continue\r\n\r\n"]

    await exchange.send(b"x")

    assert len(exchange.wire.written) == 2
    assert exchange.wire.written[1].endswith(b"\r\n\r\nok")


async def test_a_response_that_breaks_after_its_head_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(receive: Receive, send: Send) -> None:
        await send(HEAD)
        raise RuntimeError

    exchange = Exchange(answering(broken))
    await exchange.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")

    assert exchange.wire.is_closed
    assert [piece[:12] for piece in exchange.wire.written] == [b"HTTP/1.1 200"]


async def test_nothing_is_written_to_a_client_that_has_left_after_the_head(caplog: pytest.LogCaptureFixture) -> None:
    async def late(receive: Receive, send: Send) -> None:
        await send(HEAD)
        await receive()
        await receive()  # the client has left
        await send(BODY)
        raise RuntimeError

    exchange = Exchange(answering(late))
    await exchange.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    assert len(exchange.wire.written) == 1
    exchange.leave()
    await asyncio.sleep(0.01)

    assert len(exchange.wire.written) == 1


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_a_head_whose_body_comes_later_does_not_wait_for_it(method: bytes) -> None:
    """An answer to HEAD has no body; that of a stream may come in an hour."""
    go_on = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(HEAD)
        await go_on.wait()
        await send(BODY)

    exchange = Exchange(app)
    await exchange.send(method + b" / HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.sleep(0.05)
    assert [written[:15] for written in exchange.wire.written] == [b"HTTP/1.1 200 OK"]
    go_on.set()
    await asyncio.sleep(0.05)
    assert exchange.wire.written[1:] == ([b"ok"] if method == b"GET" else [])
