"""Every process is restarted, one after the other, under load: nobody waits longer than a turn takes."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.faults.operations.conftest import deployed
from tests.faults.operations.operating import operate
from tests.faults.waiting import until
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn


async def test_processes_that_are_restarted_one_after_the_other_lose_nothing(
    postgres_url: str, redis_url: str, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    deployment = deployed(postgres_url, tmp_path, twilio, openai, redis=redis_url)
    stops_s: dict[str, float] = {}

    async def restart_all() -> None:
        for member in deployment.members:
            stopping = member.process
            assert stopping is not None
            stopping.send_signal(signal.SIGTERM)

            async def is_replaced() -> bool:
                return member.process is not stopping  # noqa: B023 -- awaited within this round

            stops_s[member.name] = await until(is_replaced, f"{member.name} ends, and is started again")
            await deployment.ready()
            await asyncio.sleep(1.0)

    account = await operate(deployment, twilio, postgres_url, restart_all)
    account.print("Rolling restart of two web servers and two workers")
    print(f"  until its successor was started: { {name: round(seconds, 1) for name, seconds in stops_s.items()} }")
    account.check()
    assert all(codes == [0] for codes in account.exits.values())
    assert account.seen.was_unready() == set()
    # On a busy machine Redis may be too slow for a call's 50 ms.
    assert [line for line in account.seen.lines() if not line.event.startswith("redis_")] == []
