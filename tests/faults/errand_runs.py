"""Starting the errands over HTTP and waiting for their end, however often the places that run them die."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.flows.errands import CHAIN
from tests.faults.servers_that_die import API_KEY, Crash, Place
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "errands.py"
HEADERS = {"Authorization": f"Bearer {API_KEY}"}
ENDED = ("completed", "failed", "cancelled")
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """How a run ended, how often each errand was run, and how long it took from asking for it to its end."""

    execution: dict[str, Any]
    calls: Counter[str]
    seconds: float


def place_for(url: str, folder: Path) -> Place:
    environment = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_TEST_ERRANDS": str(folder / "errands.txt")}
    return Place(flow=FLOW, folder=folder, environment=environment)


def calls_in(folder: Path) -> Counter[str]:
    file = folder / "errands.txt"
    return Counter(line.split()[0] for line in file.read_text().splitlines()) if file.exists() else Counter()


async def run_errands(
    client: httpx2.AsyncClient, places: Sequence[Place], folder: Path, items: Sequence[str], *, seconds: float = 0.0
) -> Errands:
    """Start the run under one key, and look until it is over; a dead place is started again whenever it is noticed."""
    began_s = time.monotonic()
    body = {"input": {"items": list(items), "seconds": seconds}, "key": "errands"}
    started = await request(client, places, "POST", "/api/v1/workflows/errands/executions", body)
    while time.monotonic() - began_s < PATIENCE_S:
        for place in places:
            if place.process is None or place.process.poll() is not None:
                await place.started()
        execution = await request(client, places, "GET", f"/api/v1/executions/{started['id']}")
        if execution["status"] in ENDED:
            return Errands(execution=execution, calls=calls_in(folder), seconds=time.monotonic() - began_s)
        await asyncio.sleep(0.1)
    raise AssertionError(f"the run did not end:\n{places[0].log}")


async def crash_run(point: Point, hits: int, url: str, folder: Path) -> Crash:
    """Run the errands in a process that dies when it comes to `point` for the `hits`-th time."""
    place = place_for(url, folder)
    try:
        place.launch("--point", point, "--hits", str(hits))
        await place.started()
        async with local_client() as client:
            errands = await run_errands(client, [place], folder, ["a", "b", "c"])
    finally:
        place.kill()
    await check(errands, url, ["a", "b", "c"], crashes=1)
    [[children]] = await rows(url, "SELECT count(*) FROM executions WHERE parent_session IS NOT NULL")
    return Crash(
        seconds=errands.seconds,
        died_at=place.died_at,
        lost=max(0, 3 - children),
        doubled=max(0, children - 3),
    )


async def check(errands: Errands, url: str, items: Sequence[str], *, crashes: int) -> None:
    """Each errand was run once, and once more for each crash at most; every branch was one run; nothing is left."""
    assert errands.execution["status"] == "completed", errands.execution
    assert errands.execution["output"] == {"chain": "six", "fan": len(items)}
    assert set(errands.calls) == {*CHAIN, *items}
    repeated = sum(errands.calls.values()) - len(errands.calls)
    assert max(errands.calls.values()) <= 1 + crashes, errands.calls
    children = await rows(url, "SELECT status FROM executions WHERE parent_session IS NOT NULL")
    assert [status for [status] in children] == ["completed"] * len(items)
    ledger = await read_ledger(url)
    [[effects]] = await rows(url, "SELECT count(*) FROM effects")
    assert (ledger.open, ledger.dead, effects) == (0, 0, 0)
    print(f"{errands.seconds:.1f} s, {repeated} errands run again", flush=True)


async def request(
    client: httpx2.AsyncClient, places: Sequence[Place], method: str, path: str, body: Any = None
) -> dict[str, Any]:
    """Ask one place after the other until one answers."""
    until_s, last = time.monotonic() + PATIENCE_S, ""
    for tries in range(10_000):
        place = places[tries % len(places)]
        try:
            answer = await client.request(method, f"{place.url}{path}", json=body, headers=HEADERS, timeout=30.0)
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            last = f"{answer.status_code} {answer.text[:300]}"
            assert answer.status_code == 503, last
        except httpx2.TransportError as failure:
            last = repr(failure)
            await place.started()
        assert time.monotonic() < until_s, f"{method} {path} was never answered; last: {last}"
        await asyncio.sleep(0.05)
    raise AssertionError(last)
