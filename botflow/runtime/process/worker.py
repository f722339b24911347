"""The worker of a process: its tick runs until the process stops, also after failures.

The steps of the tick define the work; this module does not know about turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from botflow.records.queues import QUEUES, QueueName
from botflow.runtime.process.tick import Tick

STOP_S = 5.0  # a step that takes longer than this to end is cancelled

_log = structlog.get_logger("botflow.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """The work that a process accepts: how many sessions at once, and from which queues."""

    concurrency: int = 64
    queues: tuple[QueueName, ...] = QUEUES


@asynccontextmanager
async def ticking(tick: Tick) -> AsyncIterator[None]:
    """Run the tick in the background for the length of the block; at its end let every step finish."""
    task = asyncio.create_task(_keep_ticking(tick), name="tick")
    try:
        yield
    finally:
        tick.stop()
        _, late = await asyncio.wait({task}, timeout=STOP_S)
        if late:
            _log.error("tick_stop_late", seconds=STOP_S)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_ticking(tick: Tick) -> None:
    while not tick.is_stopped:
        try:
            await tick.run()
        except Exception:  # noqa: BLE001 -- the fence: a tick that fails begins again
            _log.exception("tick_died")
            await asyncio.sleep(0.5)
