"""T12: what breaks every attempt, a message or a timer, is given up after three; its person and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx2
import pytest

from botflow.languages import sentences_in
from botflow.runtime.turns.quarantine import ALONE_S
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import Place, Reply, history, say, standing
from tests.faults.waiting import until
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "poison.py"
NEIGHBOURS = 8
ATTEMPTS = 3
QUIET_TIMES = 5  # as long as in quiet moments, at most, on a machine that has other things to do


async def test_a_poison_message_is_given_up_after_three_attempts(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path
) -> None:
    url = new_database_url()
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client() as client:
        await place.started()
        before = await _neighbours(client, place, "before")
        poison = asyncio.create_task(say(client, [place], "ann", "poison", "poison"))
        during = await _afterwards(client, place, "during", before)
        dead, again = await poison, await say(client, [place], "ann", "poison", "poison")
        after = await say(client, [place], "ann", "hello", "after")
    ledger = await read_ledger(url)
    [(attempts,)] = await rows(url, "SELECT attempt FROM inbounds WHERE state = 'dead'")
    print(
        f"\nT12 {database_kind}: dead after {attempts - 1} attempts and {dead.seconds:.1f} s; neighbours wait"
        f" {_usual_ms(before):.0f} ms before (longest {_longest_ms(before):.0f}), {_usual_ms(during):.0f} ms meanwhile"
        f" (longest {_longest_ms(during):.0f}); the next message works"
    )
    assert _usual_ms(during) < QUIET_TIMES * _usual_ms(before)
    assert _longest_ms(during) < dead.seconds * 1000  # nobody waited until the poison was given up
    assert (ledger.dead, ledger.open) == (1, 0)
    assert attempts == ATTEMPTS + 1
    assert dead.texts == again.texts == (sentences_in("en").apology,)
    assert (dead.ids, dead.status) == (again.ids, "failed")
    assert after.texts == ("Echo hello.",)


async def test_a_message_that_kills_its_process_is_given_up_and_those_that_died_with_it_are_not(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path
) -> None:
    url = new_database_url()
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client() as client:
        await place.started()
        before = await _neighbours(client, place, "before")
        slow = [
            asyncio.create_task(say(client, [place], f"slow {n}", "slow", "slow", patience_s=150))
            for n in range(NEIGHBOURS)
        ]
        await asyncio.sleep(0.3)
        dead = await say(client, [place], "ann", "kill", "kill", patience_s=150)
        innocent = await asyncio.gather(*slow)
        after = await say(client, [place], "ann", "hello", "after")
        later = await _afterwards(client, place, "after", before)
    ledger = await read_ledger(url)
    print(
        f"\nT12 {database_kind}: given up after {place.deaths} deaths of its process and {dead.seconds:.1f} s;"
        f" {NEIGHBOURS} that died with it: {ledger.dead - 1} given up, longest wait {_longest_ms(innocent):.0f} ms;"
        f" neighbours wait {_usual_ms(before):.0f} ms before, {_usual_ms(later):.0f} ms afterwards"
    )
    # They stand in the line of suspects, each for as long as it takes; the poison is buried before or after them.
    assert _longest_ms(innocent) < (dead.seconds + NEIGHBOURS * ALONE_S) * 1000
    assert _usual_ms(later) < QUIET_TIMES * _usual_ms(before)
    assert place.deaths == ATTEMPTS
    assert {reply.texts for reply in innocent} == {("Echo slow.",)}
    assert dead.texts == (sentences_in("en").apology,)
    assert after.texts == ("Echo hello.",)
    assert (ledger.dead, ledger.open) == (1, 0)


@pytest.mark.parametrize(
    ("database_kind", "word", "servers"),
    [
        *((kind, word, 1) for kind in ("postgres", "sqlite") for word in ("fuse", "bomb")),
        ("postgres", "bomb", 2),
    ],
)
async def test_a_poison_timer_is_given_up_and_its_question_still_takes_an_answer(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path, word: str, servers: int
) -> None:
    """A timer whose turn asks nothing is not counted while no process has died: that costs each at most one death."""
    url = new_database_url()
    places = [Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": url}) for _ in range(servers)]
    place = places[0]
    async with standing(*places), local_client() as client:
        await asyncio.gather(*(each.started() for each in places))
        before = await _neighbours(client, place, "before")
        armed = await say(client, [place], "ann", word, "armed")

        async def is_dead() -> bool:
            for each in places:
                await each.started()
            return (await read_ledger(url)).dead > 0

        dead_s = await until(is_dead, "the timer is given up", within_s=120.0)
        page = await history(client, place, "ann")
        during = await _afterwards(client, place, "during", before)
        after = await say(client, [place], "ann", "hello", "after")
    ledger = await read_ledger(url)
    deaths = sum(each.deaths for each in places)
    [(kind, attempts)] = await rows(url, "SELECT kind, attempt FROM inbounds WHERE state = 'dead'")
    print(
        f"\nT12 {database_kind}: a poison timer is dead after {attempts - 1} attempts, {deaths} deaths of {servers}"
        f" servers and {dead_s:.1f} s; neighbours wait {_usual_ms(before):.0f} ms before, {_usual_ms(during):.0f} ms"
        " afterwards; the question still takes an answer"
    )
    assert (kind, attempts) == ("timeout", ATTEMPTS + 1)
    assert deaths == 0 if word == "fuse" else ATTEMPTS <= deaths <= ATTEMPTS + servers, deaths
    assert armed.texts == ("Tick.",)
    assert page == [word, "Tick.", sentences_in("en").apology]
    assert after.texts == ("Defused.",)
    assert (ledger.dead, ledger.open) == (1, 0)
    assert _usual_ms(during) < QUIET_TIMES * _usual_ms(before)


async def _neighbours(client: httpx2.AsyncClient, place: Place, words: str) -> list[Reply]:
    """Let everybody else say something, one after the other and all at once."""
    said: list[Reply] = []
    for turn in range(4):
        said += await asyncio.gather(
            *(say(client, [place], f"neighbour {n}", words, f"{words} {turn}") for n in range(NEIGHBOURS))
        )
    assert {reply.texts for reply in said} == {(f"Echo {words}.",)}
    return said


async def _afterwards(client: httpx2.AsyncClient, place: Place, words: str, before: list[Reply]) -> list[Reply]:
    """Let them say it up to three times: a hiccup of the machine passes, a line behind poison does not."""
    for number in range(3):
        said = await _neighbours(client, place, f"{words} {number}")
        if _usual_ms(said) < QUIET_TIMES * _usual_ms(before):
            break
    return said


def _usual_ms(replies: list[Reply]) -> float:
    return median(reply.seconds for reply in replies) * 1000


def _longest_ms(replies: list[Reply]) -> float:
    return max(reply.seconds for reply in replies) * 1000
