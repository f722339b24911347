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
from tests.faults.timing import TIMING
from tests.local_client import own_clients
from tests.stand_ins.openai import OpenAIStandIn

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
RACING = 40  # at once, and as many again until both have won
EACH_WINS = 3
MOST_RACES = 400
DUE_S = 1.0
SILENT = 8
THINKING = 8  # their answer is under way when their time is up: then no timeout is fired
THINKING_MS = 2_000
PLACES = {"postgres": 2, "sqlite": 1}
IN_TIME, LATE = ("In time: me.", "Go on."), ("Go on.",)  # what a racing message is answered with
THOUGHT = ("You said: think", "Go on.")


async def test_a_message_and_a_timeout_that_race_end_a_wait_once(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database_url()
    with OpenAIStandIn(ms=THINKING_MS) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        places = [Place(flow=FLOW, folder=tmp_path, environment=environment) for _ in range(PLACES[database_kind])]
        async with standing(*places), own_clients() as client_of:
            await asyncio.gather(*(place.started() for place in places))
            answers, thoughts = await _everybody(client_of, places)
    late_words = await _times_up(url)
    by_message, by_timeout = answers.count(IN_TIME), answers.count(LATE)
    thought = {person for person, reply in thoughts if reply == THOUGHT}
    due = by_timeout + SILENT + len(thoughts) - len(thought)
    fired, stale, early, of_thinking = await _timeouts(url, thought)
    ended = [late_words.get(f"racing {number}", 0) + (answer == IN_TIME) for number, answer in enumerate(answers)]
    print(
        f"\nT8 {database_kind}: {len(answers)} races: {by_message} ended by the message, {by_timeout} by the timeout,"
        f" both or neither {sum(times != 1 for times in ended)}; fired {sum(late_words.values())} ="
        f" due {due}; {stale} of {fired} timeouts came too late and did nothing; before their time"
        f" {early}; while an answer was under way {of_thinking}"
    )
    assert set(answers) <= {IN_TIME, LATE}
    assert min(by_message, by_timeout) >= EACH_WINS
    assert {reply for _, reply in thoughts} <= {THOUGHT, LATE}
    assert len(thought) == THINKING
    assert set(ended) == {1}
    for number, answer in enumerate(answers):
        assert late_words.get(f"racing {number}", 0) == (answer == LATE), number
    assert all(late_words.get(f"silent {number}") == 1 for number in range(SILENT))
    assert fired - stale == sum(late_words.values()) == due
    assert of_thinking == early == 0


async def _everybody(
    client_of: Callable[[str], httpx2.AsyncClient], places: list[Place]
) -> tuple[list[tuple[str, ...]], list[tuple[str, tuple[str, ...]]]]:
    """Return what the racing people's second messages were answered with, and who thought, and those people's."""
    dice = random.Random(5)

    async def begin(person: str) -> None:
        await say(client_of(person), places, person, "hi", "hi")

    async def race(number: int) -> tuple[str, ...]:
        await begin(f"racing {number}")
        # This hits the moments before, at and after the due wait is found.
        await asyncio.sleep(dice.uniform(0.6 * DUE_S, DUE_S + 1.5 * TIMING.look_s))
        person = f"racing {number}"
        return (await say(client_of(person), places[number % len(places) :], person, "me", "me")).texts

    async def think(number: int) -> list[tuple[str, tuple[str, ...]]]:
        """Let one person after the other try, until one was quick enough on this machine."""
        tries: list[tuple[str, tuple[str, ...]]] = []
        while not tries or tries[-1][1] == LATE:
            person = f"thinking {number}.{len(tries)}"
            await begin(person)
            tries.append((person, (await say(client_of(person), places, person, "think", "think")).texts))
        return tries

    async with asyncio.TaskGroup() as people:
        thoughts = [people.create_task(think(number)) for number in range(THINKING)]
        for number in range(SILENT):
            people.create_task(begin(f"silent {number}"))
        answers: list[tuple[str, ...]] = []
        while min(answers.count(IN_TIME), answers.count(LATE)) < EACH_WINS and len(answers) < MOST_RACES:
            first = len(answers)
            answers += await asyncio.gather(*(race(number) for number in range(first, first + RACING)))
    await asyncio.sleep(DUE_S + 4 * TIMING.look_s)  # whatever would come twice has come
    return answers, [tried for task in thoughts for tried in task.result()]


async def _times_up(url: str) -> dict[str, int]:
    """Return how often each person was told that the time is up."""
    found = await rows(
        url,
        "SELECT s.external_id, count(*) FROM sessions s JOIN outbounds o ON o.session_id = s.id"
        " WHERE CAST(o.body AS text) LIKE '%Time is up.%' GROUP BY s.external_id",
    )
    return dict(found)


async def _timeouts(url: str, thought: set[str]) -> tuple[int, int, int, int]:
    """Return how many timeouts there were, how many of them did nothing, how many came before they were due, and how
    many were fired at those who thought, while their answer was under way."""
    found = await rows(
        url,
        "SELECT b.received_at, b.content, t.status, s.external_id FROM inbounds b"
        " JOIN sessions s ON s.id = b.session_id"
        " LEFT JOIN turns t ON t.session_id = b.session_id AND t.seq = b.seq WHERE b.kind = 'timeout'",
    )
    stale = sum(status == "ignored" for _, _, status, _ in found)
    early = sum(_moment(at) < _moment(_parsed(content)["due"]) for at, content, _, _ in found)
    return len(found), stale, early, sum(person in thought for *_, person in found)


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(content: dict[str, str] | str) -> dict[str, str]:
    """SQLite gives JSON back as text."""
    parsed: dict[str, str] = json.loads(content) if isinstance(content, str) else content
    return parsed
