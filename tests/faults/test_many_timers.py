"""T8 in numbers: many timers due at one instant are fired once each, by however many processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.faults.database_counts import read_ledger
from tests.faults.servers_that_die import Place, say, standing
from tests.local_client import local_client
from tests.performance import timers

DUE = 200
PLACES = {"postgres": 2, "sqlite": 1}


async def test_timers_that_are_due_at_one_instant_are_fired_once_each(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database_url()
    places = [
        Place(flow=timers.FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url})
        for _ in range(PLACES[database_kind])
    ]
    async with standing(*places), local_client() as client:
        await asyncio.gather(*(place.started() for place in places))
        await say(client, places, "seed", "hi", "seed")
        await timers.seed(url, DUE)
        await timers.make_due(url)
        await timers.drained(url, DUE)
        await asyncio.sleep(1.5)  # whoever would fire one again has had the time for it
    fired, people, times = await timers.counts(url)
    print(f"\nT8 {database_kind}: {DUE} timers due at one instant; fired {fired}, people told {people}, {times} times")
    assert (fired, people, times) == (DUE, DUE, DUE)
    ledger = await read_ledger(url)
    assert (ledger.open, ledger.dead) == (0, 0)
