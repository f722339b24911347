"""Somebody locks a table for a while, as a careless migration or a maintenance script does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from tests.faults.operations.conftest import OwnPostgres, deployed
from tests.faults.operations.operating import operate
from tests.faults.timing import scaled
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

LASTS_S = max(10.0, scaled(15.0))


@pytest.mark.parametrize("table", ["inbounds", "sessions", "processes"])
async def test_a_locked_table_loses_nothing_and_is_named(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn, table: str
) -> None:
    async def lock() -> None:
        async with await psycopg.AsyncConnection.connect(own_postgres.admin_url) as connection:
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            await asyncio.sleep(LASTS_S)

    account = await operate(deployed(own_postgres.url, tmp_path, twilio, openai), twilio, own_postgres.url, lock)
    account.print(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE for {LASTS_S:g} s")
    account.check()
    account.check_causes()
    assert all("lock" in line.cause and "pg_locks" in line.facts["hint"] for line in account.seen.outages())
    assert {"web0", "web1"} <= account.seen.was_unready()
