"""One connection at its bounds: sizes and numbers of what comes before a request is complete, and the time for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from botflow.web.serving.http_protocol import HttpBounds
from botflow.web.serving.server import WebServer, server_config

SHORT = HttpBounds(head_within_s=0.5, body_within_s=0.5, idle_s=1, read_within_s=1.0)
ROUGHLY_S = 8.0  # an unbounded connection would outlast it
LARGE = 20_000_000  # more than any socket's buffer


class Door:
    """A server of a small application, and raw connections to it."""

    def __init__(self, port: int, seen: list[dict[str, Any]]) -> None:
        self.port = port
        self.seen = seen

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def exchange(self, sent: bytes) -> bytes:
        """Send bytes, and return all that comes until the server closes the connection."""
        async with self.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
            writer.write(sent)
            return await read_all(reader)


async def read_all(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def problem(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    return int(head.split(b" ")[1]), orjson.loads(body)["code"]


@asynccontextmanager
async def open_door(bounds: HttpBounds = SHORT) -> AsyncIterator[Door]:
    seen: list[dict[str, Any]] = []

    async def echo(request: Request) -> Response:
        body = await request.body()
        seen.append({"path": request.url.path, "size": len(body), "headers": dict(request.headers)})
        return JSONResponse({"size": len(body)})

    async def slow(request: Request) -> Response:
        await asyncio.sleep(1.5)
        return await echo(request)

    async def large(request: Request) -> Response:
        return Response(b"x" * LARGE)

    app = Starlette(
        routes=[Route("/slow", slow), Route("/large", large), Route("/{path:path}", echo, methods=["GET", "POST"])]
    )
    started = asyncio.Event()
    server = WebServer(
        server_config(app, bounds=bounds, host="127.0.0.1", port=0, timeout_graceful_shutdown=1),
        lambda: None,
        started.set,
    )
    running = asyncio.create_task(server.serve())
    await started.wait()
    try:
        yield Door(server.servers[0].sockets[0].getsockname()[1], seen)
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened


ONE = b"GET /one HTTP/1.1\r\nhost: a\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 33_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 3_000_000,
        b"GET / HTTP/1.1\r\n" + b"a" * 3_000_000,
        b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /" + b"a" * 3_000_000,
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: a\r\n" * 100 + b"\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x:\r\n" * 200_000,
        b"\r\n" * 50_000,
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: " + b"a" * 3_000_000,
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0;" + b"a" * 3_000_000,
    ],
    ids=lambda head: f"{head[:60]!r}x{len(head)}",
)
async def test_a_head_without_measure_is_refused(door: Door, head: bytes) -> None:
    answer = await door.exchange(head)

    if answer:  # a client that still sends may lose the answer
        assert problem(answer) == (431, "head.too_large")
    assert not door.seen


async def test_a_refused_head_says_why(door: Door) -> None:
    answer = await door.exchange(b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: a\r\n" * 100 + b"\r\n")

    assert problem(answer) == (431, "head.too_large")


async def test_a_head_within_the_bounds_is_read(door: Door) -> None:
    answer = await door.exchange(
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 300000\r\n" + b"x: a\r\n" * 96 + b"y: " + b"b" * 30_000
        + b"\r\nconnection: close\r\n\r\n" + b"c" * 300_000
    )  # fmt: skip

    assert answer.endswith(b'{"size":300000}')


@pytest.mark.parametrize(
    ("begun", "code"),
    [
        (b"G", "head.too_slow"),
        (b"\r\n", "head.too_slow"),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", "head.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n", "body.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\na", "body.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe", "body.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx: ", "body.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n", "body.too_slow"),
    ],
)
async def test_what_stops_half_way_is_refused_in_time(door: Door, begun: bytes, code: str) -> None:
    answer = await door.exchange(begun)

    assert problem(answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")) == (408, code)
    assert not door.seen


@pytest.mark.parametrize(
    ("head", "piece", "code"),
    [
        (b"GET / HTTP/1.1\r\nhost: a\r\n", b"x: a\r\n", "head.too_slow"),
        (b"", b"\r\n", "head.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n", b"a", "body.too_slow"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n", "body.too_slow"),
    ],
)
async def test_a_byte_now_and_then_is_no_excuse(door: Door, head: bytes, piece: bytes, code: str) -> None:
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        writer.write(head)
        while not reader.at_eof() and (answer := await drip(reader, writer, piece)) == b"":
            pass
        answer += await read_all(reader)

    assert problem(answer) == (408, code)


async def test_a_large_body_has_the_time_that_it_needs_while_it_keeps_coming(door: Door) -> None:
    """At about twice the least rate, where a body that does not come may take half a second."""
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        writer.write(b"POST /file HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 65536\r\n\r\n")
        answer = b""
        for _ in range(32):
            answer += await drip(reader, writer, b"x" * 2048)
        answer += await read_all(reader)

    assert answer.endswith(b'{"size":65536}')


async def test_a_large_body_that_slows_down_is_refused(door: Door) -> None:
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        writer.write(b"POST /file HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n" + b"x" * 500_000)
        while not reader.at_eof() and (answer := await drip(reader, writer, b"x" * 100)) == b"":
            pass
        answer += await read_all(reader)

    assert problem(answer) == (408, "body.too_slow")


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes) -> bytes:
    writer.write(piece)
    try:
        async with asyncio.timeout(0.05):
            return await reader.read(1)
    except TimeoutError:
        return b""


async def test_connections_that_say_nothing_are_closed(door: Door) -> None:
    assert await door.exchange(b"") == b""


async def test_an_idle_connection_is_closed_after_its_response(door: Door) -> None:
    answer = await door.exchange(ONE)

    assert answer.endswith(b'{"size":0}')


async def test_a_body_that_stops_after_its_early_response_is_closed(door: Door) -> None:
    """A refusal can be sent before the body is there: the rest of the body has no more time than any other."""
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        writer.write(b"PUT /x HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")
        answer = b""
        with suppress(ConnectionError):
            while not reader.at_eof():
                answer += await drip(reader, writer, b"a")

    assert answer.startswith(b"HTTP/1.1 405")


async def test_requests_on_one_connection_are_answered_in_order(door: Door) -> None:
    answer = await door.exchange(b"POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc" + ONE * 5 + LAST)

    assert answer.count(b"HTTP/1.1 200") == 7
    assert [seen["path"] for seen in door.seen] == ["/a", *["/one"] * 5, "/last"]


async def test_a_pipeline_is_bounded(door: Door) -> None:
    await door.exchange(ONE * 5_000)

    assert len(door.seen) <= 10


async def test_the_next_request_may_wait_for_a_slow_response(door: Door) -> None:
    """The half of its head that came early does not end the response before it."""
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        writer.write(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n" + LAST[:20])
        assert b"200" in await reader.readline()
        writer.write(LAST[20:])
        assert (await read_all(reader)).count(b"HTTP/1.1 200") == 1

    assert [seen["path"] for seen in door.seen] == ["/slow", "/last"]


async def test_a_slow_response_keeps_its_connection(door: Door) -> None:
    answer = await door.exchange(b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")

    assert answer.endswith(b'{"size":0}')


async def test_trailers_are_no_headers(door: Door) -> None:
    await door.exchange(
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        b"1\r\na\r\n0\r\nx-forwarded-for: 203.0.113.5\r\n\r\n"
    )

    assert door.seen[0]["size"] == 1
    assert "x-forwarded-for" not in door.seen[0]["headers"]


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n"])
async def test_what_is_not_http_gets_a_problem(door: Door, sent: bytes) -> None:
    assert problem(await door.exchange(sent)) == (400, "http.malformed")


async def test_an_upgrade_is_served_as_http(door: Door) -> None:
    answer = await door.exchange(
        b"GET /u HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_client_that_does_not_read_is_dropped(door: Door) -> None:
    async with door.connect() as (reader, writer), asyncio.timeout(ROUGHLY_S):
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.sleep(3)
        reader._transport.resume_reading()  # type: ignore[attr-defined]

        assert len(await read_all(reader)) < LARGE


async def test_a_client_that_reads_slowly_gets_all_of_its_response(door: Door) -> None:
    async with door.connect() as (reader, writer), asyncio.timeout(30):
        writer.write(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        size = 0
        while not reader.at_eof():
            size += len(await reader.read(1_000_000))
            await asyncio.sleep(0.02)

    assert size > LARGE


@pytest.mark.parametrize("sent", [ONE, ONE + ONE, ONE + ONE + LAST])
def test_a_request_learns_that_its_client_has_left_also_with_others_behind_it(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """By uvloop, as served: it raises when something is written to a connection that is lost."""
    seen = uvloop.run(_leave_while_answering(sent))

    assert seen == ["http.request", "http.disconnect"]
    assert caplog.text == ""


async def _leave_while_answering(sent: bytes) -> list[str]:
    """Return what the first of the requests receives when the client leaves before the response."""
    seen: list[str] = []
    is_here = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((await receive())["type"])
        is_here.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                seen.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    started = asyncio.Event()
    server = WebServer(server_config(app, host="127.0.0.1", port=0, lifespan="off"), lambda: None, started.set)
    running = asyncio.create_task(server.serve())
    await started.wait()
    _, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
    writer.write(sent)
    await is_here.wait()
    writer.close()
    await writer.wait_closed()
    server.should_exit = True
    await running
    return seen
