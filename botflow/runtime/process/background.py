"""Loops that run as long as the process: a loop that ends with an error is logged and started again.

Without them a process still answers requests, but commits nothing or gets no signals: the worst kind of outage.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

AGAIN_S = 0.5

_log = structlog.get_logger("botflow.background")


@asynccontextmanager
async def background(loops: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Run these loops, named for the log, for the length of the block. A loop that returns is not started again."""
    tasks = [asyncio.create_task(_keep_up(name, run), name=name) for name, run in loops.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_up(name: str, run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await run()
        except Exception:  # noqa: BLE001 -- the fence: a loop that fails begins again
            _log.exception("loop_died", loop=name)
        await asyncio.sleep(AGAIN_S)
