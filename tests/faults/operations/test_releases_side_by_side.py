"""A rolling upgrade: processes of the former release work beside those of the new one, on the schema of the new one."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from botflow.storage.migrations import HEAD
from tests.cli.processes import COMMAND
from tests.faults.database_counts import rows
from tests.faults.operations.conftest import deployed
from tests.faults.operations.operating import Account, operate
from tests.faults.operations.releases import NEXT, former_release, next_release, schema_of
from tests.faults.soak.deployment import Deployment, Member
from tests.faults.waiting import until
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

FIRST_NEWER = "0008_cannot_run.py"  # the first migration after the former release
TOGETHER_S = 8.0
SCHEMA = "SELECT version_num FROM botflow_version"


async def test_processes_of_the_former_release_work_on_while_the_new_ones_start(
    empty_postgres_url: str, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    python = await asyncio.to_thread(former_release, FIRST_NEWER, tmp_path / "former")
    deployment = deployed(empty_postgres_url, tmp_path, twilio, openai, program=COMMAND)
    newer = [deployment.webs[0], deployment.workers[0]]
    older = [member for member in deployment.members if member not in newer]
    for member in older:
        member.python = python
    account = await _upgrade(deployment, newer, twilio, empty_postgres_url)
    account.print(f"Processes of schema {schema_of(python)} and {HEAD} side by side")
    account.check()
    assert await rows(empty_postgres_url, SCHEMA) == [(HEAD,)]
    assert not account.seen.was_unready() & {member.name for member in newer}
    assert all(codes == [] for codes in account.exits.values())


async def test_processes_of_this_release_work_on_and_start_on_the_schema_of_the_next(
    empty_postgres_url: str, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    """An operator who returns to this release starts it on the schema of the next one."""
    python = await asyncio.to_thread(next_release, tmp_path / "next")
    assert schema_of(python) == NEXT
    deployment = deployed(empty_postgres_url, tmp_path, twilio, openai, program=COMMAND)
    newer = [deployment.webs[0], deployment.workers[0]]
    for member in newer:
        member.python = python
    account = await _upgrade(deployment, newer, twilio, empty_postgres_url, restarts=True)
    account.print(f"Processes of schema {HEAD} and {NEXT} side by side")
    account.check()
    assert await rows(empty_postgres_url, SCHEMA) == [(NEXT,)]
    assert account.seen.was_unready() == set()
    assert account.exits == {"web0": [], "worker0": [], "web1": [0], "worker1": [0]}


async def _upgrade(
    deployment: Deployment, newer: list[Member], twilio: TwilioStandIn, url: str, *, restarts: bool = False
) -> Account:
    """Let people talk to the older processes, then to both; then restart the older ones, if they may start."""

    async def upgrade() -> None:
        for member in newer:
            member.launch()
            await deployment.ready(member)
        await asyncio.sleep(TOGETHER_S)
        for member in deployment.members if restarts else ():
            if member not in newer:
                await _restarted(deployment, member)

    return await operate(deployment, twilio, url, upgrade, without=newer)


async def _restarted(deployment: Deployment, member: Member) -> None:
    stopping = member.process
    assert stopping is not None
    stopping.send_signal(signal.SIGTERM)

    async def is_replaced() -> bool:
        return member.process is not stopping

    await until(is_replaced, f"{member.name} ends, and is started again")
    await deployment.ready()
