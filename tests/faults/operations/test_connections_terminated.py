"""Every connection to Postgres is terminated, again and again: messages take another one, or are sent again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.operations.conftest import OwnPostgres, deployed
from tests.faults.operations.operating import operate
from tests.faults.timing import scaled
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

EVERY_S = 0.5
SOON_S = 15.0  # after the trouble, on a busy machine
LASTS_S = max(8.0, scaled(20.0))
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bots'"


async def test_connections_that_are_terminated_again_and_again_lose_nothing(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    async def terminate() -> None:
        for _ in range(int(LASTS_S / EVERY_S)):
            await asyncio.to_thread(own_postgres.run, END_ALL)
            await asyncio.sleep(EVERY_S)

    account = await operate(deployed(own_postgres.url, tmp_path, twilio, openai), twilio, own_postgres.url, terminate)
    account.print(f"Every backend terminated each {EVERY_S} s for {LASTS_S:g} s")
    account.check()
    account.check_causes()
    assert account.longest_s < account.trouble_s[1] - account.trouble_s[0] + SOON_S
