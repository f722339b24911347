"""Measures by how much this process's event loop is late: while it computes, it answers no one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

EVERY_S = 0.5


async def watch_lag(tell: Callable[[float], None]) -> None:
    """Tell the seconds by which each of two timers a second was late, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        tell(max(0.0, loop.time() - due_s))
