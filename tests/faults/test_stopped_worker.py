"""T5 and T10: a worker is stopped in the middle of turns for 40 s. Others take over; what it writes later is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import psutil
import psycopg

from tests.faults.driver import Place, Reply, say, standing
from tests.faults.ledger import read_ledger, rows
from tests.faults.talk import HEAR
from tests.stand_ins.openai import OpenAIStandIn

STOPPED_S = 40.0
PEOPLE = 8
LONGEST_WAIT_S = 15.0


async def test_nobody_waits_for_a_stopped_worker_and_it_writes_nothing_when_it_wakes(
    postgres_url: str, tmp_path: Path
) -> None:
    with OpenAIStandIn(ms=1_500) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment}
        web = Place(flow=HEAR, folder=tmp_path, environment=environment, arguments=("--no-worker",))
        stopped, living = (Place(flow=HEAR, folder=tmp_path, environment=environment) for _ in range(2))
        async with standing(web, stopped, living), httpx2.AsyncClient() as client:
            await asyncio.gather(*(place.started() for place in (stopped, living)))
            await web.started()
            greetings = await asyncio.gather(*(say(client, [web], f"person {n}", "hi", "hi") for n in range(PEOPLE)))
            living.freeze()  # for a moment, so that the other one takes all of these turns
            caught = [asyncio.create_task(say(client, [web], f"person {n}", "think", "caught")) for n in range(PEOPLE)]
            await _asked(openai, PEOPLE)
            stopped.freeze()
            living.thaw()
            resets = _reset_a_connection(postgres_url, stopped)
            waking = asyncio.create_task(_wake_after(STOPPED_S, stopped))
            during: list[Reply] = []
            for number in range(3):
                during += await asyncio.gather(
                    *(say(client, [web], f"new {n}", "think" if number else "hi", f"m{number}") for n in range(PEOPLE))
                )
            replies = await asyncio.gather(*caught)
            after = await asyncio.gather(*(say(client, [web], f"person {n}", "word", "after") for n in range(PEOPLE)))
            await waking
            fenced = await _fenced(stopped, PEOPLE)
    turns = 4 * PEOPLE + 2 * PEOPLE - 0
    ledger = await read_ledger(postgres_url)
    stale = await rows(postgres_url, "SELECT count(*) FROM answers a JOIN inbounds b USING (session_id, seq)"
                       " WHERE b.key = 'm:caught' AND a.attempt < b.attempt")
    longest_s = max(reply.seconds for reply in [*greetings, *replies, *during, *after])
    print(
        f"\nT5 worker stopped for {STOPPED_S:g} s, {resets} connection reset: fenced {fenced},"
        f" accepted {stale[0][0] + ledger.turns - ledger.inbounds}"
        f"\nT10 longest wait {longest_s:.1f} s of {LONGEST_WAIT_S:g};"
        f" model calls per turn {openai.calls / (3 * PEOPLE):.2f} ({PEOPLE} turns were taken over)"
    )
    assert ledger.turns == ledger.inbounds == turns
