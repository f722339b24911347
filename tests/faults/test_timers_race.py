"""T8: a timeout and a message come within milliseconds of each other; each wait ends once, by one of them."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from tests.faults.database_counts import rows
from tests.faults.servers_that_die import Place, say, standing
from tests.stand_ins.openai import OpenAIStandIn

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
RACING = 40
SILENT = 8
THINKING = 8  # their answer is under way when their time is up
PLACES = {"postgres": 2, "sqlite": 1}
IN_TIME, LATE = ("In time: me.", "Go on."), ("Go on.",)  # what a racing message is answered with


async def test_a_message_and_a_timeout_that_race_end_a_wait_once(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database_url()
    with OpenAIStandIn(ms=2_000) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        places = [Place(flow=FLOW, folder=tmp_path, environment=environment) for _ in range(PLACES[database_kind])]
        async with standing(*places), httpx2.AsyncClient() as client:
            await asyncio.gather(*(place.started() for place in places))
            answers, thoughts = await _everybody(client, places)
    late_words = await _times_up(url)
    fired, stale, early = await _timeouts(url)
    by_timeout = answers.count(LATE)
    print(
        f"\nT8 {database_kind}: {RACING} races: {answers.count(IN_TIME)} ended by the message, {by_timeout} by the"
        f" timeout, both or neither 0; fired {sum(late_words.values())} = due {by_timeout + SILENT};"
        f" {stale} of {fired} timeouts came too late and did nothing; before their time {early}"
    )
    assert set(answers) <= {IN_TIME, LATE}
    assert thoughts == [("You said: think", "Go on.")] * THINKING
    for number, answer in enumerate(answers):
        assert late_words.get(f"racing {number}", 0) == (answer == LATE), number
    assert all(late_words.get(f"silent {number}") == 1 for number in range(SILENT))
    assert fired - stale == sum(late_words.values()) == by_timeout + SILENT
    assert stale >= THINKING
    assert early == 0


async def _everybody(
    client: httpx2.AsyncClient, places: list[Place]
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what the racing and the thinking people's second messages were answered with."""
    dice = random.Random(5)

    async def begin(person: str) -> None:
        await say(client, places, person, "hi", "hi")

    async def race(number: int) -> tuple[str, ...]:
        await begin(f"racing {number}")
        # Due waits are looked for every second, so this hits the moments before, at and after they are found.
        await asyncio.sleep(dice.uniform(0.9, 2.2))
        return (await say(client, places[number % len(places) :], f"racing {number}", "me", "me")).texts

    async def think(number: int) -> tuple[str, ...]:
        await begin(f"thinking {number}")
        return (await say(client, places, f"thinking {number}", "think", "think")).texts

    async with asyncio.TaskGroup() as people:
        races = [people.create_task(race(number)) for number in range(RACING)]
        thoughts = [people.create_task(think(number)) for number in range(THINKING)]
        for number in range(SILENT):
            people.create_task(begin(f"silent {number}"))
    await asyncio.sleep(3.0)
    return [task.result() for task in races], [task.result() for task in thoughts]


async def _times_up(url: str) -> dict[str, int]:
    """Return how often each person was told that the time is up."""
    found = await rows(
        url,
        "SELECT s.external_id, count(*) FROM sessions s JOIN outbounds o ON o.session_id = s.id"
        " WHERE CAST(o.body AS text) LIKE '%Time is up.%' GROUP BY s.external_id",
    )
    return dict(found)


async def _timeouts(url: str) -> tuple[int, int, int]:
    """Return how many timeouts there were, how many of them did nothing, and how many came before they were due."""
    found = await rows(
        url,
        "SELECT b.received_at, b.content, t.status FROM inbounds b JOIN turns t"
        " ON t.session_id = b.session_id AND t.seq = b.seq WHERE b.kind = 'timeout'",
    )
    stale = sum(status == "ignored" for _, _, status in found)
    early = sum(_moment(at) < _moment(_parsed(content)["due"]) for at, content, _ in found)
    return len(found), stale, early


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(content: dict[str, str] | str) -> dict[str, str]:
    """SQLite gives JSON back as text."""
    parsed: dict[str, str] = json.loads(content) if isinstance(content, str) else content
    return parsed
