"""T1 to T4 where quick messages are merged or supersede each other: the process dies, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.burst_crashes import crash_burst

# The points of a burst itself stand in test_crash_points.py, for one mode each.
CRASHES: tuple[tuple[str, Point], ...] = (
    ("merge", "advance.begun"),
    ("merge", "advance.asked"),
    ("supersede", "advance.computed"),
    ("supersede", "burst.merged"),
)
AT_ONCE = 4


async def test_a_burst_survives_the_death_of_its_process(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    waits: list[float] = []

    async def one(mode: str, point: Point) -> None:
        folder = tmp_path / f"{mode}-{point}"
        folder.mkdir()
        async with gate:
            waits.append(await crash_burst(mode, point, new_database_url(), folder))

    async with asyncio.TaskGroup() as crashes:
        for mode, point in CRASHES:
            crashes.create_task(one(mode, point))
    print(
        f"\nT1-T3 {database_kind}, bursts: {len(waits)} crashes, {4 * len(waits)} messages; lost 0, heard twice 0,"
        f" out of order 0; longest wait {max(waits):.1f} s"
    )
    assert len(waits) == len(CRASHES)
