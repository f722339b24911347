"""The load: people who order at the same moment, each strictly one message after the other, every reply checked.

It runs in a process of its own, so that its CPU time is told apart from the server's: one Block per line of JSON on
stdin, one Outcome per line on stdout. HTTP by hand over uvloop, 0.05 ms a turn, so that it is never the bottleneck.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import uvloop

API_KEY = "bench-" + "k" * 32
# Three orders; every text with a piece, in lower case, of the reply it must get.
CYCLE = (
    *(("hi", b"your name"), ("Ann", b"ann!"), ("pizza", b"one pizza"), ("2", b"2 x pizza"), ("yes", b"thanks ann")),
    *(("hi", b"your name"), ("Bob", b"bob!"), ("salad", b"one salad"), ("many", b"whole number")),
    *(("3", b"3 x salad"), ("no", b"cancelled, bob"), ("hi", b"your name"), ("Cy", b"cy!")),
    *(("soup", b"one special"), ("1", b"1 x special"), ("yes", b"thanks cy")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`turns` of each of `people`, after `skipped` earlier ones; with `fresh`, each cycle has new people."""

    port: int
    name: str
    people: int
    turns: int
    skipped: int = 0
    fresh: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`waits_ms` are sorted; `wrong` says what the first unexpected reply was."""

    seconds: float
    cpu_s: float
    waits_ms: list[float]
    wrong: str = ""


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request on its way."""

    def __init__(self) -> None:
        self._received = b""
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) >= length and self._answered is not None:
            self._received = body[length:]
            self._answered.set_result((int(head[9:12]), body[:length]))

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        self._answered = asyncio.get_running_loop().create_future()
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {API_KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)  # type: ignore[attr-defined]
        return await self._answered


async def play(block: Block) -> Outcome:
    """Play one block; the connections are made before the clock starts."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", block.port) for _ in range(block.people)]
    waits_s: list[float] = []
    wrong: list[str] = []

    async def talk(person: int, connection: Connection) -> None:
        for turn in range(block.skipped, block.skipped + block.turns):
            text, expected = CYCLE[turn % len(CYCLE)]
            name = f"{block.name}-{person}" + (f"-{turn // len(CYCLE)}" if block.fresh else "")
            body = json.dumps({"externalId": name, "text": text, "messageId": f"{name}-{turn}"}).encode()
            sent = time.perf_counter()
            status, answer = await connection.post("/chat/order/messages", body)
            waits_s.append(time.perf_counter() - sent)
            if status != 200 or expected not in answer.lower():
                wrong.append(f"{name} turn {turn + 1} {text!r}: {status} {answer[:200].decode(errors='replace')}")

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(talk(person, connection) for person, (_, connection) in enumerate(made)))
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - used
    for transport, _ in made:
        transport.close()
    waits_ms = sorted(round(wait * 1000, 3) for wait in waits_s)
    return Outcome(seconds=seconds, cpu_s=cpu_s, waits_ms=waits_ms, wrong=wrong[0] if wrong else "")


class Load:
    """The load's process, as the bench sees it."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def play(self, block: Block) -> Outcome:
        """Play a block to its end; RuntimeError when a reply was not what it must be."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(asdict(block)) + "\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator ended; its error stands above")
        outcome = Outcome(**json.loads(answer))
        if outcome.wrong:
            raise RuntimeError(f"a wrong reply: {outcome.wrong}")
        return outcome


@contextmanager
def load_process() -> Iterator[Load]:
    """Run this module as a process of its own for the length of the block."""
    command = [sys.executable, "-m", "tests.performance.load"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        yield Load(child)


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            print(json.dumps(asdict(runner.run(play(Block(**json.loads(line)))))), flush=True)


if __name__ == "__main__":
    main()
