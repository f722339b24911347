"""One person writes quickly to a server that dies at a point of its own; nothing they said is lost or heard twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import Place, Reply, say, standing
from tests.stand_ins.openai import OpenAIStandIn

FLOWS = Path(__file__).parent / "flows"
WORDS = ("one", "two", "three", "four")
GAP_S = 0.25
THINKING_MS = 700


async def crash_burst(mode: str, point: Point, url: str, folder: Path) -> float:
    """Write four messages to a server that dies at `point`; return the longest wait in seconds."""
    with OpenAIStandIn(ms=THINKING_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        place = Place(flow=FLOWS / f"{mode}.yaml", folder=folder, environment=environment)
        async with standing(place), httpx2.AsyncClient() as client:
            place.launch("--point", point)
            await place.started()

            async def write(number: int) -> Reply:
                await asyncio.sleep(number * GAP_S)
                return await say(client, [place], "ann", WORDS[number], f"m{number}")

            said = await asyncio.gather(*(write(number) for number in range(len(WORDS))))
            again = [await say(client, [place], "ann", word, f"m{number}") for number, word in enumerate(WORDS)]
        assert place.deaths == 1, f"{point} was never reached"
    assert [reply.texts for reply in again] == [reply.texts for reply in said], point
    assert [reply.ids for reply in again] == [reply.ids for reply in said], point
    await _judge(url, mode, point)
    return max(reply.seconds for reply in said)


async def _judge(url: str, mode: str, point: Point) -> None:
    """Every word is heard once, in order; each inbound is finished, by its own turn or by that of its lead."""
    ledger = await read_ledger(url)
    told = await rows(url, 'SELECT body FROM outbounds ORDER BY version, "index"')
    texts = [text for (body,) in told if "Heard" in (text := str(body))]
    order = [word for text in texts for word in WORDS if word in text]
    merged = await rows(url, "SELECT count(*) FROM inbounds WHERE merged_into IS NOT NULL")
    assert sorted(order, key=WORDS.index) == order == list(WORDS), (mode, point, texts)
    assert (ledger.inbounds, ledger.open, ledger.dead) == (len(WORDS), 0, 0), (mode, point, ledger)
    assert ledger.turns == ledger.inbounds - merged[0][0] == len(texts), (mode, point, ledger)
