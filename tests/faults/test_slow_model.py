"""T10: a model takes far longer than Twilio waits for an answer, 40 s to 15 s. Every webhook is answered in time, and
the reply follows over REST, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.database_counts import read_ledger
from tests.faults.servers_that_die import Place, standing
from tests.faults.timing import TIMING, TWILIO_WAITS_S, scaled
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

FLOW = Path(__file__).parent / "flows" / "helpdesk.yaml"
MODEL_S = scaled(40.0)
PATIENCE_S = 3 * 40.0
US = "+15550002222"
PEOPLE = tuple(f"+1555000{number:04}" for number in range(1000, 1008))


async def test_a_slow_model_delays_no_webhook_and_its_reply_comes_once(postgres_url: str, tmp_path: Path) -> None:
    with OpenAIStandIn(ms=MODEL_S * 1000) as openai, TwilioStandIn() as twilio:
        environment = {"BOTFLOW_DATABASE_URL": postgres_url, **openai.environment, **twilio.environment}
        place = Place(flow=FLOW, folder=tmp_path, environment=environment)
        async with standing(place), local_client(base_url=place.url, timeout=30.0) as client:
            await place.started()
            waits_s: list[float] = []

            async def has(person: str, messages: int) -> bool:
                return len(twilio.messages(person)) == messages

            async def text(person: str, words: str) -> None:
                form = twilio.incoming(person, US, words)
                began_s = asyncio.get_running_loop().time()
                assert (await twilio.deliver(client, "/twilio/helpdesk", form)).status == 200
                waits_s.append(asyncio.get_running_loop().time() - began_s)

            async def converse(person: str) -> None:
                for words in ("hi", "Ann", "When are you open?"):
                    await text(person, words)
                await until(lambda: has(person, 4), f"{person} has the reply", within_s=PATIENCE_S)
                await text(person, "yes")

            async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as conversations:
                for person in PEOPLE:
                    conversations.create_task(converse(person))
            await asyncio.sleep(TIMING.webhook_reply_s + 4 * TIMING.look_s)  # for a reply that would come twice
        ledger = await read_ledger(postgres_url)
    # With so few webhooks the 99th percentile is the longest one.
    print(
        f"\nT10 model takes {MODEL_S:g} s in {len(PEOPLE)} conversations at once:"
        f" webhook p99 {max(waits_s):.1f} s of {TWILIO_WAITS_S:g} (n={len(waits_s)});"
        f" model calls per turn {openai.calls / len(PEOPLE):.2f}"
    )
    assert max(waits_s) < TWILIO_WAITS_S
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
