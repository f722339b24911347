"""T1, T3, T10: connections to the database break or hang while people talk. It costs a second try, not a takeover."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import psycopg

from tests.faults.database_counts import read_ledger, rows
from tests.faults.hear_conversations import HEAR, inversions, lost, order_kept, talk_while
from tests.faults.servers_that_die import Place, say, standing
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn

RESETS = 12
DEAD_AFTER_S = 10.0  # what a silent owner costs
RESET = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < %s"
)


async def test_connections_that_break_lose_no_message(postgres_url: str, tmp_path: Path) -> None:
    dice = random.Random(4)

    async def reset_connections() -> None:
        async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
            for _ in range(RESETS):
                await asyncio.sleep(dice.uniform(0.1, 0.8))
                await connection.execute(RESET, [dice.choice((0.2, 1.0))])

    with OpenAIStandIn(ms=100) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment}
        places = [Place(flow=HEAR, folder=tmp_path, environment=environment) for _ in range(2)]
        async with standing(*places), local_client() as client:
            await asyncio.gather(*(place.started() for place in places))
            said = await talk_while(client, places, reset_connections())
    ledger, kept = await read_ledger(postgres_url), await order_kept(postgres_url)
    missing = await lost(postgres_url, said)
    longest_s = max(message.reply.seconds for message in said)
    print(
        f"\nT1 connections reset {RESETS} times: lost {missing},"
        f" turns - ids = {ledger.turns - len(said)} of {len(said)}, inversions {inversions(kept)};"
        f" longest wait {longest_s:.1f} s"
    )
    assert all(place.deaths == 0 for place in places)
    assert missing == inversions(kept) == 0
    assert all(message.is_answered_rightly for message in said)
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (len(said), len(said), 0, 0)


async def test_an_attempt_that_the_database_refuses_for_a_while_goes_on_in_the_same_hands(
    postgres_url: str, tmp_path: Path
) -> None:
    with OpenAIStandIn(ms=500) as openai:
        place = Place(
            flow=HEAR, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment}
        )
        async with standing(place), local_client() as client:
            await place.started()
            await say(client, [place], "ann", "hi", "hi")
            async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
                await connection.execute("LOCK TABLE answers IN SHARE MODE")  # it can be read, not written
                thinking = asyncio.create_task(say(client, [place], "ann", "think", "think"))
                await asyncio.sleep(4.5)  # a statement gives up after three seconds
                await connection.rollback()
            reply = await thinking
    [(attempt,)] = await rows(postgres_url, "SELECT attempt FROM inbounds WHERE key = 'm:think'")
    print(f"\nT10 an attempt interrupted by the database: attempts {attempt}, waited {reply.seconds:.1f} s")
    assert reply.texts == ("You said: think", "Go on.")
    assert attempt == 1  # the database's refusal is not the message's fault
    assert reply.seconds < DEAD_AFTER_S
