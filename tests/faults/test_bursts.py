"""T1 to T4 where quick messages are merged or supersede each other: the process dies, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.burst_crashes import WORDS, crash_burst
from tests.faults.conftest import Lend
from tests.faults.servers_that_die import Crash

# The points of a burst itself stand in test_crash_points.py, for one mode each.
CRASHES: tuple[tuple[str, Point], ...] = (
    ("merge", "turn.begun"),
    ("merge", "turn.asked"),
    ("supersede", "turn.computed"),
    ("supersede", "burst.merged"),
)
AT_ONCE = 4


async def test_a_burst_survives_the_death_of_its_process(
    database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    crashes: list[Crash] = []

    async def one(mode: str, point: Point) -> None:
        folder = tmp_path / f"{mode}-{point}"
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                crashes.append(await crash_burst(mode, point, url, folder))

    async with asyncio.TaskGroup() as group:
        for mode, point in CRASHES:
            group.create_task(one(mode, point))
    died = [point for crash in crashes for point in crash.died_at]
    lost, doubled = sum(crash.lost for crash in crashes), sum(crash.doubled for crash in crashes)
    print(
        f"\nT1-T3 {database_kind}, bursts: {len(died)} crashes, {len(WORDS) * len(crashes)} messages, all heard in"
        f" order; lost {lost}, heard twice {doubled}; longest wait {max(crash.seconds for crash in crashes):.1f} s"
    )
    assert sorted(died) == sorted(point for _, point in CRASHES)
    assert (lost, doubled) == (0, 0), crashes
