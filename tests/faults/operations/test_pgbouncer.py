"""Behind pgbouncer: in session mode everything works; in transaction mode a process refuses to start, with a hint."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from tests.cli.processes import run
from tests.faults.operations.conftest import OWNER, OwnPostgres, deployed
from tests.faults.operations.operating import operate
from tests.faults.operations.pgbouncer import pooled
from tests.faults.servers_that_die import SECRET
from tests.faults.soak.deployment import FLOWS
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

COMMANDS = (
    ("serve", FLOWS[0], "--port", "0"),
    ("worker",),
    ("worker", "--no-migrate"),
    ("db", "upgrade"),
    ("sessions",),
)


@pytest.mark.parametrize("options", ["refused", "ignored"])
def test_in_transaction_mode_every_command_refuses_and_says_what_to_do(
    own_postgres: OwnPostgres, tmp_path: Path, options: str
) -> None:
    port = own_postgres.server.port
    with pooled(tmp_path, port, OWNER, mode="transaction", ignores_options=options == "ignored") as pooler:
        url = f"postgresql://{OWNER}@127.0.0.1:{pooler.port}/botflow"
        environment = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_SECRET_KEY": SECRET}
        print(f"\n{pooler.name} in transaction mode, options {options}")
        for arguments in COMMANDS:
            ended = run(tmp_path, *arguments, environment=environment)
            said = " ".join(f"{ended.out}{ended.errors}".split())
            print(f"  botflow {' '.join(arguments)}: exit {ended.status}, {said[:300]}")
            assert ended.status == 2
            assert "transaction mode" in said
            assert "session mode" in said
    with psycopg.connect(own_postgres.admin_url) as connection:
        [locks] = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall()
    assert locks == (0,)


async def test_in_session_mode_people_talk_as_without_it(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    port = own_postgres.server.port
    with pooled(tmp_path, port, OWNER, mode="session", ignores_options=True) as pooler:
        url = f"postgresql://{OWNER}@127.0.0.1:{pooler.port}/botflow"

        async def talk() -> None:
            await asyncio.sleep(10.0)

        account = await operate(deployed(url, tmp_path, twilio, openai), twilio, own_postgres.url, talk)
    account.print(f"Behind {pooler.name} in session mode for 10 s")
    account.check()
    assert account.seen.was_unready() == set()
