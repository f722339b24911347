"""What the clients call in tests: a served botflow, a wire that loses answers, a server that says what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import httpx2
from botflow_client import AsyncBotflow, Botflow

from tests.local_client import local_client
from tests.web.site import API_KEY, Site

T = TypeVar("T")
Answer: TypeAlias = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Place:
    site: Site
    name: str

    def client(self) -> AsyncBotflow:
        return AsyncBotflow(self.site.url, API_KEY)

    async def waiting(self, act: Callable[[Botflow], T]) -> T:
        """Return what `act` does with the client that waits, in a thread: the server runs in this one."""

        def run() -> T:
            with Botflow(self.site.url, API_KEY) as client:
                return act(client)

        return await asyncio.to_thread(run)


@dataclass(slots=True)
class Told:
    """One request, as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Script:
    """A server that answers each request with the next of `answers`; a None closes the connection instead."""

    answers: list[Answer | None]
    told: list[Told] = field(default_factory=list)
    url: str = ""

    async def reply(self, told: Told) -> Answer | None:
        return self.answers.pop(0)


@dataclass(slots=True)
class LosingWire:
    """Passes requests on to a real server, and loses the first `losses` answers after it has them."""

    to: str
    losses: int
    told: list[Told] = field(default_factory=list)
    url: str = ""

    async def reply(self, told: Told) -> Answer | None:
        async with local_client() as client:
            headers = {name: value for name, value in told.headers.items() if name not in ("host", "connection")}
            answer = await client.request(told.method, self.to + told.target, headers=headers, content=told.body)
        if len(self.told) <= self.losses:
            return None
        return answer.status_code, {"content-type": answer.headers["content-type"]}, answer.content


@asynccontextmanager
async def listening(server: Script | LosingWire) -> AsyncIterator[str]:
    """Serve on a free port of loopback until the block ends; return the address."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await _answer_one(server.told, server.reply, reader, writer)
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(answer(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server.url
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer_one(
    told: list[Told],
    reply: Callable[[Told], Awaitable[Answer | None]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    request = Told(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))
    told.append(request)
    answer = await reply(request)
    if answer is None:
        return
    status, more, body = answer
    lines = [f"HTTP/1.1 {status} {httpx2.codes.get_reason_phrase(status)}"]
    lines += [f"{name}: {value}" for name, value in more.items()]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
