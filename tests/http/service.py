"""A service on this machine that answers as a test says, byte by byte if it must, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

TLS = b"\x16"  # begins a handshake: RFC 8446, 5.1
LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request as it came. The names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


Answerer = Callable[[Heard], bytes]
Raw = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


def answer(
    body: Any = None, *, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a whole response; a body that is no bytes is written as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    lines = {"content-type": kind, "content-length": str(len(content)), "connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + content


@dataclass(slots=True)
class Service:
    """`answers` by path; a list is used up until its last one remains. `raw` ones write for themselves."""

    url: str = ""
    answers: dict[str, bytes | Answerer | list[bytes | Answerer]] = field(default_factory=dict)
    raw: dict[str, Raw] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def paths(self) -> list[str]:
        return [request.path for request in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            # Cancelled by `close`: asyncio would log a handler that ends by it.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            self._open.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await _read(reader)
        self.heard.append(heard)
        if heard.path in self.raw:
            await self.raw[heard.path](heard, writer)
        else:
            writer.write(self._answer(heard))
            await writer.drain()

    async def close(self) -> None:
        """End the connections that are still open."""
        for task in (tasks := list(self._open)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _answer(self, heard: Heard) -> bytes:
        found = self.answers.get(heard.path, answer({"error": "no such path"}, status=404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, bytes) else found(heard)


async def _read(reader: asyncio.StreamReader) -> Heard:
    begin = await reader.readexactly(1)
    if begin == TLS:
        raise ConnectionAbortedError("TLS, and not HTTP")
    head = (begin + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    size = int(headers.get("content-length", "0"))
    assert size <= LARGEST_BODY
    method, target, _ = first.split(" ")
    return Heard(method=method, target=target, headers=headers, body=await reader.readexactly(size))


@asynccontextmanager
async def open_service(
    host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Service]:
    """Serve on a port of loopback, a free one if none is given, until the block ends."""
    service = Service()
    server = await asyncio.start_server(service.serve, host, port, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    service.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        yield service
    finally:
        server.close()
        await service.close()
