"""A run of six nodes that ask the world, then of branches: it goes on from its last checkpoint, whatever dies.

With T4's figures: each errand is run once, and once more for each crash at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.conftest import Lend
from tests.faults.database_counts import rows
from tests.faults.errand_runs import check, crash_run, place_for, run_errands
from tests.faults.servers_that_die import Crash, Place, standing
from tests.faults.waiting import until
from tests.local_client import local_client

POINTS: tuple[tuple[Point, int], ...] = (
    ("turn.begun", 1),
    ("turn.begun", 5),
    ("turn.asked", 1),
    ("turn.asked", 6),
    ("turn.kept", 3),
    ("turn.computed", 4),
    ("turn.committed", 2),
    ("turn.committed", 7),
    ("effects.claimed", 2),
    ("effects.carried", 3),
)
AT_ONCE = 5
KILLS = 5
BRANCHES = 100
WORKERS = 4


async def test_a_run_goes_on_from_its_last_checkpoint_wherever_its_process_dies(
    database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    crashes: dict[str, Crash] = {}

    async def one(point: Point, hits: int) -> None:
        folder = tmp_path / f"{point}-{hits}"
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                crashes[folder.name] = await crash_run(point, hits, url, folder)

    async with asyncio.TaskGroup() as group:
        for point, hits in POINTS:
            group.create_task(one(point, hits))
    slowest = max(crashes, key=lambda name: crashes[name].seconds)
    died = [point for crash in crashes.values() for point in crash.died_at]
    lost, doubled = (sum(getattr(crash, name) for crash in crashes.values()) for name in ("lost", "doubled"))
    print(
        f"\nT4 {database_kind}: runs killed at {len(died)} of {len(POINTS)} moments, all completed with the right"
        f" output; branches lost {lost}, doubled {doubled}; longest {crashes[slowest].seconds:.1f} s ({slowest})"
    )
    assert sorted(died) == sorted(point for point, _ in POINTS)
    assert (lost, doubled) == (0, 0), crashes


async def test_a_run_survives_one_kill_after_the_other(database_url: str, database_kind: str, tmp_path: Path) -> None:
    place, items = place_for(database_url, tmp_path), ["a", "b", "c", "d"]
    chance = random.Random(4)

    async def kill() -> None:
        while place.deaths < KILLS:
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            # A slow machine may not have gone on since the last kill: a third death in the same turn would be its end,
            # and a turn in its second attempt may begin the third before the process dies.
            await until(lambda: _may_die_again(database_url), "no turn is in its second attempt")
            place.kill()
            await place.started()

    async with standing(place), local_client() as client:
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


async def _may_die_again(url: str) -> bool:
    [[repeated]] = await rows(url, "SELECT count(*) FROM inbounds WHERE state = 'new' AND attempt >= 2")
    return bool(repeated == 0)


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

    async with standing(*places), local_client() as client:
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
