"""Waiting for what sets no event, such as rows that another task or process writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(claim: Callable[[], Awaitable[bool] | bool], *, within_s: float = 15.0) -> None:
    """Wait until the claim holds; TimeoutError when it never does."""
    async with asyncio.timeout(within_s):
        while True:
            held = claim()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)
