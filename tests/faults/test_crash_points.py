"""T4 and T1: the process dies at every named point; nothing is lost, doubled or out of order afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from botflow.crash_points import POINTS, Point
from tests.faults.burst_crashes import crash_burst
from tests.faults.campaign_crashes import crash_campaign
from tests.faults.change_crashes import crash_changes
from tests.faults.conftest import Lend
from tests.faults.contact_crashes import crash_contact
from tests.faults.database_counts import read_ledger, rows
from tests.faults.erasure_crashes import crash_erasure
from tests.faults.errand_runs import crash_run
from tests.faults.event_crashes import crash_telling
from tests.faults.identity_crashes import crash_identity
from tests.faults.publication_crashes import crash_publication
from tests.faults.servers_that_die import Crash, Place, Reply, say, standing
from tests.faults.timing import TWILIO_WAITS_S, scaled
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

FLOWS = Path(__file__).parent / "flows"
TALK = ("hi", "Ann", "When are you open?", "yes")
ASKING, MODEL_ASKS = 2, 2  # the message whose turn asks the model, and how often
BURST_POINTS: dict[Point, str] = {"burst.gathered": "merge", "burst.merged": "merge", "burst.superseded": "supersede"}
# The turn that asks for history, for a first answer, for history again and for a second one: dying after the first
# answer costs that, dying before the commit the second one, for the first is journalled by then.
HITS: dict[Point, int] = {"turn.asked": 2}
ASKED_AGAIN: dict[Point, int] = {"turn.asked": 1, "turn.computed": 1}
SLOW_MODEL_S = 9.0  # longer than a webhook waits, so that the sender has something to send
AT_ONCE = 4  # crashes under way at the same time
PATIENCE_S = 150.0
MOST_PEOPLE = 10


async def test_a_process_that_dies_at_any_point_loses_and_doubles_nothing(
    database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    crashes: dict[Point, Crash] = {}

    async def one(point: Point) -> None:
        folder = tmp_path / point
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                crashes[point] = await _crash(point, url, folder)

    async with asyncio.TaskGroup() as group:
        for point in POINTS:
            group.create_task(one(point))
    died_at = {point for crash in crashes.values() for point in crash.died_at}
    lost, doubled = (sum(getattr(crash, name) for crash in crashes.values()) for name in ("lost", "doubled"))
    slowest = max(crashes, key=lambda point: crashes[point].seconds)
    print(
        f"\nT4 {database_kind}: crash points covered {len(died_at)}/{len(POINTS)} ="
        f" {100 * len(died_at) // len(POINTS)} %; lost {lost}, doubled {doubled};"
        f" longest wait {crashes[slowest].seconds:.1f} s (at {slowest})"
    )
    assert {point: crash.died_at for point, crash in crashes.items()} == {point: (point,) for point in POINTS}
    assert (lost, doubled) == (0, 0), crashes


async def _crash(point: Point, url: str, folder: Path) -> Crash:
    """Die at `point` once, where a process comes to it."""
    if point in BURST_POINTS:
        return await crash_burst(BURST_POINTS[point], point, url, folder)
    match point.partition(".")[0]:
        case "effects":
            return await crash_run(point, 1, url, folder)
        case "campaign":
            return await crash_campaign(point, url)
        case "change":
            return await crash_changes(point, url, folder)
        case "contact":
            return await crash_contact(point, url, folder)
        case "erasure":
            return await crash_erasure(point, url, folder)
        case "event":
            return await crash_telling(point, url, folder)
        case "identity":
            return await crash_identity(point, url, folder)
        case "publication":
            return await crash_publication(point, url, folder)
        case "timer":
            return await _timer(point, url, folder)
        case "reply" | "send":
            return await _phone(point, url, folder)
        case _:
            return await _chat(point, url, folder)


async def _chat(point: Point, url: str, folder: Path) -> Crash:
    """Hold one conversation over a server that dies at `point`, and then say everything again."""
    with OpenAIStandIn() as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        place = Place(flow=FLOWS / "consult.yaml", folder=folder, environment=environment)
        async with standing(place), local_client() as client:
            place.launch("--point", point, "--hits", str(HITS.get(point, 1)))
            await place.started()
            said: list[Reply] = []
            for number, text in enumerate(TALK):
                said.append(await say(client, [place], "ann", text, f"m{number}"))
            again = [await say(client, [place], "ann", text, f"m{number}") for number, text in enumerate(TALK)]
        assert openai.calls == MODEL_ASKS + ASKED_AGAIN.get(point, 0), (point, openai.calls)
        assert not openai.violations
    heard = f"You said: {TALK[ASKING]}"
    assert [reply.texts for reply in said] == [
        ("What's your name?",),
        ("Ann, what can I do for you?",),
        (heard, heard, "Anything else, Ann?"),
        ("Thank you, Ann.",),
    ], point
    assert [(reply.ids, reply.texts) for reply in again] == [(reply.ids, reply.texts) for reply in said], point
    ledger = await read_ledger(url)
    assert (ledger.inbounds, ledger.open, ledger.dead) == (len(TALK), 0, 0), (point, ledger)
    told = sum(len(reply.ids) for reply in said)
    return Crash(
        seconds=max(reply.seconds for reply in said),
        died_at=place.died_at,
        lost=max(0, len(TALK) - ledger.turns) + max(0, told - ledger.outbounds),
        doubled=max(0, ledger.turns - len(TALK)) + max(0, ledger.outbounds - told),
    )


async def _timer(point: Point, url: str, folder: Path) -> Crash:
    """Let the time of a question be up on a server that dies over it; its person is told once, and goes on."""
    place = Place(flow=FLOWS / "hurry.yaml", folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client() as client:
        place.launch("--point", point)
        await place.started()
        assert (await say(client, [place], "ann", "hi", "hi")).texts == ("Quick!",)

        async def is_told() -> bool:
            await place.started()
            return bool(place.deaths and (await read_ledger(url)).outbounds > 1)

        seconds = await until(is_told, f"{point}: the person is told")
        reply = await say(client, [place], "ann", "word", "word")
    told = [str(body) for (body,) in await rows(url, 'SELECT body FROM outbounds ORDER BY version, "index"')]
    times = sum("Time is up." in body for body in told)
    ledger = await read_ledger(url)
    assert reply.texts == ("Go on.",), point
    assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (3, 3, 0, 0), (point, ledger)
    return Crash(
        seconds=seconds, died_at=place.died_at, lost=max(0, 1 - times), doubled=max(0, times - 1, len(told) - 4)
    )


async def _phone(point: Point, url: str, folder: Path) -> Crash:
    """Text a number whose server dies at `point`, with a model that is slower than a webhook may be.

    A slow machine may answer too late for a webhook to claim anything, so others text too until the server has died.
    """
    slow_s = scaled(SLOW_MODEL_S) if point.startswith("send.") else 0.0
    with OpenAIStandIn(ms=slow_s * 1000) as openai, TwilioStandIn(waits_s=TWILIO_WAITS_S) as twilio:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment, **twilio.environment}
        place = Place(flow=FLOWS / "helpdesk.yaml", folder=folder, environment=environment)
        async with standing(place), local_client(base_url=place.url, timeout=15.0) as client:
            place.launch("--point", point)
            await place.started()
            longest_s, people = 0.0, 0
            while people == 0 or (not place.deaths and people < MOST_PEOPLE):
                people += 1
                longest_s = max(longest_s, await _text(point, place, twilio, client, f"+1555000{people:04}"))
        bodies = [(message.to, message.body) for message in twilio.messages()]
        assert not twilio.violations
    ledger = await read_ledger(url)
    stored = [row[0] for row in await rows(url, 'SELECT state FROM outbounds ORDER BY version, "index"')]
    assert (ledger.inbounds, ledger.turns, ledger.open) == (4 * people, 4 * people, 0), (point, ledger)
    assert (bodies[0][1], bodies[-1][1]) == ("What's your name?", "Thank you, Ann.")
    assert set(stored) == {"delivered"}, (point, stored)
    return Crash(
        seconds=longest_s,
        died_at=place.died_at,
        lost=len(stored) - len(set(bodies)),
        doubled=len(bodies) - len(set(bodies)),
    )


async def _text(point: Point, place: Place, twilio: TwilioStandIn, client: httpx2.AsyncClient, person: str) -> float:
    """Hold one person's conversation; return the longest time that an answer took, in seconds."""
    loop = asyncio.get_running_loop()
    longest_s = 0.0
    for number, text in enumerate(TALK):
        form = twilio.incoming(person, "+15550002222", text)
        expected = len(twilio.messages()) + (2 if number == ASKING else 1)
        began_s = loop.time()
        answered = False  # Twilio delivers again only when it got no answer
        while len(twilio.messages()) < expected:
            assert loop.time() - began_s < PATIENCE_S, f"{point}: {text!r} was not answered\n{place.log}"
            try:
                if not answered:
                    answered = (await twilio.deliver(client, "/twilio/helpdesk", form)).status == 200
                await _confirm(twilio, client)
                await client.get("/healthz")  # a process that died is missed, and started again
                await asyncio.sleep(0.2)
            except httpx2.TransportError:
                await place.started()
        longest_s = max(longest_s, loop.time() - began_s)
    await _confirm(twilio, client)
    return longest_s


async def _confirm(twilio: TwilioStandIn, client: httpx2.AsyncClient) -> None:
    """Report every message that Twilio has as delivered, as it does within a second or two."""
    for message in twilio.messages():
        if message.status != "delivered":
            assert await twilio.report(client, message, "delivered") == 204
