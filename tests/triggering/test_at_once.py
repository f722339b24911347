"""How soon a run begins after its caller's commit: by NOTIFY on Postgres, by the workers' poll on SQLite."""

from __future__ import annotations

import asyncio
import time
from statistics import median

from botflow.keyring import Keyring
from botflow.runtime.app import open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.settings import Settings
from botflow.triggering import trigger_workflow
from tests.triggering.workflows_to_start import DRIVERS, async_connection, publish, run_flow, runs


async def test_a_run_begins_soon_after_the_commit(database_url: str, database_kind: str) -> None:
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=database_url), keyring=Keyring("s" * 40), migrate=False
    )
    waited_s = []
    async with (
        open_runtime(options) as runtime,
        async_connection(database_url, DRIVERS[database_kind][0], "session") as session,
    ):
        await publish(runtime.database, run_flow())
        for order in range(10):
            await trigger_workflow("orders", input={"order": order}, connection=session)
            await session.commit()
            began_s = time.perf_counter()
            async with asyncio.timeout(30):
                while {run.status for run in await runs(runtime.database)} != {"completed"}:  # noqa: ASYNC110 -- rows
                    await asyncio.sleep(0.005)
            waited_s.append(time.perf_counter() - began_s)

    print(f"from commit to completed: median {median(waited_s) * 1000:.0f} ms, longest {max(waited_s) * 1000:.0f} ms")
    assert len(waited_s) == 10
