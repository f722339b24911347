"""A run is cancelled, and its process dies by kill -9 while `finally` runs: it ends all the same, and once.

Each errand of `finally` is run once, and once more for each crash at most; what follows a commit happens once.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from botflow.crash_points import Point
from tests.faults.conftest import Lend
from tests.faults.database_counts import read_ledger, rows
from tests.faults.errand_runs import ENDED, calls_in, request
from tests.faults.servers_that_die import Place
from tests.faults.waiting import until
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "undoing.py"
RESTING: tuple[tuple[Point, int], ...] = (
    ("turn.begun", 3),
    ("turn.asked", 2),
    ("turn.kept", 2),
    ("turn.computed", 3),
    ("turn.committed", 3),
    ("turn.asked", 3),
    ("turn.computed", 5),
    ("turn.committed", 5),
)
WORKING: tuple[tuple[Point, int], ...] = (("turn.begun", 2), ("turn.asked", 1), ("turn.kept", 1))
AT_ONCE = 4


async def test_finally_of_a_cancelled_run_runs_once_wherever_its_process_dies(
    database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(point: Point, hits: int, seconds: float) -> None:
        folder = tmp_path / f"{point}-{hits}"
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                await crash_while_cancelling(point, hits, url, folder, seconds)

    async with asyncio.TaskGroup() as group:
        for point, hits in RESTING:
            group.create_task(one(point, hits, 0.0))
        for point, hits in WORKING:
            group.create_task(one(point, hits, 60.0))
    print(f"\n{database_kind}: {len(RESTING) + len(WORKING)} kills while `finally` ran: each run cancelled, none twice")


async def crash_while_cancelling(point: Point, hits: int, url: str, folder: Path, seconds: float) -> None:
    """Cancel a run that rests, or works for `seconds`, in a process that dies at this point."""
    environment = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_TEST_ERRANDS": str(folder / "errands.txt")}
    place = Place(flow=FLOW, folder=folder, environment=environment)
    try:
        place.launch("--point", point, "--hits", str(hits))
        await place.started()
        async with local_client() as client:
            body = {"input": {"seconds": seconds}, "key": "undoing"}
            started = await request(client, [place], "POST", "/api/v1/workflows/undoing/executions", body)
            path = f"/api/v1/executions/{started['id']}"

            async def now() -> Any:
                return await request(client, [place], "GET", path)

            async def is_at_work() -> bool:
                return calls_in(folder)["work"] == 1 if seconds else (await now())["status"] == "waiting"

            async def is_over() -> bool:
                if place.process is None or place.process.poll() is not None:
                    await place.started()
                return (await now())["status"] in ENDED

            await until(is_at_work, "the run has begun to work, or to rest")
            assert (await request(client, [place], "POST", f"{path}/cancel"))["status"] in ("cancelling", "cancelled")
            await until(is_over, "the run is over")
            execution = await now()
    finally:
        place.kill()
    assert place.died_at == (point,), place.log
    assert (execution["status"], execution["error"]) == ("cancelled", None)
    calls = calls_in(folder)
    assert set(calls) == {"work", "undo-Ann", "tell-execution.cancelled"}, calls
    assert calls["work"] == 1
    assert max(calls.values()) <= 2, calls
    traces = [
        json.loads(trace) if isinstance(trace, str) else trace for [trace] in await rows(url, "SELECT trace FROM turns")
    ]
    events = [event[0] for trace in traces for event in trace]
    assert (events.count("emitted"), events.count("cancelled"), events.count("closing")) == (1, 1, 1), events
    ledger = await read_ledger(url)
    assert (ledger.open, ledger.dead) == (0, 0)
