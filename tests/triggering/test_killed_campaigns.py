"""Processes that are killed while a campaign starts conversations, and two at once: each person hears once."""

from __future__ import annotations

import asyncio
from collections import Counter

from sqlalchemy import update

from botflow.crash_points import Point
from botflow.storage.database import open_database
from botflow.storage.tables import campaigns
from tests.storage.aged_rows import change
from tests.triggering.campaigning import NOON, Campaigning, greeting
from tests.triggering.test_killed import said, spawned

TODAY = "2026-11-27"
PEOPLE = 30
# Where it dies, and how often it comes there before.
KILLS: tuple[tuple[Point, int], ...] = (
    ("campaign.looked", 1),
    ("campaign.noted", 6),
    ("campaign.written", 2),
    ("campaign.started", 4),
)
MODULE = "tests.triggering.killed_campaign"


async def test_kills_at_every_moment_lose_none_and_double_none(database_url: str, database_kind: str) -> None:
    database = await open_database(database_url, migrate=False)
    place = Campaigning(database)
    await place.publish(greeting(perMinute=6_000))
    for number in range(PEOPLE):
        await place.person(f"p{number}", birthday=TODAY)
    await database.close()
    died = 0
    for point, hits in KILLS:
        database = await open_database(database_url, migrate=False)
        await change(database, update(campaigns).values(next_at=NOON))  # the lease of the dead one has passed
        await database.close()
        async with spawned(MODULE, database_url, point, str(hits)) as doomed:
            assert await said(doomed) == "ready"
            died += await said(doomed) == ""
            await doomed.wait()
    database = await open_database(database_url, migrate=False)
    place = Campaigning(database)
    between = len(await place.begun())
    await place.look()
    heard = Counter(name for name, _ in await place.begun())
    outcomes = Counter(outcome for _, outcome, _ in await place.starts())
    await database.close()
    doubled, lost = sum(count > 1 for count in heard.values()), PEOPLE - len(heard)
    print(f"\ncampaigns {database_kind}: killed {died} of {len(KILLS)}, begun before the last {between} of {PEOPLE},")
    print(f"  doubled {doubled}, lost {lost}")
    assert died == len(KILLS)
    assert (doubled, lost) == (0, 0)
    assert 0 < between < PEOPLE
    assert outcomes == {"started": PEOPLE}


async def test_processes_whose_lease_was_taken_over_double_none(postgres_url: str) -> None:
    """Four at once on one page: a frozen one goes on beside the one that has taken over."""
    database = await open_database(postgres_url, migrate=False)
    places = [Campaigning(database) for _ in range(4)]
    await places[0].publish(greeting(perMinute=6_000))
    for number in range(PEOPLE):
        await places[0].person(f"p{number}", birthday=TODAY)
    await change(database, update(campaigns).values(next_at=NOON))
    stored = [await database.engine.write(place.keeper._claim) for place in places[:1]]
    claims = [await database.engine.read(place.keeper._look, stored[0]) for place in places if stored[0] is not None]
    await asyncio.gather(
        *(place.keeper._start_page(claim) for place, claim in zip(places, claims, strict=True) if claim is not None)
    )
    heard = Counter(name for name, _ in await places[0].begun())
    outcomes = Counter(outcome for _, outcome, _ in await places[0].starts())
    await database.close()
    assert len(heard) == PEOPLE
    assert set(heard.values()) == {1}
    assert outcomes == {"started": PEOPLE}
