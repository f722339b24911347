"""T5 and T10: a worker is stopped amid its turns for four leases. Others take over; what it writes later is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import psutil
import psycopg

from tests.faults.database_counts import read_ledger, rows
from tests.faults.hear_conversations import HEAR
from tests.faults.servers_that_die import Place, Reply, say, standing
from tests.faults.timing import scaled
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn

STOPPED_S = scaled(40.0)  # at least
LONGEST_WAIT_S = scaled(15.0)  # a lease ends after ten
MODEL_MS = scaled(1_500)
PEOPLE = 8
STALE = "what the stopped worker heard"


async def test_nobody_waits_for_a_stopped_worker_and_it_writes_nothing_when_it_wakes(
    postgres_url: str, tmp_path: Path
) -> None:
    with OpenAIStandIn(ms=MODEL_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment}
        web = Place(flow=HEAR, folder=tmp_path, environment=environment, arguments=("--no-worker",))
        stopped, living = (Place(flow=HEAR, folder=tmp_path, environment=environment) for _ in range(2))
        async with standing(web, stopped, living), local_client() as client:
            await asyncio.gather(*(place.started() for place in (stopped, living)))
            await web.started()

            async def all_say(whose: str, text: str, message_id: str) -> list[Reply]:
                return await asyncio.gather(
                    *(say(client, [web], f"{whose} {n}", text, message_id) for n in range(PEOPLE))
                )

            await all_say("person", "hi", "hi")
            quiet = await all_say("person", "think", "quiet")
            openai.say(*[STALE] * PEOPLE)
            openai.ms = MODEL_MS + STOPPED_S * 1000  # these answers come when their worker sleeps
            living.freeze()  # for a moment, so that the other one takes all of these turns
            caught = asyncio.create_task(all_say("person", "think", "caught"))
            await until(lambda: _is(openai.calls == 2 * PEOPLE), "the worker asks the model")
            openai.ms = MODEL_MS
            stopped.freeze()
            asleep_s = asyncio.get_running_loop().time()
            living.thaw()
            resets = _reset_a_connection(postgres_url, stopped)
            during = [*await all_say("new", "hi", "m0"), *await all_say("new", "think", "m1")]
            during += await all_say("new", "think", "m2")
            taken_over = await caught
            after = await all_say("person", "word", "after")
            await asyncio.sleep(max(0.0, asleep_s + STOPPED_S - asyncio.get_running_loop().time()))
            stopped.thaw()
            await until(lambda: _is(_refused(stopped) >= PEOPLE), "the stopped worker's attempts end")
            await _is_served_by(client, stopped)
            refused = _refused(stopped)
    ledger = await read_ledger(postgres_url)
    accepted = await _written(postgres_url, STALE)
    longest_s, quiet_s = (max(reply.seconds for reply in said) for said in ((*taken_over, *during, *after), quiet))
    print(
        f"\nT5 worker stopped for {STOPPED_S:g} s in {PEOPLE} turns, {resets} of its connections reset:"
        f" fenced {refused}, accepted {accepted}"
        f"\nT10 longest wait {longest_s:.1f} s of {LONGEST_WAIT_S:g} (quiet: {quiet_s:.1f});"
        f" model calls - turns that ask = {openai.calls - 4 * PEOPLE} ({PEOPLE} turns were taken over)"
    )
    assert refused == PEOPLE
    assert accepted == 0
    assert longest_s < LONGEST_WAIT_S + 3 * quiet_s
    assert {reply.texts for reply in taken_over} == {("You said: think", "Go on.")}
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (7 * PEOPLE + 1, 7 * PEOPLE + 1, 0, 0)
    assert openai.calls == 5 * PEOPLE
    assert resets == 1


async def _is(claim: bool) -> bool:
    return claim


async def _is_served_by(client: httpx2.AsyncClient, place: Place) -> None:
    """The worker that was stopped works again."""
    reply = await say(client, [place], "somebody else", "hi", "hi")
    assert reply.texts == ("Go on.",)


def _refused(place: Place) -> int:
    """Count the attempts of this place that were refused: at their commit, or by the beat that said they are lost."""
    log = (place.folder / f"{place.port}-{place.deaths}.log").read_text()
    return log.count("attempt_fenced") + log.count("attempt_lost")


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
