"""Services that mean harm or are broken: none holds a turn longer than its timeout, or much of the memory."""

from __future__ import annotations

import asyncio
import resource
import threading
import zlib

import pytest

from tests.http.calls import ask
from tests.http.service import Heard, Raw, answer, open_service
from tests.http.test_ssrf import resolving

MB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


async def drip_head(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def drip_body(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"content-length: 100000\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def silence(heard: Heard, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def early_hints(heard: Heard, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


async def endless(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


async def bomb(heard: Heard, writer: asyncio.StreamWriter) -> None:
    pack = zlib.compressobj(9, wbits=31)
    writer.write(HEAD + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(200):
        piece = pack.compress(bytes(MB)) + pack.flush(zlib.Z_SYNC_FLUSH)
        writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await writer.drain()


async def empty_blocks(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Compressed bytes that are nothing, without an end."""
    pack = zlib.compressobj(9, wbits=31)
    writer.write(HEAD + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n")
    first = pack.compress(b"a") + pack.flush(zlib.Z_SYNC_FLUSH)
    writer.write(f"{len(first):x}\r\n".encode() + first + b"\r\n")
    nothing = b"\x00\x00\x00\xff\xff" * 10_000
    while True:
        writer.write(f"{len(nothing):x}\r\n".encode() + nothing + b"\r\n")
        await writer.drain()


async def large_headers(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(10_000):
        writer.write(f"x-{number}: ".encode() + b"v" * 1_000 + b"\r\n")
        await writer.drain()
    writer.write(b"\r\n")


async def garbage(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 3)


async def two_answers(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(answer("first") + answer("second"))


SERVICES: tuple[tuple[Raw, str], ...] = (
    (drip_head, "http.timeout"),
    (drip_body, "http.timeout"),
    (silence, "http.timeout"),
    (early_hints, "http.timeout"),
    (endless, "http.too_large"),
    (bomb, "http.too_large"),
    (empty_blocks, "http.too_large"),
    (large_headers, "http.no_answer"),
    (garbage, "http.no_answer"),
)


async def test_names_whose_servers_are_silent_hold_no_thread_that_others_need(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def wait(host: str) -> str | None:
        if host == "silent.example.com":
            answered.wait()
        return None

    resolving(monkeypatch, wait)
    try:
        asked = [ask("http://silent.example.com/", timeout="0.3s", retries=0) for _ in range(20)]
        assert {output["code"] for output in await asyncio.gather(*asked)} == {"http.timeout"}
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 30) == "done"
    finally:
        answered.set()


async def test_no_service_holds_a_turn_or_the_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with open_service() as service:
        for raw, code in SERVICES:
            service.raw["/"] = raw
            patience = "0.3s" if code == "http.timeout" else "60s"
            output = await ask(f"{service.url}/", timeout=patience, retries=0)
            assert output["code"] == code, (raw.__name__, output)
        service.raw["/"] = two_answers
        assert (await ask(f"{service.url}/"))["body"] == "first"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(f"\nhostile services: {len(SERVICES)} of {len(SERVICES)} ended by a bound, memory grew by {grown // MB} MB")
    assert grown < 60 * MB
