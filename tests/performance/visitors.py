"""What web visitors with open streams cost: `python -m tests.performance.visitors [COUNT [SECONDS [PAUSE_S]]]`.

COUNT visitors of one process, on Postgres and Redis: each has a session token of its own and an open stream, and writes
a message every PAUSE_S seconds, not all at the same moment. Prints how long answers took, how long it took until the
stream had the answer, and the server's CPU time.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx2

from tests.performance.behind_proxy import serving
from tests.performance.load import CYCLE
from tests.performance.server import new_database
from tests.servers import start_postgres, start_valkey

COUNT, SECONDS, PAUSE_S = 100, 30.0, 2.0


@dataclass(slots=True)
class Taken:
    """Seconds that each message took: until its answer, and until the stream had the answer's first message."""

    answers: list[float] = field(default_factory=list)
    streams: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Visitor:
    """A person with a token, a stream, and one connection for messages."""

    def __init__(self, client: httpx2.AsyncClient, number: int, taken: Taken) -> None:
        self._client = client
        self._number = number
        self._taken = taken
        self._headers = {"x-forwarded-for": f"203.0.113.{number % 250}"}
        self._sent_at = 0.0  # 0 while no answer is waited for

    async def open(self) -> None:
        opened = await self._client.post("/chat/order/sessions", headers=self._headers)
        self._headers["authorization"] = f"Bearer {opened.json()['token']}"

    async def listen(self) -> None:
        """Read the stream until cancelled."""
        async with self._client.stream("GET", "/chat/order/events", headers=self._headers, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line == "event: message" and self._sent_at:
                    self._taken.streams.append(time.perf_counter() - self._sent_at)
                    self._sent_at = 0.0

    async def talk(self, until: float, pause_s: float) -> None:
        await asyncio.sleep(random.Random(self._number).random() * pause_s)
        turn = 0
        while time.perf_counter() < until:
            text, expected = CYCLE[turn % len(CYCLE)]
            self._sent_at = sent = time.perf_counter()
            body = {"text": text, "messageId": f"{turn}"}
            answer = await self._client.post("/chat/order/messages", json=body, headers=self._headers)
            self._taken.answers.append(time.perf_counter() - sent)
            if answer.status_code != 200 or expected not in answer.content.lower():
                self._taken.wrong.append(f"visitor {self._number}, {text!r}: {answer.status_code} {answer.text[:200]}")
            turn += 1
            await asyncio.sleep(max(0.0, pause_s - (time.perf_counter() - sent)))


async def measure(count: int, seconds: float, pause_s: float) -> None:
    postgres, redis, taken = start_postgres(), start_valkey(), Taken()
    try:
        async with AsyncExitStack() as stack:
            database = new_database(postgres, "visitors")
            served = serving(BOTFLOW_DATABASE_URL=database, BOTFLOW_REDIS_URL=redis.url)
            port, process = await stack.enter_async_context(served)
            limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
            client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=30)
            await stack.enter_async_context(client)
            visitors = [Visitor(client, number, taken) for number in range(count)]
            await asyncio.gather(*(visitor.open() for visitor in visitors))
            streams = [asyncio.create_task(visitor.listen()) for visitor in visitors]
            await asyncio.sleep(2)
            begun = sum(process.cpu_times()[:2])
            until = time.perf_counter() + seconds
            await asyncio.gather(*(visitor.talk(until, pause_s) for visitor in visitors))
            used = sum(process.cpu_times()[:2]) - begun
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
    finally:
        postgres.stop()
        redis.stop()
    print(
        f"{count} visitors with streams, a message each {pause_s:g} s: {len(taken.answers)} messages in {seconds:g} s"
    )
    print(f"  answered: {_in_words(taken.answers)}\n  on the stream: {_in_words(taken.streams)}")
    print(f"  server: {100 * used / seconds:.0f} % of a core, {1000 * used / len(taken.answers):.2f} ms a message")
    if taken.wrong:
        sys.exit(f"{len(taken.wrong)} wrong answers, the first: {taken.wrong[0]}")


def _in_words(took: list[float]) -> str:
    ordered = sorted(took)
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    shown = (f"{name} {1000 * ordered[int(len(ordered) * share)]:.1f} ms" for name, share in shares.items())
    return f"{', '.join(shown)} ({len(ordered)})"


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    count, seconds, pause_s = given + [COUNT, SECONDS, PAUSE_S][len(given) :]
    asyncio.run(measure(int(count), seconds, pause_s))
