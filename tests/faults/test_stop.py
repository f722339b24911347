"""T17: after STOP nothing is sent, queued rows included, whoever sends: two servers, two workflows, dozens of sessions.

What a sender had claimed when the stop was committed is in the provider's hands, or on its way into them; it is counted
apart, and the evidence of the stop says how much that was.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.faults.database_counts import rows
from tests.faults.servers_that_die import API_KEY, Place, standing
from tests.local_client import local_client
from tests.stand_ins.twilio import TwilioStandIn

FLOWS = Path(__file__).parent / "flows"
PEOPLE = [f"+1212555011{number}" for number in range(4)]
TELLERS = 16  # for each of them; each tells three things, from a number of its own
KEY = {"authorization": f"Bearer {API_KEY}"}


@pytest.mark.parametrize("seed", range(1))
async def test_after_a_stop_nothing_is_sent_by_two_processes(postgres_url: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with TwilioStandIn() as twilio:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **twilio.environment}
        places = []
        for flow in ("tell", "hear"):
            folder = tmp_path / flow
            folder.mkdir()
            places.append(Place(flow=FLOWS / f"{flow}.yaml", folder=folder, environment=environment))
        async with standing(*places), local_client(timeout=20.0) as client:
            await asyncio.gather(*(place.started() for place in places))
            await _both_served(client, places)
            town = _Town(client, twilio, places)
            late = await asyncio.gather(*(town.stop(person, number, chance) for number, person in enumerate(PEOPLE)))
            await town.settled(postgres_url)
            counted = [await town.after(person) for person in PEOPLE]

    states = [state for (state,) in await rows(postgres_url, "SELECT DISTINCT state FROM outbounds")]
    sends = [sent for sent, _ in counted]
    leaving = [claimed for _, claimed in counted]
    too_late = sum(max(0, sent - claimed) for sent, claimed in counted)
    print(
        f"\n{3 * TELLERS * len(PEOPLE)} messages for {len(PEOPLE)} people over 2 servers: {sum(late)} sent before the"
    )
    print(f"stops, {sum(leaving)} claimed at their moments, {sum(sends)} of which reached Twilio after them; ")
    print(f"sends after STOP = {too_late}")
    assert too_late == 0
    assert set(states) <= {"sent", "suppressed", "handed"}  # the last are what the webhooks' answers took along
    assert sum(late) < 3 * TELLERS * len(PEOPLE)  # there was something to suppress
    assert twilio.violations == []


async def _both_served(client: httpx2.AsyncClient, places: list[Place]) -> None:
    """Wait until each server has heard of the other's workflow: an unsigned webhook is refused, not unknown."""
    async with asyncio.timeout(20):
        for url in (f"{place.url}/twilio/{flow}" for place in places for flow in ("tell", "hear")):
            while (await client.post(url, data={"Body": "x"})).status_code != 403:  # noqa: ASYNC110 -- others do it
                await asyncio.sleep(0.1)


class _Town:
    """People who are told things, and stop that in the middle of it."""

    def __init__(self, client: httpx2.AsyncClient, twilio: TwilioStandIn, places: list[Place]) -> None:
        self._client = client
        self._twilio = twilio
        self._places = places
        self._at_stop: dict[str, int] = {}

    async def stop(self, person: str, number: int, chance: random.Random) -> int:
        """Let some tell `person` things, then the person stop, then the others tell on; return what was sent before."""
        await self._deliver("hear", person, "+15550002222", "hi", number)
        early = chance.randrange(4, TELLERS - 4)
        await asyncio.gather(*(self._tell(person, number, teller) for teller in range(early)))
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        stopping = asyncio.create_task(self._deliver("hear", person, "+15550002222", "STOP", number + 1))
        telling = [asyncio.create_task(self._tell(person, number, teller)) for teller in range(early, TELLERS)]
        await stopping
        self._at_stop[person] = len(self._twilio.messages(person))
        await asyncio.gather(*telling)
        return self._at_stop[person]

    async def _tell(self, person: str, number: int, teller: int) -> None:
        ours = f"+1555{number:03}{teller:04}"
        await self._deliver("tell", f"+1212556{number}{teller:03}", ours, person, teller)

    async def _deliver(self, workflow: str, sender: str, ours: str, text: str, place: int) -> None:
        form = self._twilio.incoming(sender, ours, text)
        path = f"/twilio/{workflow}"
        url = self._places[place % len(self._places)].url
        async with local_client(base_url=url, timeout=20.0) as client:
            assert (await self._twilio.deliver(client, path, form)).status == 200

    async def settled(self, url: str) -> None:
        """Wait until nothing is on its way any more."""
        moving = "SELECT 1 FROM outbounds WHERE state IN ('ready', 'sending', 'unknown') LIMIT 1"
        async with asyncio.timeout(90):
            while await rows(url, moving):  # noqa: ASYNC110 -- other processes do it
                await asyncio.sleep(0.3)

    async def after(self, person: str) -> tuple[int, int]:
        """Return how much Twilio got for `person` after the stop, and how much was claimed when it was committed."""
        answer = await self._client.get(
            f"{self._places[0].url}/api/v1/decisions", params={"address": person, "limit": 100}, headers=KEY
        )
        decisions: list[dict[str, Any]] = answer.json()["items"]
        [stopped] = [decision for decision in decisions if decision["kind"] == "opt_out"]
        return len(self._twilio.messages(person)) - self._at_stop[person], int(stopped["detail"]["leaving"])
