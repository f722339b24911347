"""T5 and T10: a worker is stopped amid its turns for 40 s. Others take over, and what it writes later is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import psutil
import psycopg

from tests.faults.database_counts import read_ledger, rows
from tests.faults.hear_conversations import HEAR
from tests.faults.servers_that_die import Place, Reply, say, standing
from tests.stand_ins.openai import OpenAIStandIn

STOPPED_S = 40.0
PEOPLE = 8
LONGEST_WAIT_S = 15.0
STALE = "what the stopped worker heard"


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
            openai.say(*[STALE] * PEOPLE)
            living.freeze()  # for a moment, so that the other one takes all of these turns
            caught = [asyncio.create_task(say(client, [web], f"person {n}", "think", "caught")) for n in range(PEOPLE)]
            await _asked(openai, PEOPLE)
            stopped.freeze()
            living.thaw()
            resets = _reset_a_connection(postgres_url, stopped)
            waking = asyncio.create_task(_wake_later(stopped))
            during: list[Reply] = []
            for number in range(3):
                during += await asyncio.gather(
                    *(say(client, [web], f"new {n}", "think" if number else "hi", f"m{number}") for n in range(PEOPLE))
                )
            taken_over = await asyncio.gather(*caught)
            after = await asyncio.gather(*(say(client, [web], f"person {n}", "word", "after") for n in range(PEOPLE)))
            await waking
            fenced = await _fenced(stopped, PEOPLE)
    ledger = await read_ledger(postgres_url)
    accepted = await _written(postgres_url, STALE)
    longest_s = max(reply.seconds for reply in (*greetings, *taken_over, *during, *after))
    print(
        f"\nT5 worker stopped for {STOPPED_S:g} s in {PEOPLE} turns, {resets} of its connections reset:"
        f" fenced {fenced}, accepted {accepted}"
        f"\nT10 longest wait {longest_s:.1f} s of {LONGEST_WAIT_S:g};"
        f" model calls - turns that ask = {openai.calls - 3 * PEOPLE} ({PEOPLE} turns were taken over)"
    )
    assert fenced == PEOPLE
    assert accepted == 0
    assert longest_s < LONGEST_WAIT_S
    assert {reply.texts for reply in taken_over} == {("You said: think", "Go on.")}
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (6 * PEOPLE, 6 * PEOPLE, 0, 0)
    assert openai.calls == 4 * PEOPLE
    assert resets == 1


async def _asked(openai: OpenAIStandIn, calls: int) -> None:
    async with asyncio.timeout(30):
        while openai.calls < calls:  # noqa: ASYNC110 -- a thread counts them
            await asyncio.sleep(0.02)


async def _wake_later(place: Place) -> None:
    await asyncio.sleep(STOPPED_S)
    place.thaw()


async def _fenced(place: Place, expected: int) -> int:
    """Return how many attempts of this place were refused; they all end within moments of its waking."""
    log = place.folder / f"{place.port}-{place.deaths}.log"
    for _ in range(100):
        if log.read_text().count("attempt_fenced") >= expected:
            break
        await asyncio.sleep(0.1)
    return log.read_text().count("attempt_fenced")


def _reset_a_connection(url: str, place: Place) -> int:
    """Let Postgres end one of the connections of a process; return how many it ended."""
    assert place.process is not None
    ports = [connection.laddr.port for connection in psutil.Process(place.process.pid).net_connections("tcp4")]
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE client_port = ANY (%s) AND query LIKE '%%inbounds%%' LIMIT 1",
            [ports],
        )
        return ended.rowcount


async def _written(url: str, words: str) -> int:
    """Count the rows that hold what a stopped worker was told by its model."""
    found = await rows(
        url,
        "SELECT (SELECT count(*) FROM answers WHERE value::text LIKE :words)"
        " + (SELECT count(*) FROM outbounds WHERE body::text LIKE :words)",
        words=f"%{words}%",
    )
    return int(found[0][0])
