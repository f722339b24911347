"""T1, T2, T3: whatever dies, acknowledged means durable, one message is one turn, and turns keep their order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import httpx2
import psycopg

from tests.faults.database_counts import read_ledger
from tests.faults.hear_conversations import HEAR, Said, inversions, lost, order_kept, say_copies, talk_while
from tests.faults.servers_that_die import Place, standing
from tests.local_client import local_client
from tests.servers import restart_postgres, start_postgres
from tests.stand_ins.openai import OpenAIStandIn

KILLS = 6
STOPS = 2


async def test_messages_delivered_many_times_over_two_dying_servers_are_one_turn_each(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    with OpenAIStandIn(ms=100) as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, "BOTFLOW_REDIS_URL": redis_url, **openai.environment}
        places = [Place(flow=HEAR, folder=tmp_path, environment=environment) for _ in range(2)]
        async with standing(*places), local_client() as client:
            await asyncio.gather(*(place.started() for place in places))
            said = await talk_while(client, places, _kill_now_and_then(places))
            again = await _say_again(client, places[::-1], said)
        assert not openai.violations
    deaths = sum(place.deaths for place in places)
    ledger = await read_ledger(postgres_url)
    kept = await order_kept(postgres_url)
    acknowledged = sum(len(message.reply.ids) for message in said)
    print(
        f"\nT2 two servers killed {deaths} times: turns - ids = {ledger.turns - len(said)} of {len(said)},"
        f" repeats that differ {sum(map(_differs, said, again))} of {len(again)}"
        f"\nT3 inversions {inversions(kept)} of {len(said)}"
        f"\nT1 lost {await lost(postgres_url, said)} of {acknowledged} acknowledged;"
        f" longest wait {max(message.reply.seconds for message in said):.1f} s"
    )
    assert deaths >= KILLS
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (len(said), len(said), 0, 0)
    assert all(message.is_answered_rightly for message in said)
    assert not any(map(_differs, said, again))
    assert inversions(kept) == 0
    assert await lost(postgres_url, said) == 0


async def test_what_was_acknowledged_outlives_an_immediate_stop_of_postgres(tmp_path: Path) -> None:
    with start_postgres(fsync=True) as postgres, OpenAIStandIn(ms=20) as openai:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE botflow")
        url = postgres.url.rpartition("/")[0] + "/botflow"

        async def stop_it() -> None:
            for _ in range(STOPS):
                await asyncio.sleep(2.5)
                postgres.crash()
                await asyncio.sleep(1.0)
                await asyncio.to_thread(restart_postgres, postgres)
            await asyncio.sleep(1.0)

        place = Place(flow=HEAR, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url, **openai.environment})
        async with standing(place), local_client() as client:
            await place.started()
            said = await talk_while(client, [place], stop_it())
            again = await _say_again(client, [place], said)
        ledger = await read_ledger(url)
        missing, kept = await lost(url, said), await order_kept(url)
    acknowledged = sum(len(message.reply.ids) for message in said)
    print(
        f"\nT1 Postgres (fsync on) stopped at once {STOPS} times: lost {missing} of {acknowledged} acknowledged,"
        f" turns - ids = {ledger.turns - len(said)} of {len(said)}, inversions {inversions(kept)};"
        f" longest wait {max(message.reply.seconds for message in said):.1f} s"
    )
    assert place.deaths == 0
    assert missing == 0
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (len(said), len(said), 0, 0)
    assert all(message.is_answered_rightly for message in said)
    assert not any(map(_differs, said, again))
    assert inversions(kept) == 0


async def test_two_visitors_with_the_same_message_id_have_a_turn_each(
    new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database_url()
    place = Place(flow=HEAR, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client() as client:
        await place.started()

        async def visit(text: str) -> list[str]:
            opened = (await client.post(f"{place.url}/chat/hear/sessions")).json()
            texts: list[str] = []
            for message_id, words in (("hi", "hi"), ("same", text)):
                answer = await client.post(
                    f"{place.url}/chat/hear/messages",
                    json={"text": words, "messageId": message_id},
                    headers={"Authorization": f"Bearer {opened['token']}"},
                )
                texts += [message["text"] for message in answer.json()["messages"]]
            return texts

        replies = await asyncio.gather(visit("one"), visit("two"))
    ledger = await read_ledger(url)
    print(f"\nT2 two visitors, one messageId: turns - messages = {ledger.turns - 6}")
    assert list(replies) == [["Go on.", f"Heard {word}.", "Go on."] for word in ("one", "two")]
    assert (ledger.inbounds, ledger.turns) == (6, 6)  # two openings, two greetings, two times "same"


async def _kill_now_and_then(places: list[Place]) -> None:
    dice = random.Random(23)
    for number in range(KILLS):
        await asyncio.sleep(dice.uniform(0.3, 1.2))
        place = places[number % 2 if number < 2 else dice.randrange(2)]
        place.kill()
        await place.started()


async def _say_again(client: httpx2.AsyncClient, places: list[Place], said: list[Said]) -> list[Said]:
    gate = asyncio.Semaphore(8)

    async def again(message: Said) -> Said:
        async with gate:
            return await say_copies(client, places, message.person, message.number, 1)

    return await asyncio.gather(*(again(message) for message in said))


def _differs(first: Said, again: Said) -> bool:
    return (first.reply.ids, first.reply.texts) != (again.reply.ids, again.reply.texts)
