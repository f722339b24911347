"""T4 and T1: the process dies at every named point; nothing is lost, doubled or out of order afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2

from botflow.crash_points import POINTS, Point
from tests.faults.burst_crashes import crash_burst
from tests.faults.database_counts import read_ledger, rows
from tests.faults.errand_runs import crash_once
from tests.faults.servers_that_die import Place, Reply, say, standing
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

FLOW = Path(__file__).parent / "flows" / "helpdesk.yaml"
TALK = ("hi", "Ann", "When are you open?", "yes")
CHAT_POINTS = tuple(point for point in POINTS if point.startswith(("fast.", "queue.", "advance.")))
PHONE_POINTS = tuple(point for point in POINTS if point.startswith(("reply.", "send.")))
BURST_POINTS: dict[Point, str] = {"burst.gathered": "merge", "burst.merged": "merge", "burst.superseded": "supersede"}
RUN_POINTS = tuple(point for point in POINTS if point.startswith("effects."))
ASKS: tuple[Point, ...] = ("advance.asked", "advance.journalled")  # their first hit asks for the history
AT_ONCE = 4  # crashes under way at the same time


async def test_a_process_that_dies_at_any_point_loses_and_doubles_nothing(
    database_kind: str, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    covered: dict[Point, float] = {}

    async def one(point: Point) -> None:
        folder = tmp_path / point
        folder.mkdir()
        async with gate:
            if point in RUN_POINTS:
                covered[point] = await crash_once(point, 1, new_database_url(), folder)
                return
            if point in BURST_POINTS:
                covered[point] = await crash_burst(BURST_POINTS[point], point, new_database_url(), folder)
                return
            talk = _chat if point in CHAT_POINTS else _phone
            covered[point] = await talk(point, new_database_url(), folder)

    async with asyncio.TaskGroup() as crashes:
        for point in POINTS:
            crashes.create_task(one(point))
    slowest = max(covered, key=lambda point: covered[point])
    print(
        f"\nT4 {database_kind}: crash points covered {len(covered)}/{len(POINTS)} ="
        f" {100 * len(covered) // len(POINTS)} %; lost 0, doubled 0;"
        f" longest wait {covered[slowest]:.1f} s (at {slowest})"
    )
    assert set(covered) == set(POINTS)


async def _chat(point: Point, url: str, folder: Path) -> float:
    """Hold one conversation over a server that dies at `point`; return the longest wait in seconds."""
    with OpenAIStandIn() as openai:
        place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url, **openai.environment})
        async with standing(place), httpx2.AsyncClient() as client:
            place.launch("--point", point, "--hits", "2" if point in ASKS else "1")
            await place.started()
            said: list[Reply] = []
            for number, text in enumerate(TALK):
                said.append(await say(client, [place], "ann", text, f"m{number}"))
            again = [await say(client, [place], "ann", text, f"m{number}") for number, text in enumerate(TALK)]
        assert place.deaths == 1, f"{point} was never reached"
        assert [reply.texts for reply in again] == [reply.texts for reply in said], point
        assert [reply.ids for reply in again] == [reply.ids for reply in said], point
        assert said[0].texts == ("What's your name?",)
        assert said[3].texts == ("Thank you, Ann.",)
        ledger = await read_ledger(url)
        assert (ledger.inbounds, ledger.turns, ledger.open, ledger.dead) == (4, 4, 0, 0), (point, ledger)
        crashes_before_the_journal = 1 if point == "advance.asked" else 0
        assert openai.calls == 1 + crashes_before_the_journal, (point, openai.calls)
        assert not openai.violations
    return max(reply.seconds for reply in said)


async def _phone(point: Point, url: str, folder: Path) -> float:
    """Text a number whose server dies at `point`, with a model that is slower than a webhook may be."""
    slow = point.startswith("send.")
    with OpenAIStandIn(ms=9_000 if slow else 0) as openai, TwilioStandIn() as twilio:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment, **twilio.environment}
        place = Place(flow=FLOW, folder=folder, environment=environment)
        async with standing(place), httpx2.AsyncClient(base_url=place.url, timeout=15.0) as client:
            place.launch("--point", point)
            await place.started()
            loop = asyncio.get_running_loop()
            longest_s = 0.0
            for text in TALK:
                form = twilio.incoming("+15550001111", "+15550002222", text)
                expected = len(twilio.messages()) + (2 if text == TALK[2] else 1)
                began_s = loop.time()
                answered = False  # Twilio delivers again only when it got no answer
                while len(twilio.messages()) < expected:
                    assert loop.time() - began_s < 150, f"{point}: {text!r} was not answered\n{place.log}"
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
        assert place.deaths == 1, f"{point} was never reached"
        bodies = [message.body for message in twilio.messages()]
        ledger = await read_ledger(url)
        stored = [row[0] for row in await rows(url, 'SELECT state FROM outbounds ORDER BY version, "index"')]
        assert (ledger.inbounds, ledger.turns, ledger.open) == (4, 4, 0), (point, ledger)
        assert bodies[0] == "What's your name?"
        assert bodies[-1] == "Thank you, Ann."
        assert len(bodies) == len(set(bodies)) == 5, (point, bodies)
        assert set(stored) == {"delivered"}, (point, stored)
        assert not twilio.violations
    return longest_s


async def _confirm(twilio: TwilioStandIn, client: httpx2.AsyncClient) -> None:
    """Report every message that Twilio has as delivered, as it does within a second or two."""
    for message in twilio.messages():
        if message.status != "delivered":
            assert await twilio.report(client, message, "delivered") == 204
