"""A process dies around the ask of a node that acts: its deed is done, at most twice, and once where it has a key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.conftest import Lend
from tests.faults.deed_providers import ROWS
from tests.faults.deeds import Count, Row, check, count_deeds

AT_ONCE = 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_death_around_an_ask_repeats_its_deed_at_most_once(
    row: Row, database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate, count = asyncio.Semaphore(AT_ONCE), Count()

    async def one(moment: str) -> None:
        folder = tmp_path / moment.replace(" ", "-")
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                await count_deeds(row, moment, url, folder, count)

    async with asyncio.TaskGroup() as group:
        for moment in row.moments:
            group.create_task(one(moment))
    deeds, calls = sum(count.repeated_deeds.values()), sum(count.repeated_calls.values())
    killed = f"killed at {len(row.moments)} moments"
    print(f"\ndeeds {database_kind}: {row.name}: {killed}, {calls} calls and {deeds} deeds again")
    check(row, count)
