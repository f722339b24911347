"""T8 under load: hundreds of people race against their timeouts while the database is busy with everybody else's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import httpx2

from botflow.runtime.process.timing import Timing
from tests.faults.flows.soak import SECONDS
from tests.faults.servers_that_die import Place, history, say, standing
from tests.faults.soak.conversation_checks import judge
from tests.faults.soak.database_state import read_conversations, until_settled
from tests.faults.soak.people import Person, Said
from tests.faults.waiting import until
from tests.local_client import own_clients
from tests.stand_ins.openai import OpenAIStandIn

FLOW = Path(__file__).parent / "flows" / "soak.py"
RACING = 160
SILENT = 40
TALKING = 30
ROUNDS = 3
TALK_PAUSE_S = 0.2
RACE_S = 2
EACH_WINS = 10
LOOK_S = 0.5
PLACES = {"postgres": 2, "sqlite": 1}
THINKING_MS = 2_000  # longer than a quick question waits: its timeout finds the answer under way


async def test_many_timeouts_race_with_messages_while_the_database_is_busy(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database_url()
    with OpenAIStandIn(ms=THINKING_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        # Polls that come five times as often would be the load; nothing dies here, so nothing has to be waited for.
        places = [
            Place(flow=FLOW, folder=tmp_path, environment=environment, scale=1.0) for _ in range(PLACES[database_kind])
        ]
        async with standing(*places), own_clients() as client_of:
            await asyncio.gather(*(place.started() for place in places))
            people = await _everybody(client_of, places)
            async with asyncio.timeout(60):
                await until_settled(url)
        assert all(place.deaths == 0 for place in places)
    verdict = judge(people, await read_conversations(url), ())
    counts = verdict.counts
    slow_s = sorted(said.seconds for person in people for said in person.said)
    print(
        f"\nT8 {database_kind} under load: {len(people)} people, {counts['turns']} turns,"
        f" {counts['waits with little time']} waits: {counts['ended by the person']} ended by the message,"
        f" fired {counts['fired']} = due {counts['due']}, stale {counts['stale timeouts']},"
        f" both or neither {verdict.wrong['wrong reply'] + verdict.wrong['a wait that never ended']},"
        f" early {verdict.wrong['fired early']}; replies p50 {slow_s[len(slow_s) // 2] * 1000:.0f} ms,"
        f" p99 {slow_s[len(slow_s) * 99 // 100] * 1000:.0f} ms"
    )
    assert not verdict.wrong, "\n".join(verdict.findings[:20])
    assert counts["fired"] == counts["due"] >= SILENT * ROUNDS
    assert counts["waits with little time"] == (RACING + SILENT) * ROUNDS
    assert min(counts["ended by the person"], counts["fired"] - SILENT * ROUNDS) >= EACH_WINS


async def _everybody(client_of: Callable[[str], httpx2.AsyncClient], places: list[Place]) -> list[Person]:
    over = asyncio.Event()
    people: list[Person] = []

    async def begin(name: str) -> Person:
        person = Person(channel="chat", external_id=name)
        people.append(person)
        await tell(person, "hi")
        return person

    async def tell(person: Person, text: str) -> None:
        number = len(person.said)
        turned = [*places[number % len(places) :], *places[: number % len(places)]]
        reply = await say(client_of(person.external_id), turned, person.external_id, text, f"m{number}")
        person.said.append(
            Said(
                text=text,
                acknowledged=True,
                tries=reply.tries,
                seconds=reply.seconds,
                reply=tuple(zip(reply.ids, reply.texts, strict=True)),
            )
        )

    async def race(number: int) -> None:
        dice = random.Random(f"race {number}")
        person = await begin(f"racing {number}")
        for turn in range(ROUNDS):
            await tell(person, f"hurry{RACE_S} {turn}")
            # This hits the moments before, at and after the due wait is found, on a machine as slow as it was just now.
            pause_s = dice.uniform(0.5 * RACE_S, RACE_S + 2 * Timing().look_s)
            await asyncio.sleep(max(0.0, pause_s - person.said[-1].seconds))
            await tell(person, f"{dice.choice(('word', 'word', 'think'))} {turn}")

    async def stay_silent(number: int) -> None:
        person = await begin(f"silent {number}")
        for turn in range(ROUNDS):
            await tell(person, f"hurry{SECONDS[turn % 2]} {turn}")
            told = f"Too late for hurry{SECONDS[turn % 2]} {turn}."

            async def is_over(told: str = told) -> bool:
                await asyncio.sleep(LOOK_S)
                place = places[number % len(places)]
                return told in await history(client_of(person.external_id), place, person.external_id)

            await until(is_over, f"{person.external_id}: {told}")

    async def talk(number: int) -> None:
        person = await begin(f"talking {number}")
        while not over.is_set():
            await tell(person, f"word {len(person.said)}")
            await asyncio.sleep(TALK_PAUSE_S)

    async with asyncio.TaskGroup() as everybody:
        for number in range(TALKING):
            everybody.create_task(talk(number))
        async with asyncio.TaskGroup() as waits:
            for number in range(RACING):
                waits.create_task(race(number))
            for number in range(SILENT):
                waits.create_task(stay_silent(number))
        over.set()
    return people
