"""T13: a flood far above capacity. What cannot be done in time is refused at the door; what was let in is answered."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from tests.cli.processes import running
from tests.faults.database_counts import read_ledger
from tests.faults.hear_conversations import HEAR
from tests.faults.servers_that_die import API_KEY, SECRET, Place, say, standing
from tests.local_client import local_client
from tests.ports import free_port
from tests.stand_ins.openai import OpenAIStandIn

PEOPLE = 800
PER_SECOND = 100
CONCURRENCY, MODEL_MS = 4, 250.0  # so sixteen turns a second are possible at most
IN_FLIGHT, WAITING = 100, 60
ARRIVING = 2 * PER_SECOND  # between two looks at the queue, were they not counted where they arrive
LOOK_S = 2.0  # an inbound may wait for a look at the queue; the last one of all, for the model too
MOST_GROWTH = 64 << 20  # bytes, of a process that refuses what it cannot hold
HEADERS = {"Authorization": f"Bearer {API_KEY}"}


@dataclass(slots=True)
class Seen:
    """The worst of what was seen during the flood."""

    waiting: float = 0.0
    oldest_s: float = 0.0
    peak_rss: dict[str, int] = field(default_factory=dict)

    def look(self, shown: str, processes: dict[str, psutil.Process]) -> None:
        self.waiting = max(self.waiting, gauge(shown, "waiting"))
        self.oldest_s = max(self.oldest_s, gauge(shown, "oldest_seconds"))
        for name, process in processes.items():
            self.peak_rss[name] = max(self.peak_rss.get(name, 0), process.memory_info().rss)


async def test_a_flood_is_shed_and_nothing_that_was_let_in_is_lost(postgres_url: str, tmp_path: Path) -> None:
    with OpenAIStandIn(ms=MODEL_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, "BOTFLOW_SECRET_KEY": SECRET, **openai.environment}
        bounds = ("--in-flight", str(IN_FLIGHT), "--waiting", str(WAITING))
        web = Place(flow=HEAR, folder=tmp_path, environment=environment, arguments=("--no-worker", *bounds))
        health = f"127.0.0.1:{free_port()}"
        arguments = ("worker", "--concurrency", str(CONCURRENCY), "--health", health)
        limits = httpx2.Limits(max_connections=None)
        with running(tmp_path, *arguments, **environment) as worker:
            async with standing(web), local_client(timeout=60.0, limits=limits) as client:
                worker.wait_for("worker_started")
                await web.started()
                await greet_all(client, web)
                assert web.process is not None
                processes = {"web": psutil.Process(web.process.pid), "worker": psutil.Process(worker.child.pid)}
                quiet_rss = {name: process.memory_info().rss for name, process in processes.items()}
                seen = Seen()
                async with watching(client, f"http://{health}/metrics", processes, seen):
                    began_s = time.monotonic()
                    answers = await flood(client, web)
                    over_s = time.monotonic()
                    await until_empty(client, f"http://{health}/metrics")
                    empty_s = time.monotonic()
                    recovered = await say(client, [web], "person 0", "word", "after")
                    recovery_s = time.monotonic() - over_s
                ledger = await read_ledger(postgres_url)
                # Whoever was refused comes again, with the same message.
                refused = [n for n, answer in enumerate(answers) if answer.status_code == 503][:20]
                again = [await say(client, [web], f"person {n}", f"think {n}", "flood") for n in refused]
    statuses = Counter(answer.status_code for answer in answers)
    accepted = statuses[200] + statuses[202]
    lost = accepted + PEOPLE + 1 - ledger.turns
    queue_s = seen.waiting * (empty_s - began_s) / accepted  # how long the longest queue takes, as fast as it went here
    print(
        f"\nT13 {PEOPLE} messages at {PER_SECOND}/s against {CONCURRENCY * 1000 / MODEL_MS:g}/s: accepted {accepted},"
        f" shed {statuses[503]}, lost of accepted {lost}; longest queue {seen.waiting:g} of {WAITING},"
        f" longest queue age {seen.oldest_s:.1f} s; recovered after {recovery_s:.1f} s; peak RSS "
        + ", ".join(
            f"{name} {seen.peak_rss[name] >> 20} MiB (quiet {quiet_rss[name] >> 20})" for name in sorted(quiet_rss)
        )
    )
    assert set(statuses) <= {200, 202, 503}
    assert accepted > 0
    assert statuses[503] > PEOPLE / 3
    assert lost == 0
    assert (ledger.inbounds, ledger.open, ledger.dead) == (accepted + PEOPLE + 1, 0, 0)
    assert seen.waiting <= WAITING + ARRIVING
    assert 0 < seen.oldest_s <= 2 * queue_s + LOOK_S
    assert recovery_s <= 2 * queue_s + LOOK_S
    assert all(seen.peak_rss[name] - quiet < MOST_GROWTH for name, quiet in quiet_rss.items())
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["code"] == "overloaded"
            assert int(answer.headers["retry-after"]) > 0
    assert recovered.texts == ("Heard word.", "Go on.")
    assert [reply.texts for reply in again] == [(f"You said: think {n}", "Go on.") for n in refused]


async def greet_all(client: httpx2.AsyncClient, web: Place) -> None:
    """Everybody begins a conversation, which needs no worker."""
    slots = asyncio.Semaphore(50)

    async def greet(person: int) -> None:
        async with slots:
            await say(client, [web], f"person {person}", "hi", "hi")

    await asyncio.gather(*(greet(person) for person in range(PEOPLE)))


async def flood(client: httpx2.AsyncClient, web: Place) -> list[httpx2.Response]:
    """Everybody says something that takes a model, at a steady pace, whether the others are answered or not."""

    async def post(person: int) -> httpx2.Response:
        body = {"externalId": f"person {person}", "text": f"think {person}", "messageId": "flood"}
        return await client.post(f"{web.url}/chat/hear/messages", json=body, headers=HEADERS)

    async with asyncio.TaskGroup() as group:
        sent = []
        for person in range(PEOPLE):
            sent.append(group.create_task(post(person)))
            await asyncio.sleep(1 / PER_SECOND)
    return [task.result() for task in sent]


@asynccontextmanager
async def watching(
    client: httpx2.AsyncClient, url: str, processes: dict[str, psutil.Process], seen: Seen
) -> AsyncIterator[None]:
    """Look at the metrics and the memory for the length of the block."""

    async def watch() -> None:
        while True:
            seen.look((await client.get(url)).text, processes)
            await asyncio.sleep(0.25)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_empty(client: httpx2.AsyncClient, url: str) -> None:
    async with asyncio.timeout(120):
        while True:
            shown = (await client.get(url)).text
            if gauge(shown, "waiting") + gauge(shown, "running") == 0:
                return
            await asyncio.sleep(0.2)


def gauge(shown: str, name: str) -> float:
    """Return a figure of the messages in the queue of turns; 0 when the database did not answer this once."""
    found = re.findall(rf'^botflow_inbounds_{name}{{priority="high",queue="turns"}} (\S+)$', shown, re.MULTILINE)
    return float(found[0]) if found else 0.0
