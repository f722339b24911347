"""One WebSocket at its bounds: what a client may send, and what it can make the server write and keep."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from starlette.types import Message, Receive, Scope, Send

from botflow.web.serving.connections import Connections
from botflow.web.serving.server import WebServer, server_config
from botflow.web.serving.socket_protocol import SocketBounds

BOUNDS = SocketBounds(largest_message=1_000, most_pieces=8, most_unread=8, most_pings=20, read_within_s=1.0)
KEY = b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
UPGRADE = b"GET /s?ticket=secret HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
CLOSE, PING, TEXT, BINARY, CONTINUED = 8, 9, 1, 2, 0
ROUGHLY_S = 10.0


@dataclass(slots=True)
class Door:
    """A server of one application, which says over each socket what it hears, and notes it."""

    port: int = 0
    heard: list[Message] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    counted: Connections | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(0.2 if scope["path"] == "/slow" else 0)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        await self.reads.wait()
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append(message)
            try:
                await send({"type": "websocket.send", "text": (message.get("text") or "") * 100})
            except OSError:
                break
        self.left.set()

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection, and shake hands."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(ROUGHLY_S):
                writer.write(UPGRADE + KEY + b"\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 101"), head
                yield reader, writer
        finally:
            writer.close()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door(BOUNDS) as opened:
        yield opened


@asynccontextmanager
async def open_door(bounds: SocketBounds) -> AsyncIterator[Door]:
    app = Door()
    app.reads.set()
    started = asyncio.Event()
    config = server_config(app, sockets=bounds, host="127.0.0.1", port=0, lifespan="off", timeout_graceful_shutdown=1)
    app.counted = cast(Any, config.ws).keywords["connections"]
    server = WebServer(config, lambda: None, started.set)
    running = asyncio.create_task(server.serve())
    await started.wait()
    app.port = server.servers[0].sockets[0].getsockname()[1]
    yield app
    server.should_exit = True
    await running


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """Return a frame as a client sends it, under the mask 0."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([(0x80 if fin else 0) | opcode]) + length + b"\0\0\0\0" + payload


async def close_code(reader: asyncio.StreamReader) -> int:
    """Return the code of the close frame that comes, whatever comes before; 0 when none comes."""
    while True:
        try:
            first, length = await reader.readexactly(2)
            size = (
                length if length < 126 else int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
            )
            payload = await reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return 0
        if first & 15 == CLOSE:
            return int.from_bytes(payload[:2], "big")


REFUSED = {
    "a large frame": (frame(TEXT, b"x" * 1_001), 1009),
    "a large message in pieces": (
        frame(TEXT, b"x" * 600, fin=False) + frame(CONTINUED, b"x" * 600),
        1009,
    ),
    "a frame that claims ten megabytes": (bytes([0x81, 0xFF]) + (10_000_000).to_bytes(8, "big") + b"\0\0\0\0", 1009),
    "many empty pieces": (frame(TEXT, b"", fin=False) + frame(CONTINUED, fin=False) * 5_000, 1008),
    "text that is no UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "a frame without a mask": (b"\x81\x01a", 1002),
    "a compressed frame": (bytes([0xC1, 0x81]) + b"\0\0\0\0a", 1002),
    "an unknown kind of frame": (frame(3), 1002),
    "thousands of pings": (frame(PING, b"p") * 50_000, 1008),
}


async def test_what_a_client_may_not_send_closes_its_socket(door: Door, subtests: pytest.Subtests) -> None:
    for name, (sent, code) in REFUSED.items():
        with subtests.test(msg=name):
            door.left.clear()
            async with door.socket() as (reader, writer):
                writer.write(sent)
                assert await close_code(reader) == code
                await door.left.wait()

    assert door.heard == []


async def test_messages_beyond_what_may_wait_for_the_application_close_the_socket(door: Door) -> None:
    door.reads.clear()
    async with door.socket() as (reader, writer):
        writer.write(frame(TEXT, b"a") * 1_000)
        assert await close_code(reader) == 1008
    door.reads.set()


async def test_a_message_in_pieces_byte_by_byte_is_one_message(door: Door) -> None:
    whole = frame(TEXT, "Grüße".encode()[:3], fin=False) + frame(PING, b"?") + frame(CONTINUED, "Grüße".encode()[3:])
    async with door.socket() as (reader, writer):
        for at in range(len(whole)):
            writer.write(whole[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.readexactly(3) == b"\x8a\x01?"  # the pong
        await reader.readexactly(4)

    assert [message.get("text") for message in door.heard] == ["Grüße"]


async def test_a_client_that_reads_nothing_is_dropped(door: Door) -> None:
    async with door.socket() as (reader, writer):
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012 -- it ends at one of these
            while not door.left.is_set():
                writer.write(frame(TEXT, b"x" * 900))
                await asyncio.wait_for(writer.drain(), 5)
                await asyncio.sleep(0)
            raise ConnectionResetError

    await asyncio.wait_for(door.left.wait(), ROUGHLY_S)


async def test_a_client_that_answers_no_ping_is_gone() -> None:
    impatient = replace(BOUNDS, ping_every_s=0.2, pong_within_s=0.2)
    async with open_door(impatient) as door, door.socket() as (reader, _):
        assert await reader.readexactly(2) == b"\x89\x04"  # a ping; this client says nothing
        await reader.readexactly(4)
        assert await close_code(reader) == 1011
        await door.left.wait()


async def test_a_request_behind_one_that_is_being_answered_opens_no_socket(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    async with asyncio.timeout(ROUGHLY_S):
        writer.write(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n" + UPGRADE + KEY + b"\r\n")
        first = await reader.readuntil(b"ok")
        second = await reader.readuntil(b"ok")
        writer.close()

    assert (first.split()[1], second.split()[1]) == (b"200", b"200")


async def test_a_client_that_reads_nothing_is_dropped_also_when_its_socket_was_closed(door: Door) -> None:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(ROUGHLY_S * 3):
        await loop.sock_connect(client, ("127.0.0.1", door.port))
        await loop.sock_sendall(client, UPGRADE + KEY + b"\r\n")
        with suppress(ConnectionError, TimeoutError):
            while not door.left.is_set():  # until neither side's buffers take any more
                await asyncio.wait_for(loop.sock_sendall(client, frame(TEXT, b"x" * 900)), 0.5)
        with suppress(ConnectionError):
            client.send(frame(3))  # refused: the server closes the socket, and has still much to write
        assert door.counted is not None
        while door.counted._total:  # noqa: ASYNC110 -- the end of a connection makes no sound
            await asyncio.sleep(0.05)
    client.close()


UNREADABLE = {
    "a long address": UPGRADE.replace(b"secret", b"a" * 9_000) + KEY,
    "a long line": UPGRADE + KEY + b"x: " + b"a" * 9_000 + b"\r\n",
    "a body": UPGRADE + KEY + b"content-length: 5\r\n",
    "another version": UPGRADE + KEY.replace(b"13", b"12"),
    "a key that is none": UPGRADE + b"sec-websocket-key: x\r\nsec-websocket-version: 13\r\n",
    "two keys": UPGRADE + KEY + KEY,
}


async def test_a_handshake_that_cannot_be_read_is_refused_and_holds_nothing(
    door: Door, subtests: pytest.Subtests
) -> None:
    for name, head in UNREADABLE.items():
        with subtests.test(msg=name):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            async with asyncio.timeout(ROUGHLY_S):
                writer.write(head + b"\r\nhello")
                assert (await reader.read()).startswith(b"HTTP/1.1 400")
            writer.close()


async def test_an_upgrade_without_a_key_is_served_as_http_and_a_head_that_is_too_large_is_refused(door: Door) -> None:
    answers = []
    for sent in (UPGRADE + b"\r\n", UPGRADE + KEY + b"x: " + b"a" * 33_000 + b"\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(sent)
        answers.append(await reader.readuntil(b"\r\n"))
        writer.close()

    assert [answer.split()[1] for answer in answers] == [b"200", b"431"]


async def test_a_socket_counts_as_a_connection_until_it_ends_and_its_query_is_in_no_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with door.socket() as (_, writer):
        assert door.counted is not None
        assert door.counted._total == 1
        writer.write(frame(CLOSE, b"\x03\xe8"))
        await door.left.wait()

    assert "secret" not in caplog.text
    for _ in range(100):
        if not door.counted._open:
            break
        await asyncio.sleep(0.05)
    assert (door.counted._total, door.counted._open) == (0, {})
