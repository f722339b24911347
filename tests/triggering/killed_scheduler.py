"""A worker that starts what is due, and may be killed. Run as `python -m tests.triggering.killed_scheduler URL`."""

from __future__ import annotations

import asyncio
import sys

from botflow.nodes import built_in
from botflow.runtime.runs.schedules.schedules import Schedules
from botflow.runtime.served_flows import Flows
from botflow.storage.database import open_database


async def main(url: str) -> None:
    database = await open_database(url, migrate=False)
    flows = Flows(database.flows, {kind.name: kind for kind in built_in()})
    keeper = Schedules(database.engine, flows, lambda: None)
    has_more = True
    while has_more:
        print("again", flush=True)
        has_more = await keeper.start_due()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
