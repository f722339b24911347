"""Waiting until something is so, which is what a test rests on; the time that this takes is only looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 60.0


async def until(is_true: Callable[[], Awaitable[bool]], what: str, *, within_s: float = PATIENCE_S) -> float:
    """Return how many seconds it took until `is_true`; AssertionError, saying `what`, when it does not become so."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while not await is_true():
        assert loop.time() - began_s < within_s, f"not within {within_s:g} s: {what}"
        await asyncio.sleep(0.05)
    return loop.time() - began_s
