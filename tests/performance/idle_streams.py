"""What open streams cost while nobody says anything: `python -m tests.performance.idle_streams [COUNT [SECONDS]]`.

Each stream is of a session of its own, on SQLite. Prints the server's CPU time as a share of one core, and its memory.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2

from tests.performance.behind_proxy import serving
from tests.performance.load import API_KEY

COUNT, SECONDS = 800, 30.0
SETTLE_S = 8.0
HEADERS = {"authorization": f"Bearer {API_KEY}"}


async def say_hello(port: int, count: int) -> None:
    """Begin the sessions; the server names each person."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=HEADERS) as client:
        for number in range(count):
            body = {"externalId": f"person-{number}", "text": "hello"}
            (await client.post("/chat/order/messages", json=body)).raise_for_status()


@asynccontextmanager
async def stream(port: int, number: int) -> AsyncIterator[None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/chat/order/events?externalId=person-{number}"
    writer.write(f"GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {API_KEY}\r\n\r\n".encode())
    assert b"200" in await reader.readline()
    reading = asyncio.create_task(reader.read())
    try:
        yield
    finally:
        reading.cancel()
        writer.close()


async def measure(count: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"BOTFLOW_DATABASE_URL": f"sqlite:///{folder}/idle.db", "BOTFLOW_API_KEY": API_KEY}
        async with serving(**settings) as (port, process), AsyncExitStack() as streams:
            await say_hello(port, count)
            before = process.memory_info().rss
            for number in range(count):
                await streams.enter_async_context(stream(port, number))
            await asyncio.sleep(SETTLE_S)
            begun = sum(process.cpu_times()[:2])
            await asyncio.sleep(seconds)
            used = sum(process.cpu_times()[:2]) - begun
            grown = process.memory_info().rss - before
    print(f"{count} idle streams: {100 * used / seconds:.1f} % of a core, {grown / max(count, 1) / 1024:.0f} kB each")


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(measure(int(given[0]) if given else COUNT, float(given[1]) if len(given) > 1 else SECONDS))
