"""One person writes quickly to a server that dies at a point of its own; nothing they said is lost or heard twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import Crash, Place, Reply, say, standing
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn

FLOWS = Path(__file__).parent / "flows"
WORDS = ("one", "two", "three", "four")
GAP_S = 0.25
THINKING_MS = 700


async def crash_burst(mode: str, point: Point, url: str, folder: Path) -> Crash:
    """Write four messages to a server that dies at `point`, and then write them again."""
    with OpenAIStandIn(ms=THINKING_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        place = Place(flow=FLOWS / f"{mode}.yaml", folder=folder, environment=environment)
        async with standing(place), local_client() as client:
            place.launch("--point", point)
            await place.started()

            async def write(number: int) -> Reply:
                await asyncio.sleep(number * GAP_S)
                return await say(client, [place], "ann", WORDS[number], f"m{number}")

            said = await asyncio.gather(*(write(number) for number in range(len(WORDS))))
            again = [await say(client, [place], "ann", word, f"m{number}") for number, word in enumerate(WORDS)]
    assert [reply.texts for reply in again] == [reply.texts for reply in said], point
    assert [reply.ids for reply in again] == [reply.ids for reply in said], point
    heard = await _heard(url, mode, point)
    return Crash(
        seconds=max(reply.seconds for reply in said),
        died_at=place.died_at,
        lost=len(set(WORDS) - set(heard)),
        doubled=len(heard) - len(set(heard)),
    )


async def _heard(url: str, mode: str, point: Point) -> list[str]:
    """Return the words in the order in which they were heard; each inbound is finished, by its own turn or by that of
    its lead."""
    ledger = await read_ledger(url)
    told = await rows(url, 'SELECT body FROM outbounds ORDER BY version, "index"')
    texts = [text for (body,) in told if "Heard" in (text := str(body))]
    order = [word for text in texts for word in WORDS if word in text]
    merged = await rows(url, "SELECT count(*) FROM inbounds WHERE merged_into IS NOT NULL")
    assert sorted(order, key=WORDS.index) == order, (mode, point, texts)
    assert (ledger.inbounds, ledger.open, ledger.dead) == (len(WORDS), 0, 0), (mode, point, ledger)
    assert ledger.turns == ledger.inbounds - merged[0][0] == len(texts), (mode, point, ledger)
    return order
