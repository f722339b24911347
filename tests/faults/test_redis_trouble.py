"""T9: Redis is emptied, frozen and gone while people talk over two servers. It costs speed, never a message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import httpx2
from redis.asyncio import Redis

from tests.faults.database_counts import read_ledger
from tests.faults.hear_conversations import HEAR, Said, inversions, lost, order_kept, say_copies
from tests.faults.servers_that_die import Place, standing
from tests.local_client import local_client
from tests.servers import Server, start_valkey
from tests.stand_ins.openai import OpenAIStandIn

PEOPLE = 6
PHASE_S = 4.0


@dataclass(slots=True)
class Phases:
    """What was said while Redis was in each state."""

    current: str = ""
    said: dict[str, list[Said]] = field(default_factory=dict)

    @property
    def all(self) -> list[Said]:
        return [message for messages in self.said.values() for message in messages]


async def test_redis_may_be_emptied_frozen_or_gone(postgres_url: str, tmp_path: Path) -> None:
    phases = Phases()
    with start_valkey() as valkey, OpenAIStandIn(ms=20) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, "BOTFLOW_REDIS_URL": valkey.url, **openai.environment}
        places = [Place(flow=HEAR, folder=tmp_path, environment=environment) for _ in range(2)]
        async with standing(*places), local_client() as client:
            await asyncio.gather(*(place.started() for place in places))
            await _talk_through(client, places, phases, valkey)
    ledger = await read_ledger(postgres_url)
    kept = await order_kept(postgres_url)
    missing = await lost(postgres_url, phases.all)
    print(f"\nT9 lost {missing} of {len(phases.all)} messages, inversions {inversions(kept)}")
    for name, messages in phases.said.items():
        for kind, thinking in (("at once", False), ("by a worker", True)):
            ms = [message.reply.seconds * 1000 for message in messages if ("think" in message.text) is thinking]
            twentieths = quantiles(ms, n=20)
            print(f"   {name:8} {kind:11} {len(ms):4} turns: p50 {twentieths[9]:5.0f} ms, p95 {twentieths[18]:5.0f} ms")
    assert all(place.deaths == 0 for place in places)
    assert missing == inversions(kept) == 0
    assert all(message.is_answered_rightly for message in phases.all)
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (len(phases.all), len(phases.all), 0, 0)


async def _talk_through(client: httpx2.AsyncClient, places: list[Place], phases: Phases, valkey: Server) -> None:
    over = asyncio.Event()

    async def person(name: str) -> None:
        number = 0
        while not over.is_set():
            # One copy: the servers take turns, so each finds the other's session in Redis, or must do without.
            message = await say_copies(client, places, name, number, 1)
            phases.said.setdefault(phases.current, []).append(message)
            number += 1
            await asyncio.sleep(0.1)

    phases.current = "there"
    async with asyncio.TaskGroup() as talks:
        for number in range(PEOPLE):
            talks.create_task(person(f"person {number}"))
        await _trouble(phases, valkey)
        over.set()


async def _trouble(phases: Phases, valkey: Server) -> None:
    await asyncio.sleep(PHASE_S)
    phases.current = "emptied"
    async with Redis.from_url(valkey.url) as client:
        for _ in range(10):
            await client.flushall()
            await asyncio.sleep(PHASE_S / 10)
    phases.current = "frozen"
    valkey.freeze()
    await asyncio.sleep(PHASE_S)
    valkey.thaw()
    phases.current = "gone"
    valkey.kill()
    await asyncio.sleep(PHASE_S)
    phases.current = "back"
    with start_valkey(port=valkey.port):
        await asyncio.sleep(PHASE_S)
