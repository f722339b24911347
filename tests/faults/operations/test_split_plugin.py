"""A flow with an action of its own over two web servers and two workers, one of which does not have it."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import httpx2

from tests.faults.database_counts import read_ledger, rows
from tests.faults.hear_conversations import Said, inversions, lost, order_kept, say_copies, talk_while
from tests.faults.operations.conftest import deployed
from tests.faults.operations.observing import Observation, observing
from tests.faults.servers_that_die import Place
from tests.faults.soak.conversation_checks import table
from tests.faults.soak.deployment import Deployment
from tests.faults.timing import scaled
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

STOCKED = Path(__file__).parents[1] / "flows" / "stocked.py"
EARLY = 6  # people who need the action before anybody has it
ALONE_S = max(6.0, scaled(15.0))  # longer than a lease
TALK_S = 10.0
CANNOT = "no worker can run stocked"


async def test_only_the_worker_that_has_the_action_runs_it_and_nothing_is_lost_until_it_comes(
    postgres_url: str, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    errands = tmp_path / "errands.txt"
    errands.touch()
    deployment = deployed(postgres_url, tmp_path, twilio, openai)
    with_action, without_action = deployment.workers
    for web in deployment.webs:
        web.arguments = ("serve", str(STOCKED), "--no-worker", "--port", str(web.port))
    with_action.arguments = ("worker", str(STOCKED), "--health", f"127.0.0.1:{with_action.port}")
    for member in deployment.members:
        member.environment = {**member.environment, "BOTFLOW_TEST_ERRANDS": str(errands)}
    places = [Place(flow=STOCKED, folder=tmp_path, environment={}, port=web.port) for web in deployment.webs]
    able = set[int]()

    async with (
        deployment.running(without=[with_action]),
        local_client() as client,
        observing(deployment.members) as seen,
    ):
        early = [asyncio.create_task(_first_words(client, places, f"early {n}")) for n in range(EARLY)]
        await asyncio.sleep(ALONE_S)
        attempts = await rows(postgres_url, "SELECT attempt, state FROM inbounds WHERE key = 'm:m0002'")
        assert len(attempts) == EARLY
        with_action.launch()
        able.add(_pid(deployment))
        said = [message for messages in await asyncio.gather(*early) for message in messages]

        async def restart() -> None:
            await asyncio.sleep(TALK_S / 2)
            stopping = with_action.process
            assert stopping is not None
            stopping.send_signal(signal.SIGTERM)

            async def is_replaced() -> bool:
                return with_action.process is not stopping

            await until(is_replaced, "the worker is started again")
            able.add(_pid(deployment))
            await asyncio.sleep(TALK_S / 2)

        said += await talk_while(client, places, restart())
        ran = Counter(int(line.split()[0]) for line in errands.read_text().splitlines())
        without_pid = without_action.process.pid if without_action.process is not None else 0
    ledger, kept = await read_ledger(postgres_url), await order_kept(postgres_url)
    missing = await lost(postgres_url, said)
    doubled = ledger.turns - len(said)
    rights = sum(message.is_answered_rightly for message in said)
    thoughts = sum("think" in message.text for message in said)
    print(f"\nAn action of one worker out of two; for the first {ALONE_S:g} s that worker is away")
    print(
        table(
            {
                "messages": f"{len(said)} sent, {rights} answered rightly",
                "lost": missing,
                "doubled": doubled,
                "late": f"longest wait {max(message.reply.seconds for message in said):.1f} s",
                "attempts before it came": Counter(attempts),
                "actions run": f"{ran.total()} for {thoughts} messages, by the worker without it: {ran[without_pid]}",
                "lines of the logs": dict(seen.told()),
            }
        )
    )
    for change in seen.ready:
        print(f"    {change.at_s:+6.1f} s  {change.member} {change.said}")
    assert (missing, doubled, inversions(kept)) == (0, 0, 0)
    assert rights == len(said)
    assert (ledger.open, ledger.dead) == (0, 0)
    assert {attempt for attempt, _ in attempts} == {0}
    assert set(ran) <= able
    assert seen.was_unready() == set()
    _warned(seen, deployment)


async def _first_words(client: httpx2.AsyncClient, places: list[Place], person: str) -> list[Said]:
    """Say the first three things; the third needs the action."""
    return [await say_copies(client, places, person, number, 1) for number in range(3)]


def _pid(deployment: Deployment) -> int:
    process = deployment.workers[0].process
    assert process is not None
    return process.pid


def _warned(seen: Observation, deployment: Deployment) -> None:
    """Every process says at /readyz what no worker can run, until one can; the one without it says so once."""
    for member in (*deployment.webs, deployment.workers[1]):
        states = [change.said for change in seen.ready if change.member == member.name]
        assert any(CANNOT in state for state in states), member.name
        assert CANNOT not in states[-1], member.name
    assert seen.told()["worker1 workflow_not_served"] == 1
