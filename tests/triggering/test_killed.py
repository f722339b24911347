"""Processes that are killed while they start workflows: what was committed runs once, what was not does not run."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text, update

from botflow.keyring import Keyring
from botflow.nodes import built_in
from botflow.runtime.app import open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.runs.schedules.cron_times import moments_between
from botflow.runtime.runs.schedules.schedules import Schedules
from botflow.runtime.served_flows import Flows
from botflow.settings import Settings
from botflow.storage.database import open_database
from botflow.storage.tables import schedules, turns
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow, runs

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 3
SALES = 25  # seen of each round before the kill


@asynccontextmanager
async def spawned(module: str, *arguments: str) -> AsyncIterator[Process]:
    """Run a module in a process of its own, which is killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdout=PIPE, cwd=ROOT)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def said(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        return (await process.stdout.readline()).decode().strip()


async def test_an_application_that_is_killed_loses_no_sale_and_starts_none_twice(database_url: str) -> None:
    database = await open_database(database_url, migrate=False)
    await publish(database, run_flow())
    await database.engine.write(
        lambda connection: connection.execute(text("CREATE TABLE shop_sales (id INTEGER PRIMARY KEY)"))
    )
    for turn in range(ROUNDS):
        async with spawned("tests.triggering.killed_application", database_url, str(turn * 1000 + 1)) as shop:
            for _ in range(SALES):
                await said(shop)
            await asyncio.sleep(0.003 * turn)  # somewhere within the next sale
    sales = await database.engine.read(
        lambda connection: set(connection.execute(text("SELECT id FROM shop_sales")).scalars())
    )
    started = [run.input["order"] for run in await runs(database)]
    await database.close()

    statuses, completed = await _run_all(database_url, len(started))

    print(
        f"{ROUNDS} kills: {len(sales)} sales committed, {len(started)} runs started, {completed} completed,"
        f" {len(sales ^ set(started))} sales without a run or runs without a sale"
    )
    assert len(sales) >= ROUNDS * (SALES // 3)
    assert sorted(started) == sorted(sales)
    assert statuses == {"completed"}
    assert completed == len(sales)


async def _run_all(url: str, expected: int) -> tuple[set[str], int]:
    """Let a worker run what is queued; return the runs' statuses, and how many turns ended one."""
    settings = Settings(botflow_database_url=url)
    async with open_runtime(RuntimeOptions(settings=settings, keyring=Keyring("s" * 40), migrate=False)) as runtime:
        async with asyncio.timeout(60):
            while sum(run.status == "completed" for run in await runs(runtime.database)) < expected:  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.1)
        await asyncio.sleep(1.5)  # would anything run twice?
        ended = select(func.count()).select_from(turns).where(turns.c.status == "completed")
        completed = await runtime.database.engine.read(lambda connection: connection.execute(ended).scalar_one())
        return {run.status for run in await runs(runtime.database)}, completed


async def until_over(worker: Process) -> None:
    async with asyncio.timeout(60):
        while await said(worker):
            pass


async def test_a_timekeeper_that_is_killed_leaves_no_moment_out_and_none_twice(
    database_url: str, database_kind: str
) -> None:
    """On Postgres another one works beside it; on SQLite, which has one process, another one follows."""
    due = await _owe(database_url)
    async with spawned("tests.triggering.killed_scheduler", database_url) as doomed:
        await said(doomed)
        await said(doomed)
        if database_kind == "sqlite":
            doomed.kill()
            await doomed.wait()
        async with spawned("tests.triggering.killed_scheduler", database_url) as other:
            await said(other)
            if doomed.returncode is None:
                doomed.kill()
            await doomed.wait()
            await until_over(other)
    async with spawned("tests.triggering.killed_scheduler", database_url) as later:
        await until_over(later)  # `other` may have found nothing free while the killed one still held it
    database = await open_database(database_url, migrate=False)
    found = [run.external_id for run in await runs(database)]
    await database.close()

    print(f"one of two processes killed: due {len(due)}, fired {len(found)}, distinct {len(set(found))}")
    assert len(found) == len(set(found))
    assert due <= set(found)
    assert len(found) - len(due) <= 10  # a minute may have begun meanwhile


async def _owe(url: str) -> set[str]:
    """Publish ten schedules, each of which missed the last fifty minutes; return the keys of the runs they owe."""
    database = await open_database(url, migrate=False)
    triggers = [node(f"clock{number}", "trigger.schedule", cron="* * * * *", missed="all") for number in range(10)]
    await publish(database, run_flow("report", *triggers))
    flows = Flows(database.flows, {kind.name: kind for kind in built_in()})
    await flows.refresh()
    await Schedules(database.engine, flows, lambda: None).sync()
    first = (datetime.now(UTC) - timedelta(minutes=50)).replace(second=0, microsecond=0)
    await database.engine.write(lambda connection: connection.execute(update(schedules).values(next_at=first)))
    await database.close()
    moments = moments_between("* * * * *", "UTC", first, datetime.now(UTC), 1000)
    return {
        f"schedule:clock{number}:{moment.astimezone(UTC).isoformat()}" for number in range(10) for moment in moments
    }
