"""Many short lives of visitors on a bad network: every message is once in the conversation, and shown once, in order.

BOTFLOW_TEST_CHAT_LIVES says how many lives are drawn; BOTFLOW_TEST_CHAT_SEED draws others.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from tests.chat_client.talks import ECHO, run_script
from tests.chat_client.wire import WELL, Fault, Request, Wire, answer
from tests.web.site import Site, open_site

SEED = int(os.environ.get("BOTFLOW_TEST_CHAT_SEED", "") or 2026)
LIVES = int(os.environ.get("BOTFLOW_TEST_CHAT_LIVES", "") or 16)
BUSY = '{"code": "service.unavailable", "detail": "later"}'
FAULTS = 4  # of each visitor's requests; then the network is well, so that all becomes quiet


def some_fault(chance: random.Random) -> Fault:
    """Draw what happens to a request while the network is bad."""
    match chance.randrange(10):
        case 0:
            return Fault(kind="refuse")
        case 1:
            return Fault(kind="lose")
        case 2 | 3:
            return Fault(kind="cut", after=chance.choice([0, 20, 200, 400, 600, 900]))
        case 4:
            return Fault(kind="twice")
        case 5:
            return Fault(delay_s=chance.random() * 2)
        case 6:
            return Fault(kind="lose", delay_s=chance.random())
        case 7:
            return answer("503 Service Unavailable", BUSY, media_type="application/problem+json")
        case 8:
            return answer("403 Forbidden", "<h1>Sign in to this hotel's network</h1>")
        case _:
            return answer("200 OK", "<h1>Welcome to this hotel's network</h1>")


class BadNetwork:
    """Draws the faults of each visitor, whom it knows by the token: the first ones of a few requests."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._met: dict[str, int] = {}

    def __call__(self, request: Request) -> Fault:
        met = self._met.get(request.token, 0)
        if met >= (FAULTS if request.token else LIVES) or self._chance.random() < 0.4:
            return WELL
        self._met[request.token] = met + 1
        if request.call == "GET events" and self._chance.random() < 0.2:
            return Fault(kind="hold")
        return some_fault(self._chance)


def plan(chance: random.Random) -> list[dict[str, Any]]:
    """Draw what a visitor does: up to four messages, with pauses and reloads between them."""
    steps: list[dict[str, Any]] = []
    for number in range(chance.randint(1, 4)):
        steps.append({"send": f"m{number}"})
        if chance.random() < 0.6:
            steps.append({"wait": chance.choice([1, 20, 100, 400])})
        if chance.random() < 0.3:
            steps.append({"reload": True})
    return steps


async def conversation(site: Site, token: str) -> list[dict[str, Any]]:
    response = await site.client.get("/chat/echo/messages?limit=200", headers={"authorization": f"Bearer {token}"})
    entries: list[dict[str, Any]] = response.json()["messages"]
    return entries


@pytest.mark.xdist_group("chat_client")
async def test_every_message_arrives_once_and_is_shown_once_in_order(sqlite_url: str) -> None:
    chance = random.Random(SEED)
    plans = [plan(chance) for _ in range(LIVES)]
    async with open_site(sqlite_url, flows=[ECHO]) as site:
        site.hold_the_minute()
        wire = Wire(site.url, decide=BadNetwork(SEED))
        async with wire.listening() as url:
            lives = await run_script("lives.mjs", url, plans)
        for number, (life, steps) in enumerate(zip(lives, plans, strict=True)):
            entries = await conversation(site, life["token"])
            check(life, entries, f"life {number} of seed {SEED}: {steps}")
    print(f"{LIVES} lives, {len(wire.told)} requests, seed {SEED}")


def check(life: dict[str, Any], entries: list[dict[str, Any]], name: str) -> None:
    heard = [each["messageId"] for each in entries if each["direction"] == "in"]
    said = [each["id"] for each in entries if each["direction"] == "out"]
    assert life["wasQuiet"], f"{name} never became quiet: {life}"
    assert heard == life["sent"], name
    texts = [each["text"] for each in entries if each["direction"] == "in"]
    assert [each["text"] for each in entries if each["direction"] == "out"][-2 * len(texts) :] == [
        f"{verb} {text}" for text in texts for verb in ("heard", "noted")
    ], name
    for page in life["pages"]:
        shown = page["said"]
        assert shown == said[: len(shown)], name
        assert len(set(page["heard"])) == len(page["heard"]), name
    assert life["pages"][-1]["said"] == said, name
    assert (life["pages"][-1]["unsent"], sorted(life["pages"][-1]["heard"])) == ([], sorted(heard)), name
