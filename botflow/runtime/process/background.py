"""Loops that run as long as the process: whatever ends one, another follows, and the log says so.

Without them a process still answers, but commits nothing or hears nothing: the worst kind of outage.
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
    """Run these loops, named for the log, for the length of the block. One that returns has nothing to do here."""
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
        except Exception:  # noqa: BLE001 -- the fence: whatever ends a loop, it begins again
            _log.exception("loop_died", loop=name)
        await asyncio.sleep(AGAIN_S)
