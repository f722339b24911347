"""A run of six nodes that ask the world, then of branches: it goes on from its last checkpoint, whatever dies.

With T4's figures: each errand is run once, and once more for each crash at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import rows
from tests.faults.errand_runs import check, crash_once, place_for, run_errands
from tests.faults.servers_that_die import Place, standing

POINTS: tuple[tuple[Point, int], ...] = (
    ("advance.begun", 1),
    ("advance.begun", 5),
    ("advance.asked", 1),
    ("advance.asked", 6),
    ("advance.journalled", 3),
    ("advance.computed", 4),
    ("advance.committed", 2),
    ("advance.committed", 7),
    ("effects.claimed", 2),
    ("effects.carried", 3),
)
AT_ONCE = 5
KILLS = 5
BRANCHES = 100
WORKERS = 4


async def test_a_run_goes_on_from_its_last_checkpoint_wherever_its_process_dies(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    took: dict[str, float] = {}

    async def one(point: Point, hits: int) -> None:
        folder = tmp_path / f"{point}-{hits}"
        folder.mkdir()
        async with gate:
            took[folder.name] = await crash_once(point, hits, new_database_url(), folder)

    async with asyncio.TaskGroup() as crashes:
        for point, hits in POINTS:
            crashes.create_task(one(point, hits))
    slowest = max(took, key=lambda name: took[name])
    print(
        f"\nT4 {database_kind}: runs killed at {len(took)} moments, {len(took)} completed with the right output;"
        f" longest {took[slowest]:.1f} s ({slowest})"
    )


async def test_a_run_survives_one_kill_after_the_other(database_url: str, database_kind: str, tmp_path: Path) -> None:
    place, items = place_for(database_url, tmp_path), ["a", "b", "c", "d"]
    chance = random.Random(4)

    async def kill() -> None:
        while place.deaths < KILLS:
            await asyncio.sleep(chance.uniform(1.5, 3.0))
            place.kill()
            await place.started()

    async with standing(place), httpx2.AsyncClient() as client:
        place.launch()
        await place.started()
        killing = asyncio.create_task(kill())
        try:
            errands = await run_errands(client, [place], tmp_path, items, seconds=0.3)
        finally:
            killing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await killing
    await check(errands, database_url, items, crashes=place.deaths)
    repeated = sum(errands.calls.values()) - len(errands.calls)
    print(
        f"\nT4 {database_kind}: {place.deaths} kills at random, the run took {errands.seconds:.1f} s;"
        f" {repeated} of {len(errands.calls)} errands were run again"
    )


async def test_a_hundred_branches_over_four_workers_of_which_one_dies(postgres_url: str, tmp_path: Path) -> None:
    places = [place_for(postgres_url, tmp_path) for _ in range(WORKERS)]
    items = [f"item{number}" for number in range(BRANCHES)]

    async def kill_one(victim: Place) -> None:
        while True:
            await asyncio.sleep(0.02)
            [[begun]] = await rows(postgres_url, "SELECT count(*) FROM executions WHERE status = 'completed'")
            if begun >= BRANCHES // 4:
                victim.kill()
                return

    async with standing(*places), httpx2.AsyncClient() as client:
        for place in places:
            place.launch()
        await asyncio.gather(*(place.started() for place in places))
        killing = asyncio.create_task(kill_one(places[-1]))
        errands = await run_errands(client, places[:-1], tmp_path, items, seconds=0.5)
        assert killing.done(), "nobody was killed"
    await check(errands, postgres_url, items, crashes=1)
    spans = await rows(
        postgres_url,
        "SELECT parent_branch, extract(epoch FROM ended_at - started_at) FROM executions"
        " WHERE parent_session IS NOT NULL",
    )
    per_branch = Counter(branch for branch, _ in spans)
    print(
        f"\nparallel: {len(per_branch)}/{BRANCHES} branches done over {WORKERS} workers, one of them killed;"
        f" executions per branch {max(per_branch.values())};"
        f" longest branch {max(seconds for _, seconds in spans):.1f} s; whole run {errands.seconds:.1f} s;"
        f" errands run again {sum(errands.calls.values()) - len(errands.calls)}"
    )
    assert set(per_branch.values()) == {1}
