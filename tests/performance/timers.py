"""Ten thousand timers due at one instant: `python -m tests.performance.timers [COUNT [SERVERS [PARKED]]]`.

How fast they drain, what memory and log that takes, and what ordinary messages feel of it: answered at once, or through
the queue, before and meanwhile. PARKED is how many other people wait for something that is far off.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from botflow.storage.tables import executions, inbounds, outbounds, sessions
from tests.faults.servers_that_die import Place, say, standing
from tests.servers import start_postgres

FLOW = Path(__file__).parent / "timers.yaml"
COUNT, SERVERS, PARKED = 10_000, 2, 0
BEFORE_S = 10.0
EVERY_S = 0.1  # between the messages of one person
PATIENCE_S = 600.0


@dataclass(slots=True)
class Felt:
    """How long messages took, in milliseconds."""

    fast: list[float] = field(default_factory=list)
    queued: list[float] = field(default_factory=list)

    def line(self) -> str:
        return "; ".join(
            f"{name} median {statistics.median(took):.0f} ms, p95 {_p95(took):.0f} ms ({len(took)})"
            for name, took in (("at once", self.fast), ("queued", self.queued))
            if took
        )


async def seed(url: str, count: int) -> None:
    """Let `count` people wait at the question where `seed` waits, each in an execution of their own."""
    async with _writing(url) as connection:
        model = (await connection.execute(select(sessions).where(sessions.c.external_id == "seed"))).mappings().one()
        begun = {"flow_version": model["flow_version"], "status": "waiting", "started_at": model["created_at"]}
        first = model["id"] + 1
        people, runs = [], []
        for number in range(count):
            run = uuid.uuid4()
            state = {**model["state"], "execution": str(run)}
            row = {**model, "id": first + number, "external_id": f"timer {number}", "state": state, "wake_at": None}
            people.append(row)
            runs.append({**begun, "id": run, "session_id": first + number})
        await connection.execute(insert(sessions), people)
        await connection.execute(insert(executions), runs)
        if connection.dialect.name == "postgresql":
            await connection.execute(
                text("SELECT setval(pg_get_serial_sequence('sessions', 'id'), max(id)) FROM sessions")
            )


async def park(url: str, count: int) -> None:
    """Let `count` more people wait where `seed` waits, for a month."""
    copies = text(
        "INSERT INTO sessions (workflow_id, channel, external_id, version, last_seq, done_seq, flow_version, wake_at,"
        " created_at, updated_at, parked, state) SELECT workflow_id, channel, 'parked ' || number, version, last_seq,"
        " done_seq, flow_version, now() + interval '30 days', now(), now(), false, state"
        " FROM sessions, generate_series(1, :count) AS number WHERE external_id = 'seed'"
    )
    async with _writing(url) as connection:
        await connection.execute(copies, {"count": count})
    engine = create_async_engine(url.replace("postgresql:", "postgresql+psycopg:", 1), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:  # what such a load leaves to be done must not happen meanwhile
        await connection.execute(text("VACUUM ANALYZE sessions"))
        await connection.execute(text("CHECKPOINT"))
    await engine.dispose()


async def make_due(url: str) -> None:
    """Let the time of all of them be up now."""
    async with _writing(url) as connection:
        now = func.now() if connection.dialect.name == "postgresql" else text("strftime('%Y-%m-%d %H:%M:%f', 'now')")
        await connection.execute(update(sessions).where(sessions.c.external_id.like("timer %")).values(wake_at=now))


async def counts(url: str) -> tuple[int, int, int]:
    """Return how many timeouts were fired, how many people were told so, and how many times in all."""
    fired = select(func.count()).where(inbounds.c.kind == "timeout")
    told = select(func.count(func.distinct(outbounds.c.session_id)), func.count()).where(
        outbounds.c.session_id.in_(select(inbounds.c.session_id).where(inbounds.c.kind == "timeout")),
    )
    async with _writing(url) as connection:
        people, times = (await connection.execute(told)).one()
        return (await connection.execute(fired)).scalar_one(), people, times


async def drained(url: str, count: int) -> None:
    """Return once `count` people were told that their time is up."""
    until_s = time.monotonic() + PATIENCE_S
    while (await counts(url))[1] < count:
        assert time.monotonic() < until_s, await counts(url)
        await asyncio.sleep(0.25)


def _writing(url: str) -> Any:
    dialect = "sqlite+aiosqlite" if url.startswith("sqlite") else "postgresql+psycopg"
    return _Writing(url.replace(url.partition(":")[0], dialect, 1))


class _Writing:
    """A transaction from outside."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url)

    async def __aenter__(self) -> AsyncConnection:
        self._begun = self._engine.begin()
        return await self._begun.__aenter__()

    async def __aexit__(self, *failure: Any) -> None:
        await self._begun.__aexit__(*failure)
        await self._engine.dispose()


async def talk(client: httpx2.AsyncClient, places: Sequence[Place], felt: Felt, person: str, word: str) -> None:
    """Write `word` again and again, until cancelled."""
    await say(client, places, person, "hi", f"{person} hi")
    number = 0
    while True:
        number += 1
        reply = await say(client, places, person, word, f"{person} {number}")
        (felt.queued if word == "think" else felt.fast).append(reply.seconds * 1000)
        await asyncio.sleep(EVERY_S)


async def measure(url: str, folder: Path, count: int, servers: int, parked: int) -> None:
    environment = {"BOTFLOW_DATABASE_URL": url}
    places = [Place(flow=FLOW, folder=folder, environment=environment) for _ in range(servers)]
    async with standing(*places), httpx2.AsyncClient() as client:
        for place in places:
            await place.started()
        await say(client, places, "seed", "hi", "seed")
        await seed(url, count)
        await park(url, parked)
        before, meanwhile = Felt(), Felt()
        async with asyncio.TaskGroup() as tasks:
            await _with_talk(tasks, client, places, before, asyncio.sleep(BEFORE_S))
            servers_running = [psutil.Process(place.process.pid) for place in places if place.process]
            peaks = [0] * len(servers_running)
            watching = tasks.create_task(_watch(servers_running, peaks))
            log = await _log_position(url)
            await make_due(url)
            began_s = time.monotonic()
            await _with_talk(tasks, client, places, meanwhile, drained(url, count))
            took_s = time.monotonic() - began_s
            watching.cancel()
        fired, people, times = await counts(url)
    log = (await _log_position(url) - log) // count
    memory = ", ".join(f"{peak / 2**20:.0f}" for peak in peaks)
    print(
        f"{count} timers due at once, {servers} servers, {parked} parked: {took_s:.1f} s, {count / took_s:.0f}/s;"
        f" fired {fired}, people told {people}, told {times} times; log {log} bytes each, messages included;"
        f" peak memory {memory} MiB"
    )
    print(f"  messages before:    {before.line()}")
    print(f"  messages meanwhile: {meanwhile.line()}")
    for name, then, now in (("at once", before.fast, meanwhile.fast), ("queued", before.queued, meanwhile.queued)):
        median, late = statistics.median(now) / statistics.median(then), _p95(now) / _p95(then)
        print(f"  {name}: median x {median:.1f}, p95 x {late:.1f}")


async def _with_talk(
    tasks: asyncio.TaskGroup, client: httpx2.AsyncClient, places: Sequence[Place], felt: Felt, until: Any
) -> None:
    name = f"talk {id(felt)}"
    talks = [
        tasks.create_task(talk(client, places, felt, f"{name} {number}", word))
        for number, word in enumerate(("hello", "hello", "think", "think"))
    ]
    await until
    for each in talks:
        each.cancel()


async def _watch(servers: Sequence[psutil.Process], peaks: list[int]) -> None:
    while True:
        for place, server in enumerate(servers):
            peaks[place] = max(peaks[place], server.memory_info().rss)
        await asyncio.sleep(0.1)


async def _log_position(url: str) -> int:
    async with _writing(url) as connection:
        found = await connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
        return int(found.scalar_one())


def _p95(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    count, servers, parked = (*given, *(COUNT, SERVERS, PARKED)[len(given) :])
    with tempfile.TemporaryDirectory() as folder, start_postgres(fsync=True) as server:
        asyncio.run(measure(server.url, Path(folder), count, servers, parked))


if __name__ == "__main__":
    main()
