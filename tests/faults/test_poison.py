"""T12: what breaks every attempt, a message or a timer, is given up after three; its person and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from botflow.engine.sentences import apology
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import API_KEY, Place, Reply, say, standing

FLOW = Path(__file__).parent / "flows" / "poison.py"
NEIGHBOURS = 8
ATTEMPTS = 3


async def test_a_poison_message_is_given_up_after_three_attempts(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path
) -> None:
    url = new_database_url()
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), httpx2.AsyncClient() as client:
        await place.started()
        before = await _neighbours(client, place, "before")
        poison = asyncio.create_task(say(client, [place], "ann", "poison", "poison"))
        during = await _neighbours(client, place, "during")
        dead, again = await poison, await say(client, [place], "ann", "poison", "poison")
        after = await say(client, [place], "ann", "hello", "after")
    ledger = await read_ledger(url)
    [(attempts,)] = await rows(url, "SELECT attempt FROM inbounds WHERE state = 'dead'")
    print(
        f"\nT12 {database_kind}: dead after {attempts - 1} attempts and {dead.seconds:.1f} s; neighbours wait"
        f" {_longest_ms(before):.0f} ms before, {_longest_ms(during):.0f} ms meanwhile; the next message works"
    )
    assert (ledger.dead, ledger.open) == (1, 0)
    assert attempts == ATTEMPTS + 1
    assert dead.texts == again.texts == (apology("en"),)
    assert (dead.ids, dead.status) == (again.ids, "failed")
    assert after.texts == ("Echo hello.",)


async def test_a_message_that_kills_its_process_is_given_up_and_those_that_died_with_it_are_not(
    postgres_url: str, tmp_path: Path
) -> None:
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": postgres_url})
    async with standing(place), httpx2.AsyncClient() as client:
        await place.started()
        slow = [
            asyncio.create_task(say(client, [place], f"slow {n}", "slow", "slow", patience_s=150))
            for n in range(NEIGHBOURS)
        ]
        await asyncio.sleep(0.3)
        dead = await say(client, [place], "ann", "kill", "kill", patience_s=150)
        innocent = await asyncio.gather(*slow)
        after = await say(client, [place], "ann", "hello", "after")
        await _neighbours(client, place, "after")
    ledger = await read_ledger(postgres_url)
    print(
        f"\nT12 given up after {place.deaths} deaths of its process and {dead.seconds:.1f} s;"
        f" {NEIGHBOURS} that died with it: {ledger.dead - 1} given up, longest wait {_longest_ms(innocent):.0f} ms"
    )
    assert place.deaths == ATTEMPTS
    assert {reply.texts for reply in innocent} == {("Echo slow.",)}
    assert dead.texts == (apology("en"),)
    assert after.texts == ("Echo hello.",)
    assert (ledger.dead, ledger.open) == (1, 0)


@pytest.mark.parametrize(("word", "deaths"), [("fuse", 0), ("bomb", ATTEMPTS)])
async def test_a_poison_timer_is_given_up_and_its_question_still_takes_an_answer(
    postgres_url: str, tmp_path: Path, word: str, deaths: int
) -> None:
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": postgres_url})
    async with standing(place), httpx2.AsyncClient() as client:
        await place.started()
        armed = await say(client, [place], "ann", word, "armed")
        began_s = asyncio.get_running_loop().time()
        async with asyncio.timeout(120):
            while not (await read_ledger(postgres_url)).dead:
                await place.started()
                await asyncio.sleep(0.1)
        dead_s = asyncio.get_running_loop().time() - began_s
        history = await _history(client, place, "ann")
        during = await _neighbours(client, place, "during")
        after = await say(client, [place], "ann", "hello", "after")
    ledger = await read_ledger(postgres_url)
    [(kind, attempts)] = await rows(postgres_url, "SELECT kind, attempt FROM inbounds WHERE state = 'dead'")
    print(
        f"\nT12 a poison timer is dead after {attempts - 1} attempts, {place.deaths} deaths of its process and"
        f" {dead_s:.1f} s; neighbours wait {_longest_ms(during):.0f} ms; the question still takes an answer"
    )
    assert (kind, attempts) == ("timeout", ATTEMPTS + 1)
    assert place.deaths == deaths
    assert armed.texts == ("Tick.",)
    assert history == [word, "Tick.", apology("en")]
    assert after.texts == ("Defused.",)
    assert (ledger.dead, ledger.open) == (1, 0)


async def _history(client: httpx2.AsyncClient, place: Place, person: str) -> list[str]:
    page = await client.get(
        f"{place.url}/chat/poison/messages",
        params={"externalId": person},
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    return [message["text"] for message in page.json()["messages"]]


async def _neighbours(client: httpx2.AsyncClient, place: Place, words: str) -> list[Reply]:
    """Let everybody else say something, one after the other and all at once."""
    said: list[Reply] = []
    for turn in range(4):
        said += await asyncio.gather(
            *(say(client, [place], f"neighbour {n}", words, f"{words} {turn}") for n in range(NEIGHBOURS))
        )
    assert {reply.texts for reply in said} == {(f"Echo {words}.",)}
    return said


def _longest_ms(replies: list[Reply]) -> float:
    return max(reply.seconds for reply in replies) * 1000
