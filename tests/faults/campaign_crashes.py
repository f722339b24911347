"""A campaign whose process dies while it looks for people and starts their conversations; another one looks then."""

from __future__ import annotations

import signal
import time
from collections import Counter

from botflow.crash_points import Point
from botflow.storage.database import open_database
from tests.faults.servers_that_die import Crash
from tests.triggering.campaigning import Campaigning, greeting
from tests.triggering.test_killed import said, spawned

NAMES = ("ann", "bea", "cay")


async def crash_campaign(point: Point, url: str) -> Crash:
    """Die at `point`, and look again: each person hears once."""
    began_s = time.monotonic()
    database = await open_database(url, migrate=False)
    place = Campaigning(database)
    await place.publish(greeting())
    for name in NAMES:
        await place.person(name, birthday="2026-11-27")
    await database.close()
    async with spawned("tests.triggering.killed_campaign", url, point, "1") as doomed:
        assert await said(doomed) == "ready"
        died = await doomed.wait() == -signal.SIGKILL
    database = await open_database(url, migrate=False)
    place = Campaigning(database)
    await place.look()
    heard = Counter(name for name, _ in await place.begun())
    await database.close()
    return Crash(
        seconds=time.monotonic() - began_s,
        died_at=(point,) if died else (),
        lost=len(NAMES) - len(heard),
        doubled=heard.total() - len(heard),
    )
