"""What open streams cost while nobody says anything: `python -m tests.performance.idle_streams [COUNT [SECONDS]]`.

Each stream is of a visitor of its own, on SQLite. Prints the server's CPU time as a share of one core, and its memory.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2

from tests.performance.behind_proxy import serving

COUNT, SECONDS = 800, 30.0
SETTLE_S = 8.0


async def visit(port: int, count: int) -> list[str]:
    """Open the sessions, each from an address of its own; return their tokens."""
    tokens = []
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for number in range(count):
            opened = await client.post("/chat/order/sessions", headers=_address(number))
            tokens.append(opened.raise_for_status().json()["token"])
    return tokens


@asynccontextmanager
async def stream(port: int, number: int, token: str) -> AsyncIterator[None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"host": "a", "authorization": f"Bearer {token}", **_address(number)}
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    writer.write(f"GET /chat/order/events HTTP/1.1\r\n{lines}\r\n".encode())
    assert b"200" in await reader.readline()
    reading = asyncio.create_task(reader.read())
    try:
        yield
    finally:
        reading.cancel()
        writer.close()


def _address(number: int) -> dict[str, str]:
    return {"x-forwarded-for": f"10.0.{number // 250}.{number % 250}"}


async def measure(count: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/idle.db"
        async with serving(BOTFLOW_DATABASE_URL=database) as (port, process), AsyncExitStack() as streams:
            tokens = await visit(port, count)
            before = process.memory_info().rss
            for number, token in enumerate(tokens):
                await streams.enter_async_context(stream(port, number, token))
            await asyncio.sleep(SETTLE_S)
            begun = sum(process.cpu_times()[:2])
            await asyncio.sleep(seconds)
            used = sum(process.cpu_times()[:2]) - begun
            grown = process.memory_info().rss - before
    print(f"{count} idle streams: {100 * used / seconds:.1f} % of a core, {grown / max(count, 1) / 1024:.0f} kB each")


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(measure(int(given[0]) if given else COUNT, float(given[1]) if len(given) > 1 else SECONDS))
