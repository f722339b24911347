"""Publishing by plan, and rolling back, over a server that dies in the middle of it, while its people go on writing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.errand_runs import HEADERS, request
from tests.faults.servers_that_die import Crash, Place, standing
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.web.api.test_publications import ask, order, say

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
PEOPLE = 120  # more than two batches
ONE = "/api/v1/workflows/order"
FORMER, LATTER = "old {{ name }}", "new {{ name }}"


async def crash_publication(point: Point, url: str, folder: Path) -> Crash:
    """Move everybody who waits, over a death at `point`; one in four writes meanwhile."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client(timeout=30.0) as client:
        place.launch("--point", point)
        await place.started()
        await _wait_at_the_question(client, place)
        began_s = time.monotonic()
        publication = await _publish(client, place)
        hasty = [number for number in range(PEOPLE) if number % 4 == 0]
        heard = dict(
            zip(hasty, await asyncio.gather(*(_answer(client, place, number) for number in hasty)), strict=True)
        )
        is_back = point == "publication.returned"
        await _reaches(client, place, publication, "done")
        if is_back:
            await _roll_back(client, place, publication)
            await _reaches(client, place, publication, "returned")
        seconds = time.monotonic() - began_s
        patient = [number for number in range(PEOPLE) if number not in heard]
        for number in patient:
            heard[number] = await _answer(client, place, number)
        read = await request(client, [place], "GET", f"{ONE}/publications/{publication}")
    words = {number: text.partition(" ")[0] for number, text in heard.items()}
    assert all(words[number] == ("old" if is_back else "new") for number in patient), (point, words)
    assert {text.partition(" ")[2] for text in heard.values()} == {f"Ann {number}" for number in range(PEOPLE)}
    moved = read["returned"] + read["goneOn"] if is_back else read["moved"]
    assert (read["waiting"], read["refused"], moved + read["stayed"]) == (0, {}, PEOPLE), (point, read)
    assert sum(word == "old" for word in words.values()) == (len(words) - read["goneOn"] if is_back else read["stayed"])
    [[changes]] = await rows(url, "SELECT sum(version) FROM sessions")  # one for each turn, move and return
    ledger = await read_ledger(url)
    written = ledger.turns + moved + read["returned"]
    assert (ledger.open, ledger.dead) == (0, 0)
    return Crash(
        seconds=seconds, died_at=place.died_at, lost=max(0, written - changes), doubled=max(0, changes - written)
    )


async def _wait_at_the_question(client: httpx2.AsyncClient, place: Place) -> None:
    """Publish the first version, and let everybody come to its question."""
    await request(client, [place], "POST", "/api/v1/workflows", order(ask("name", "Name?", "name"), say("end", FORMER)))
    await request(client, [place], "POST", f"{ONE}/publish")
    await asyncio.gather(*(_say(client, place, f"p{number}", "hi", "first") for number in range(PEOPLE)))


async def _publish(client: httpx2.AsyncClient, place: Place) -> int:
    """Plan and publish; the answer may be lost, then the list of publications says what was done."""
    second = order(ask("name", "Your name?", "name"), say("end", LATTER))
    await request(client, [place], "PUT", f"{ONE}/draft", second)
    plan = await request(client, [place], "POST", f"{ONE}/plan", {"default": "same"})
    assert (plan["waits"], plan["wouldMove"]) == (PEOPLE, PEOPLE)
    try:
        answer = await client.post(f"{place.url}{ONE}/publish", json={"token": plan["token"]}, headers=HEADERS)
        assert answer.is_success, answer.text
    except httpx2.TransportError:
        await place.started()
    [listed] = (await request(client, [place], "GET", f"{ONE}/publications"))["items"]
    return int(listed["id"])


async def _roll_back(client: httpx2.AsyncClient, place: Place, publication: int) -> None:
    try:
        address = f"{place.url}{ONE}/publications/{publication}/rollback"
        assert (await client.post(address, headers=HEADERS)).is_success
    except httpx2.TransportError:
        await place.started()


async def _reaches(client: httpx2.AsyncClient, place: Place, publication: int, state: str) -> None:
    async def is_there() -> bool:
        read = await request(client, [place], "GET", f"{ONE}/publications/{publication}")
        return bool(read["state"] == state)

    await until(is_there, f"the publication is {state}")


async def _answer(client: httpx2.AsyncClient, place: Place, number: int) -> str:
    """Answer the question; return the only thing that is said then."""
    answer = await _say(client, place, f"p{number}", f"Ann {number}", "second")
    [message] = answer["messages"]
    return str(message["text"])


async def _say(client: httpx2.AsyncClient, place: Place, person: str, text: str, id: str) -> dict[str, Any]:
    body = {"text": text, "externalId": person, "messageId": f"{person}-{id}"}
    return await request(client, [place], "POST", "/chat/order/messages", body)
