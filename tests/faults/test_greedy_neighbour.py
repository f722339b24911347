"""A full house and a greedy address at once, against a server of its own: an ordinary visitor and a signed STOP are
answered. In `make proof` with as many streams as a process takes, and with the time that visitors are promised.

`test_attack` has the ways in which one address may come, and what it gets; here everything happens together.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import psutil
from twilio.request_validator import RequestValidator

from tests.cli.processes import SECRET, Process, running
from tests.local_client import local_client

STREAMS = int(os.environ.get("BOTFLOW_TEST_STREAMS", "") or 300)
IS_PROOF = STREAMS >= 5_000
PROMISED_S = 1.0 if IS_PROOF else 5.0  # the short run shares its processor with other tests
BODIES, HEADS, WAITING, FLOODING, VISITORS = 500, 300, 100, 8, 40
STREAMS_PER_SESSION, SESSIONS_PER_ADDRESS = 8, 6  # as many as may be open, and fewer than 50 streams of an address
SPARE_FILES = 500
GREEDY, PUBLIC_URL, TWILIO_TOKEN = "198.51.100.9", "https://bots.example.com", "0123456789abcdef0123456789abcdef"
FLOWS = Path(__file__).parent / "flows"


async def test_a_full_house_and_a_greedy_address_do_not_delay_a_visitor(tmp_path: Path, postgres_url: str) -> None:
    environment = {
        "BOTFLOW_DATABASE_URL": postgres_url,
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_PUBLIC_URL": PUBLIC_URL,
        "BOTFLOW_TRUSTED_PROXIES": "127.0.0.1",  # everybody comes through it, so that connections are not what bounds
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
    }
    flows = [str(FLOWS / "fuzzed.yaml"), str(FLOWS / "greedy.py")]
    with more_open_files() as most, running(tmp_path, "serve", *flows, "--port", "0", **environment) as process:
        process.wait_for("ready at")
        server = psutil.Process(process.child.pid)
        streams = min(STREAMS, most - BODIES - HEADS - WAITING - SPARE_FILES)
        async with House(process).full(streams) as house, house.attacked():
            idle_s = server.cpu_times()
            took = [await timed(house.visit(number)) for number in range(VISITORS)]
            stop_s = await timed(house.stop())
            used_s = sum(server.cpu_times()[:2]) - sum(idle_s[:2])
            memory = server.memory_info().rss
        assert process.child.poll() is None
    p95 = statistics.quantiles(took, n=20)[-1]
    print(
        f"{house.open_streams} streams, {BODIES} unfinished bodies, {HEADS} half heads, {WAITING} waiting and"
        f" {FLOODING} flooding requests of one address: a visitor's conversation p50"
        f" {1000 * statistics.median(took):.0f} ms, p95 {1000 * p95:.0f} ms, worst {1000 * max(took):.0f} ms;"
        f" a signed STOP {1000 * stop_s:.0f} ms; the server used {used_s:.1f} s of its processor and"
        f" {memory / 2**20:.0f} MB; the greedy address got {dict(house.statuses)}"
    )
    assert house.open_streams == streams
    assert p95 < PROMISED_S
    assert stop_s < PROMISED_S
    assert house.statuses[429] > 0  # it met its limits, and others did not


class House:
    """The server's visitors and its greedy neighbour. `statuses` are what that address got."""

    def __init__(self, process: Process) -> None:
        self._port = int(process.url.rpartition(":")[2])
        self._client = local_client(base_url=process.url, timeout=60)
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.statuses: Counter[int] = Counter()
        self.open_streams = 0

    @asynccontextmanager
    async def full(self, streams: int) -> AsyncIterator[House]:
        """Open streams of many visitors at many addresses, and close everything with the block."""
        try:
            while self.open_streams < streams:
                session = self.open_streams // STREAMS_PER_SESSION
                number = session // SESSIONS_PER_ADDRESS
                address = f"10.0.{number >> 8}.{number & 255}"
                token = await self._open("fuzzed", address)
                wanted = min(STREAMS_PER_SESSION, streams - self.open_streams)
                opened = [self._send(head("GET", "fuzzed/events", token, address)) for _ in range(wanted)]
                for reader in await asyncio.gather(*opened):
                    assert b" 200 " in await reader.readline()
                self.open_streams += wanted
            yield self
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for writer in self._writers:
                writer.close()
            await self._client.aclose()

    @asynccontextmanager
    async def attacked(self) -> AsyncIterator[None]:
        """Let the greedy address do everything that it can, as long as the block lasts."""
        tokens = [await self._open("greedy", GREEDY) for _ in range(20)]
        body = orjson.dumps({"text": "hi"})
        unfinished = [head("POST", "greedy/messages", token, GREEDY, 100) + b"{" for token in tokens]
        half = [head("POST", "greedy/messages", token, GREEDY, 100)[:-2] for token in tokens]
        waiting = [head("POST", "greedy/messages", token, GREEDY, len(body)) + body for token in tokens]
        for sent, times in ((unfinished, BODIES), (half, HEADS), (waiting, WAITING)):
            for number in range(times):
                self._start(self._count(await self._send(sent[number % len(sent)])))
        for token in tokens[:FLOODING]:
            self._start(self._flood(token))
        await asyncio.sleep(0.5)
        yield

    async def visit(self, number: int) -> None:
        """Hold an ordinary conversation at an address of its own."""
        address = f"203.0.113.{number + 1}"
        token = await self._open("fuzzed", address)
        said = []
        for text in ("large", "Ann"):
            answer = await self._post("fuzzed/messages", address, token, {"text": text})
            said += [message["text"] for message in orjson.loads(answer)["messages"]]
        assert said == ["A large one. Your name?", "Thank you, Ann."]

    async def stop(self) -> None:
        """Send a signed STOP by SMS; its answer is an empty document."""
        form = {"MessageSid": "SM1", "From": "+14155550100", "To": "+14155550199", "Body": "STOP", "NumMedia": "0"}
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}/twilio/fuzzed", form)
        answer = await self._client.post("/twilio/fuzzed", data=form, headers={"x-twilio-signature": signature})
        assert answer.status_code == 200, answer.text
        assert b"<Message" not in answer.content

    async def _flood(self, token: str) -> None:
        """Send one message after the other, as fast as they are refused."""
        for number in count():
            answer = await self._client.post(
                "/chat/greedy/messages",
                json={"text": str(number)},
                headers={"authorization": f"Bearer {token}", "x-forwarded-for": GREEDY},
            )
            self.statuses[answer.status_code] += 1

    async def _open(self, workflow: str, address: str) -> str:
        return str(orjson.loads(await self._post(f"{workflow}/sessions", address))["token"])

    async def _post(self, what: str, address: str, token: str = "", body: object = None) -> bytes:
        headers = {"x-forwarded-for": address} | ({"authorization": f"Bearer {token}"} if token else {})
        answer = await self._client.post(f"/chat/{what}", json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.content

    async def _send(self, sent: bytes) -> asyncio.StreamReader:
        """Send bytes on a connection that stays open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(writer)
        writer.write(sent)
        return reader

    async def _count(self, reader: asyncio.StreamReader) -> None:
        line = await reader.readline()
        self.statuses[int(line.split(b" ")[1]) if line else 0] += 1

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))


@contextmanager
def more_open_files() -> Iterator[int]:
    """Let this process open as many files as it may; yield their number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def head(method: str, what: str, token: str, address: str, length: int = 0) -> bytes:
    lines = (
        f"{method} /chat/{what} HTTP/1.1",
        "host: a",
        f"authorization: Bearer {token}",
        f"x-forwarded-for: {address}",
        f"content-length: {length}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def timed(work: Awaitable[object]) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began
