"""T6 and T7: the sender dies again and again, before and after Twilio has a message. All arrive, in order; what comes
twice lies in the one named window: Twilio has it, its answer is lost with the sender, and Twilio does not tell."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import httpx2
import psycopg
import pytest

from botflow.crash_points import Point
from tests.faults.database_counts import rows
from tests.faults.servers_that_die import Place, standing
from tests.faults.soak.conversation_checks import judge
from tests.faults.soak.database_state import read_conversations, unsettled
from tests.faults.soak.people import Person, Said
from tests.faults.timing import SCALE, TWILIO_WAITS_S
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

T = TypeVar("T")
FLOW = Path(__file__).parent / "flows" / "soak.py"
PEOPLE = 12
# In each round the sender dies. The long run does all of it three times.
ROUNDS: tuple[tuple[str, Point], ...] = (
    ("many", "send.claimed"),
    ("tell", "send.accepted"),
    ("many", "send.accepted"),
    ("tell", "send.claimed"),
) * (3 if SCALE >= 1.0 else 1)
DEATH_S = 30.0
QUIET = 5  # looks at which nothing changed
WINDOW = ("reply doubled", "message to another number doubled")
AGE = "UPDATE outbounds SET {} WHERE state IN ('handed', 'sending', 'unknown')".format(
    ", ".join(f"{column} = {column} - interval '61 s'" for column in ("created_at", "updated_at"))
)


@pytest.mark.parametrize("lists", ["all", "nothing"])
async def test_every_reply_arrives_however_often_the_sender_dies(
    postgres_url: str, tmp_path: Path, lists: Literal["all", "nothing"]
) -> None:
    people = [Person(channel="sms", external_id=f"+1555{number:07}") for number in range(3000, 3000 + PEOPLE)]
    dice = random.Random(17)
    ambiguous = 0
    with TwilioStandIn(lists=lists, waits_s=TWILIO_WAITS_S) as twilio, OpenAIStandIn() as openai:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **twilio.environment, **openai.environment}
        place = Place(flow=FLOW, folder=tmp_path, environment=environment)
        async with standing(place), local_client(base_url=place.url, timeout=15.0) as client:
            await place.started()
            await asyncio.gather(*(_text(client, place, twilio, person, "hi") for person in people))
            for number, (word, point) in enumerate(ROUNDS):
                place.kill()
                deaths = place.deaths
                place.launch("--point", point, "--hits", str(dice.randint(1, 4)))
                await place.started()
                await asyncio.gather(*(_text(client, place, twilio, person, f"{word} {number}") for person in people))
                ambiguous += await _dead(place, deaths, postgres_url)
                await _settled(postgres_url)
        verdict = judge(people, await read_conversations(postgres_url), twilio.messages())
        assert not twilio.violations
    ambiguous += _without_answer(tmp_path)
    missing = verdict.wrong["reply missing"] + verdict.wrong["message to another number missing"]
    doubled = sum(verdict.wrong.pop(name, 0) for name in WINDOW)
    counts = verdict.counts
    print(
        f"\nT6 the sender killed {len(ROUNDS)} times: missing {missing} of"
        f" {counts['replies to phones'] + counts['messages to another number']},"
        f" out of order {verdict.wrong['replies out of order']}"
        f"\nT7 duplicates / ambiguous sends = {doubled} / {ambiguous}"
        f" ({'Twilio could tell' if lists == 'all' else 'Twilio could not tell'})"
    )
    assert not verdict.wrong, "\n".join(verdict.findings[:20])
    assert doubled <= (0 if lists == "all" else ambiguous)


async def _text(client: httpx2.AsyncClient, place: Place, twilio: TwilioStandIn, person: Person, text: str) -> None:
    """Let Twilio deliver a message until it is answered, and tell what became of the answer."""
    ours = person.external_id.replace("+1555", "+1666")  # a number sends one segment a second, so each person has one
    form = twilio.incoming(person.external_id, ours, text)
    answer = await _until_heard(place, lambda: twilio.deliver(client, "/twilio/soak", form))
    assert answer.status == 200, answer.text
    person.said.append(Said(text=text, acknowledged=True, tries=1, seconds=0.0))
    for message in answer.messages:
        await _until_heard(place, partial(twilio.report, client, message, "delivered"))


async def _until_heard(place: Place, call: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await call()
        except httpx2.TransportError:
            await place.started()


async def _dead(place: Place, deaths: int, url: str) -> int:
    """Wait until the sender has died; return how many sends' outcome died with it. They are asked for at once."""
    async with asyncio.timeout(DEATH_S):
        while place.deaths == deaths:
            await place.started()
            await asyncio.sleep(0.1)
    held: list[int] = []
    while len(held) < QUIET or len(set(held[-QUIET:])) > 1:  # the next sender has sent what it may
        [(sending,)] = await rows(url, "SELECT count(*) FROM outbounds WHERE state = 'sending'")
        held.append(sending)
        await asyncio.sleep(0.3)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(AGE.encode())
    return held[-1]


def _without_answer(folder: Path) -> int:
    """Return how many sends of live processes had an unknown outcome, by their logs: on a machine that stands still,
    Twilio's answer comes too late."""
    lines = [line for log in folder.glob("*.log") for line in log.read_text(errors="replace").splitlines()]
    told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return sum(entry["event"] == "not_sent" and entry["state"] == "unknown" for entry in told)


async def _settled(url: str) -> None:
    async with asyncio.timeout(60):
        while (await unsettled(url))[1]:  # noqa: ASYNC110 -- another process's work sets no event
            await asyncio.sleep(0.3)
