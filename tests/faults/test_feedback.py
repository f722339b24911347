"""People give feedback while the server is killed again and again: of each person the last value counts, once."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx2
from sqlalchemy import select

from botflow.storage.one_off import run_once_sync
from botflow.storage.tables import feedback
from tests.faults.servers_that_die import API_KEY, Place, say, standing
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "rated.yaml"
PEOPLE = 6
PRESSES = 12  # by each
KILLS = 2
SEED = 5  # of which some people take back what they said


async def test_what_was_acknowledged_stays_and_what_is_sent_again_counts_once(
    database_url: str, tmp_path: Path
) -> None:
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": database_url})
    chance = random.Random(SEED)
    presses = {f"p{number}": [chance.choice(("up", "down", None)) for _ in range(PRESSES)] for number in range(PEOPLE)}
    sent = 0

    async def press_all(client: httpx2.AsyncClient, person: str) -> None:
        nonlocal sent
        message = (await say(client, [place], person, "hi", "m1")).ids[0]
        for value in presses[person]:
            sent += 1
            if sent % (PEOPLE * PRESSES // KILLS) == PEOPLE:  # others have requests under way
                asyncio.get_running_loop().call_soon(place.kill)
            await _give(client, place, person, message, value)

    async with standing(place), local_client() as client:
        await place.started()
        await asyncio.gather(*(press_all(client, person) for person in presses))

    assert place.deaths == KILLS
    query = select(feedback.c.value, feedback.c.session_id).where(feedback.c.value.is_not(None))
    found = run_once_sync(database_url, lambda connection: connection.execute(query).all())
    last = [values[-1] for values in presses.values() if values[-1] is not None]
    print(f"\n{sent} values of {PEOPLE} people, killed {place.deaths} times: {len(found)} of {len(last)} count")
    assert sorted(row.value for row in found) == sorted(last)
    assert len({row.session_id for row in found}) == len(found)


async def _give(client: httpx2.AsyncClient, place: Place, person: str, message: str, value: str | None) -> None:
    """Send one value until it is acknowledged."""
    body = {"messageId": message, "value": value, "externalId": person}
    while True:
        try:
            answer = await client.post(
                f"{place.url}/chat/rated/feedback",
                json=body,
                headers={"Authorization": f"Bearer {API_KEY}"},
                timeout=30.0,
            )
        except httpx2.TransportError:
            await place.started()
            continue
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            return
        await asyncio.sleep(0.05)
