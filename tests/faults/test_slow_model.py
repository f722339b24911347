"""T10: a model that takes 40 s. Every webhook is answered in Twilio's time; the reply follows over REST, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.faults.database_counts import read_ledger
from tests.faults.servers_that_die import Place, standing
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

FLOW = Path(__file__).parent / "flows" / "helpdesk.yaml"
MODEL_S = 40.0
WEBHOOK_S = 15.0  # then Twilio gives up
US = "+15550002222"
PEOPLE = tuple(f"+1555000{number:04}" for number in range(1000, 1008))


async def test_a_slow_model_delays_no_webhook_and_its_reply_comes_once(postgres_url: str, tmp_path: Path) -> None:
    with OpenAIStandIn(ms=MODEL_S * 1000) as openai, TwilioStandIn() as twilio:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment, **twilio.environment}
        place = Place(flow=FLOW, folder=tmp_path, environment=environment)
        async with standing(place), httpx2.AsyncClient(base_url=place.url, timeout=30.0) as client:
            await place.started()
            waits_s: list[float] = []

            async def text(person: str, words: str) -> None:
                form = twilio.incoming(person, US, words)
                began_s = asyncio.get_running_loop().time()
                assert (await twilio.deliver(client, "/twilio/helpdesk", form)).status == 200
                waits_s.append(asyncio.get_running_loop().time() - began_s)

            async def converse(person: str) -> None:
                for words in ("hi", "Ann", "When are you open?"):
                    await text(person, words)
                await _until(lambda: len(twilio.messages(person)) == 4)
                await text(person, "yes")

            async with asyncio.timeout(3 * MODEL_S), asyncio.TaskGroup() as conversations:
                for person in PEOPLE:
                    conversations.create_task(converse(person))
            await asyncio.sleep(2.0)  # for a reply that would come twice
        ledger = await read_ledger(postgres_url)
    # With so few webhooks the 99th percentile is the longest one.
    print(
        f"\nT10 model takes {MODEL_S:g} s in {len(PEOPLE)} conversations at once:"
        f" webhook p99 {max(waits_s):.1f} s of {WEBHOOK_S:g} (n={len(waits_s)});"
        f" model calls per turn {openai.calls / len(PEOPLE):.2f}"
    )
    assert max(waits_s) < WEBHOOK_S
    assert openai.calls == len(PEOPLE)
    for person in PEOPLE:
        messages = twilio.messages(person)
        assert [message.body for message in messages] == [
            "What's your name?",
            "Ann, what can I do for you?",
            "You said: When are you open?",
            "Anything else, Ann?",
            "Thank you, Ann.",
        ]
        assert [message.direction for message in messages[2:4]] == ["outbound-api"] * 2
    assert (ledger.inbounds, ledger.turns, ledger.open) == (4 * len(PEOPLE), 4 * len(PEOPLE), 0)
    assert not twilio.violations
    assert not openai.violations


async def _until(is_true: Callable[[], bool]) -> None:
    while not is_true():  # noqa: ASYNC110 -- what happens at the local Twilio sets no event
        await asyncio.sleep(0.1)
