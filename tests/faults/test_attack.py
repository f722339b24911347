"""One address does everything at once to shut others out: an ordinary visitor is answered, and so is a signed STOP.

The attacker calls the server itself from 127.0.0.2, or comes through the trusted proxy (127.0.0.1) as all people do.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.web.site import HeldModel, Site, open_site
from tests.web.test_provider_webhooks import post, said, sms

ATTACKER = "198.51.100.9"
PERSON = "203.0.113.7"
BODIES, HEADS, SESSIONS, GREEDY = 500, 300, 8, 70
STREAMS = 12 * SESSIONS
PROMISED_S = 5.0  # half of what an incomplete head or body may take: nobody waits for those to be given up
PEOPLE = 30


@pytest.mark.parametrize("way", ["directly", "by the proxy"])
@pytest.mark.parametrize("first", ["what is never complete", "what waits"])
async def test_one_address_cannot_shut_out_the_others(sqlite_url: str, way: str, first: str) -> None:
    model = HeldModel()
    async with (
        open_site(sqlite_url, model=model, botflow_trusted_proxies="127.0.0.1") as site,
        AsyncExitStack() as connections,
    ):
        attack = Attack(site, connections, local="127.0.0.2" if way == "directly" else "127.0.0.1")
        visitors = [(await site.visit("talk")).opened for _ in range(SESSIONS)]
        site.client.headers["x-forwarded-for"] = PERSON
        people = [await site.visit() for _ in range(PEOPLE)]
        parts = [attack.open_incomplete, attack.open_waiting]
        for part in parts if first == "what is never complete" else reversed(parts):
            await part(visitors)
        await asyncio.sleep(0.5)

        took = [await _time_of(person.say("Ann")) for person in people]
        stop_s = await _time_of(_stop(site))
        in_flight = site.runtime.overload.in_flight
        model.go_on.set()

    p95 = statistics.quantiles(took, n=20)[-1]
    print(
        f"attacked {way}, first by {first}: a message p50 {1000 * statistics.median(took):.0f} ms,"
        f" p95 {1000 * p95:.0f} ms;"
        f" a signed STOP {1000 * stop_s:.0f} ms; {in_flight} requests under way;"
        f" the attacker got {dict(attack.statuses)}"
    )
    assert max(*took, stop_s) < PROMISED_S
    assert in_flight <= 50  # as many as may wait of one address


class Attack:
    """The connections of the attacker, and the statuses that they got; 0 is a connection that was closed."""

    def __init__(self, site: Site, connections: AsyncExitStack, local: str) -> None:
        self.statuses: Counter[int] = Counter()
        self._address = urlsplit(site.url)
        self._connections = connections
        self._local = local

    async def open_incomplete(self, visitors: list[dict[str, Any]]) -> None:
        """Send bodies and heads that never end."""
        for number in range(BODIES):
            await self._open(_head("POST", "messages", visitors[number % SESSIONS], 100) + b"{")
        for number in range(HEADS):
            await self._open(_head("POST", "messages", visitors[number % SESSIONS], 100)[:-2])

    async def open_waiting(self, visitors: list[dict[str, Any]]) -> None:
        """Open streams, and send messages to a workflow whose model does not answer."""
        body = b'{"text": "hi"}'
        for number in range(STREAMS):
            await self._open(_head("GET", "events", visitors[number % SESSIONS], 0))
        for number in range(GREEDY * SESSIONS):
            await self._open(_head("POST", "messages", visitors[number % SESSIONS], len(body)) + body)

    async def _open(self, sent: bytes) -> None:
        try:
            await self._connections.enter_async_context(self._connection(sent))
        except ConnectionError:
            self.statuses[0] += 1

    @asynccontextmanager
    async def _connection(self, sent: bytes) -> AsyncIterator[None]:
        """Send bytes, and hold the connection."""
        reader, writer = await asyncio.open_connection(
            self._address.hostname, self._address.port, local_addr=(self._local, 0)
        )
        writer.write(sent)
        counting = asyncio.create_task(self._count(reader))
        try:
            yield
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
            writer.close()

    async def _count(self, reader: asyncio.StreamReader) -> None:
        try:
            line = await reader.readline()
        except ConnectionError:
            line = b""
        self.statuses[int(line.split(b" ")[1]) if line else 0] += 1


def _head(method: str, what: str, visitor: dict[str, Any], length: int) -> bytes:
    lines = (
        f"{method} /chat/talk/{what} HTTP/1.1",
        "host: a",
        f"authorization: Bearer {visitor['token']}",
        f"x-forwarded-for: {ATTACKER}",
        f"content-length: {length}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _stop(site: Site) -> None:
    assert said(await post(site, sms("STOP", "SM1"))) == []


async def _time_of(work: Awaitable[object]) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began
