"""Redis is full, paused, locked by another password, away and back: nothing is lost, and each is said once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from redis.asyncio import Redis

from tests.faults.operations.conftest import deployed
from tests.faults.operations.operating import operate
from tests.faults.timing import scaled
from tests.servers import start_valkey
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

EACH_S = max(4.0, scaled(8.0))
PAUSE_MS = int(EACH_S * 1000)
TROUBLES = 4  # full, paused, another password, away
BUSY_S = 20.0  # a turn with a model, on a busy machine
PASSWORD = "changed-by-the-operator"


async def test_a_redis_in_trouble_costs_no_message_and_is_said_once(
    postgres_url: str, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    with start_valkey() as valkey:

        async def trouble() -> None:
            async with Redis.from_url(valkey.url) as client:
                await client.config_set("maxmemory-policy", "noeviction")
                await client.config_set("maxmemory", "1")
                await asyncio.sleep(EACH_S)
                await client.config_set("maxmemory", "0")
                await asyncio.sleep(EACH_S)
                await client.client_pause(PAUSE_MS)
                await asyncio.sleep(2 * EACH_S)
                await client.config_set("requirepass", PASSWORD)
                await client.execute_command("CLIENT", "KILL", "TYPE", "normal")  # type: ignore[no-untyped-call]
                await asyncio.sleep(EACH_S)
                await client.config_set("requirepass", "")
                await asyncio.sleep(EACH_S)
            valkey.kill()
            await asyncio.sleep(EACH_S)
            with start_valkey(port=valkey.port):
                await asyncio.sleep(EACH_S)

        deployment = deployed(postgres_url, tmp_path, twilio, openai, redis=valkey.url)
        account = await operate(deployment, twilio, postgres_url, trouble)
    account.print(f"Redis full, paused, password changed, away, each for {EACH_S:g} s")
    account.check()
    assert account.seen.was_unready() == set()
    assert account.longest_s < BUSY_S
    away = account.seen.outages("redis")
    assert {line.member for line in away} == {member.name for member in deployment.members}
    assert max(Counter((line.member, line.cause) for line in away).values()) <= TROUBLES
    assert not any("+1555" in line.cause or "botflow:" in line.cause for line in away)
