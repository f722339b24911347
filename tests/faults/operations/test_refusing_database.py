"""The database answers, but refuses: it is read-only, too impatient, or has no connection free."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.operations.conftest import OWNER, OwnPostgres, deployed
from tests.faults.operations.operating import operate
from tests.faults.timing import scaled
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

LASTS_S = max(10.0, scaled(15.0))
END_ALL = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{OWNER}'"
FEW = 3  # connections for four processes


async def test_a_read_only_database_loses_nothing_and_is_named(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    """The setting is that of new connections. After it is taken back, those that began read-only must not stay."""

    async def refuse_writes() -> None:
        switch = "ALTER DATABASE botflow SET default_transaction_read_only = on"
        await asyncio.to_thread(own_postgres.run, switch, END_ALL)
        await asyncio.sleep(LASTS_S)
        back = "ALTER DATABASE botflow RESET default_transaction_read_only"
        await asyncio.to_thread(own_postgres.run, back)

    deployment = deployed(own_postgres.url, tmp_path, twilio, openai)
    account = await operate(deployment, twilio, own_postgres.url, refuse_writes)
    account.print(f"default_transaction_read_only for {LASTS_S:g} s")
    account.check()
    account.check_causes()
    read_only = [line for line in account.seen.outages() if "read-only" in line.cause]
    assert {line.member for line in read_only} == {member.name for member in deployment.members}
    assert all("target_session_attrs" in line.facts["hint"] for line in read_only)
    assert {"web0", "web1"} <= account.seen.was_unready()


async def test_a_database_without_a_free_connection_loses_nothing_and_is_named(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    async def allow_few() -> None:
        await asyncio.to_thread(own_postgres.run, f"ALTER DATABASE botflow CONNECTION LIMIT {FEW}", END_ALL)
        await asyncio.sleep(LASTS_S)
        await asyncio.to_thread(own_postgres.run, "ALTER DATABASE botflow CONNECTION LIMIT -1")

    account = await operate(deployed(own_postgres.url, tmp_path, twilio, openai), twilio, own_postgres.url, allow_few)
    account.print(f"{FEW} connections for four processes for {LASTS_S:g} s")
    account.check()
    account.check_causes()
    assert any("BOTFLOW_DATABASE_CONNECTIONS" in line.facts["hint"] for line in account.seen.outages())


async def test_a_statement_timeout_that_is_too_short_loses_nothing_and_is_named(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    """It is the URL's, so the processes get it with a restart, and lose it with the next one."""
    deployment = deployed(own_postgres.url, tmp_path, twilio, openai)
    short = f"{own_postgres.url}?options=-c%20statement_timeout%3D5ms"

    async def hurry() -> None:
        for url in (short, own_postgres.url):
            for member in deployment.members:
                member.environment = {**member.environment, "BOTFLOW_DATABASE_URL": url}
                member.kill()
            await asyncio.sleep(LASTS_S)

    account = await operate(deployment, twilio, own_postgres.url, hurry)
    account.print(f"statement_timeout = 5ms in the URL for {LASTS_S:g} s")
    account.check()
    assert all("statement_timeout" in line.facts["hint"] for line in account.seen.outages() if "timeout" in line.cause)
