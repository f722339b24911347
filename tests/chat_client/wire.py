"""The network between a chat client and its server, as bad as a test wants it: each request meets one `Fault`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

PIECE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came: `path` has no query; `number` counts those of all from 0."""

    number: int
    method: str
    path: str
    head: bytes
    body: bytes

    @property
    def call(self) -> str:
        """The method and the last part of the path, such as `POST messages`."""
        return f"{self.method} {self.path.rpartition('/')[2]}"

    @property
    def token(self) -> str:
        """The bearer token, "" without one."""
        for line in self.head.decode("latin-1").split("\r\n"):
            if line.lower().startswith("authorization: bearer "):
                return line[22:]
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to a request.

    `refuse`: the connection ends before the server sees it. `lose`: the server has it, and no byte of the answer comes.
    `cut`: the answer ends after `after` bytes. `twice`: the server gets it twice. `answer`: `text` comes instead, and
    the server sees nothing. `hold`: only the answer's head comes, until the server has ended it, which it never does of
    a stream. `pass`: all is well. `delay_s`: the request waits so long first.
    """

    kind: Literal["pass", "refuse", "lose", "cut", "twice", "answer", "hold"] = "pass"
    after: int = 0
    delay_s: float = 0.0
    text: bytes = b""


WELL = Fault()


def answer(status: str, body: str, *, media_type: str = "text/html", more: str = "") -> Fault:
    """Return the fault by which something on the way answers instead of the server."""
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n{more}connection: close\r\n"
    )
    return Fault(kind="answer", text=f"{head}\r\n{body}".encode())


@dataclass(slots=True)
class Wire:
    """Passes requests on to the server at `to`; `decide` says what happens to each."""

    to: str
    decide: Callable[[Request], Fault] = lambda _: WELL
    told: list[Request] = field(default_factory=list)

    def calls(self, name: str) -> list[Request]:
        return [request for request in self.told if request.call == name]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve on a free port of loopback until the block ends; return the address."""
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._take(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        listener = await asyncio.start_server(accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        finally:
            listener.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                request = await self._read(reader)
                fault = self.decide(request)
                await asyncio.sleep(fault.delay_s)
                await self._meet(request, fault, writer)
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        kept = [line for line in lines[1:] if line and not line.lower().startswith(("connection:", "host:"))]
        length = next((int(line[15:]) for line in kept if line.lower().startswith("content-length:")), 0)
        head = "\r\n".join([lines[0], f"host: {urlsplit(self.to).netloc}", "connection: close", *kept, "", ""])
        body = await reader.readexactly(length)
        path = target.partition("?")[0]
        request = Request(number=len(self.told), method=method, path=path, head=head.encode("latin-1"), body=body)
        self.told.append(request)
        return request

    async def _meet(self, request: Request, fault: Fault, writer: asyncio.StreamWriter) -> None:
        if fault.kind == "refuse":
            return
        if fault.kind == "answer":
            writer.write(fault.text)
            await writer.drain()
            return
        if fault.kind == "twice":
            async with aclosing(self._answered(request)) as first:
                async for _ in first:
                    pass
        left = fault.after if fault.kind == "cut" else None
        held: list[bytes] = []
        async with aclosing(self._answered(request)) as pieces:
            async for piece in pieces:
                if fault.kind == "lose":
                    continue
                shown = piece if left is None else piece[:left]
                if fault.kind == "hold":
                    held.append(piece)
                    head, _, _ = held[0].partition(b"\r\n\r\n")
                    shown = head + b"\r\n\r\n" if len(held) == 1 else b""
                writer.write(shown)
                await writer.drain()
                if left is not None and (left := left - len(shown)) <= 0:
                    return
        writer.write(b"".join(held).partition(b"\r\n\r\n")[2])

    async def _answered(self, request: Request) -> AsyncGenerator[bytes, None]:
        """Yield what the server answers, as it comes."""
        address = urlsplit(self.to)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(request.head + request.body)
            while piece := await reader.read(PIECE):
                yield piece
        finally:
            writer.close()
