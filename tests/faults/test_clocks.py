"""T11: servers whose wall clocks are wrong by an hour, and jump while they run; nothing happens before its time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from tests.faults.database_counts import rows
from tests.faults.servers_that_die import Place, say, standing
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "clocks.yaml"
PEOPLE = 24
AHEAD_S = 4.0  # how far ahead the moment is that they wait for
# The clock of the first server is an hour fast, then an hour slow, and so on; the second one's the other way round.
OFFS = (("3600", "-3600"), ("-3600", "3600"))
PATIENCE_S = 60.0


async def test_clocks_that_are_wrong_by_an_hour_and_jump_let_nothing_happen_early(
    postgres_url: str, tmp_path: Path
) -> None:
    url = postgres_url
    environment = {"BOTFLOW_DATABASE_URL": url}
    places = [
        Place(flow=FLOW, folder=tmp_path, environment=environment, arguments=("--clock-off", *offs)) for offs in OFFS
    ]
    async with standing(*places), local_client() as client:
        await asyncio.gather(*(place.started() for place in places))
        said = await asyncio.gather(*(_talk(client, places, number) for number in range(PEOPLE)))
        until_s = asyncio.get_running_loop().time() + PATIENCE_S
        while (late := await _said_after(url, "Hurry!", "Too late.", 3.0))[0] < PEOPLE:
            assert asyncio.get_running_loop().time() < until_s, places[0].log
            await asyncio.sleep(0.5)
    pauses = await _said_after(url, "Until?", "Hurry!", 0.0)
    reminders = await _said_after(url, "Hurry!", "Well?", 1.0)
    waits, before_due, off_s = await _timeouts(url)
    moments = await _before_the_moment(url, dict(said))
    early = pauses[1] + reminders[1] + late[1] + before_due + moments
    print(
        f"\nT11: two servers, clocks off by an hour each way and jumping by two every 2 s: of {waits} waits that ended"
        f" ({PEOPLE} moments, {reminders[0]} reminders, {late[0]} timeouts) early {early}; messages' times of receipt"
        f" off by at most {off_s * 1000:.0f} ms"
    )
    assert (waits, reminders[0], late[0]) == (3 * PEOPLE, PEOPLE, PEOPLE)
    assert early == 0
    assert off_s < 5.0


async def _talk(client: httpx2.AsyncClient, places: list[Place], number: int) -> tuple[str, datetime]:
    """Answer "tomorrow", and wait for a moment in a few seconds; return who, and the moment."""
    person = f"person {number}"
    places = places[number % 2 :] + places[: number % 2]
    await asyncio.sleep(number * 0.15)
    assert (await say(client, places, person, "hi", "1")).texts == ("When?",)
    today = datetime.now(UTC).date()
    answer = (await say(client, places, person, "tomorrow", "2")).texts
    assert answer == (f"{today + timedelta(days=1)}. Until?",), answer
    moment = datetime.now(UTC) + timedelta(seconds=AHEAD_S)
    assert (await say(client, places, person, moment.isoformat(), "3")).texts == ()
    return person, moment


async def _said_after(url: str, first: str, then: str, seconds: float) -> tuple[int, int]:
    """Return how often `then` followed `first`, and how often it did so sooner than after so many seconds."""
    found = await rows(
        url,
        "SELECT extract(epoch FROM b.created_at - a.created_at) FROM outbounds a JOIN outbounds b"
        " ON b.session_id = a.session_id AND b.created_at > a.created_at"
        f" WHERE a.body ->> 'text' LIKE '%{first}' AND b.body ->> 'text' = '{then}'",
    )
    return len(found), sum(float(after_s) < seconds for (after_s,) in found)


async def _timeouts(url: str) -> tuple[int, int, float]:
    """Return how many timeouts there were, how many before they were due, and how wrong messages' times are at most."""
    [(timeouts, early)] = await rows(
        url,
        "SELECT count(*), count(*) FILTER (WHERE received_at < CAST(content ->> 'due' AS timestamptz))"
        " FROM inbounds WHERE kind = 'timeout'",
    )
    [(off_s,)] = await rows(
        url,
        "SELECT max(abs(extract(epoch FROM t.at - b.received_at))) FROM inbounds b"
        " JOIN turns t ON t.session_id = b.session_id AND t.seq = b.seq WHERE b.kind = 'message'",
    )
    return timeouts, early, float(off_s)


async def _before_the_moment(url: str, moments: dict[str, datetime]) -> int:
    """Return how many were told to hurry before the moment that they had named."""
    found = await rows(
        url,
        "SELECT s.external_id, o.created_at FROM outbounds o JOIN sessions s ON s.id = o.session_id"
        " WHERE o.body ->> 'text' = 'Hurry!'",
    )
    assert len(found) == len(moments)
    return sum(at < moments[person] for person, at in found)
