"""A process that makes a fork, and kills itself before its n-th statement that writes: URL, execution, n."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from botflow.records.forks import ForkRequest
from botflow.runtime.app import node_types
from botflow.runtime.runs.forks import ForkMaker
from botflow.runtime.served_flows import Flows
from botflow.storage.one_off_engine import OneOffEngine
from botflow.storage.workflow_versions import FlowVersions

KEY = "crash"


def dying_before(count: int) -> None:
    """Kill this process before its statement with this number."""
    written = 0

    def look(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        nonlocal written
        written += statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if written >= count:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", look)


async def make(url: str, execution: str) -> None:
    engine, kinds = OneOffEngine(url), node_types()
    request = ForkRequest(execution=execution, step=2, key=KEY)
    await ForkMaker(engine, Flows(FlowVersions(engine), kinds), kinds).fork(request, None, None)


if __name__ == "__main__":
    dying_before(int(sys.argv[3]))
    asyncio.run(make(sys.argv[1], sys.argv[2]))
