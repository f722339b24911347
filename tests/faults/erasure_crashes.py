"""Erasing a person over a server that dies in the middle of it: another one finishes, and nothing of them is left."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx2

from botflow.crash_points import Point
from tests.dumps import dump_of, places_of
from tests.faults.database_counts import read_ledger
from tests.faults.errand_runs import HEADERS, request
from tests.faults.servers_that_die import Crash, Place, standing
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.web.api.test_publications import ask, order, say

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
GONE, STAYS = "person-to-erase", "person-who-stays"


async def crash_erasure(point: Point, url: str, folder: Path) -> Crash:
    """Erase one of two persons, over a death at `point`; both write afterwards."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client(timeout=30.0) as client:
        place.launch("--point", point)
        await place.started()
        document = order(ask("name", "Name?", "name"), say("end", "{{ name }}"))
        await request(client, [place], "POST", "/api/v1/workflows", document)
        await request(client, [place], "POST", "/api/v1/workflows/order/publish")
        await asyncio.gather(*(_say(client, place, person, "hi", "1") for person in (GONE, STAYS)))
        began_s = time.monotonic()
        erasure = await _erase(client, place)

        async def is_done() -> bool:
            return bool((await request(client, [place], "GET", f"/api/v1/erasures/{erasure}"))["state"] == "done")

        await until(is_done, "the person is erased")
        seconds = time.monotonic() - began_s
        left = places_of([GONE], dump_of(url))
        heard = [await _say(client, place, person, "Ann", "2") for person in (GONE, STAYS)]
    assert left == {}, (point, left)
    assert heard == ["Name?", "Ann"], (point, heard)
    ledger = await read_ledger(url)
    assert (ledger.open, ledger.dead) == (0, 0)
    return Crash(seconds=seconds, died_at=place.died_at, lost=0, doubled=0)


async def _erase(client: httpx2.AsyncClient, place: Place) -> str:
    """Ask for the erasure; the answer may be lost, then the list says which one it is."""
    try:
        address = f"{place.url}/api/v1/erasures"
        answer = await client.post(address, json={"externalId": GONE}, headers=HEADERS)
        assert answer.is_success, answer.text
    except httpx2.TransportError:
        await place.started()
    [listed] = (await request(client, [place], "GET", "/api/v1/erasures"))["items"]
    return str(listed["id"])


async def _say(client: httpx2.AsyncClient, place: Place, person: str, text: str, id: str) -> str:
    body = {"text": text, "externalId": person, "messageId": id}
    answer = await request(client, [place], "POST", "/chat/order/messages", body)
    [message] = answer["messages"]
    return str(message["text"])
