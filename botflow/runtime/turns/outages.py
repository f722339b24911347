"""The database is away for a moment in the middle of a turn: its fenced statements are repeated.

A model's answer is paid for, and an action is done: the turn must not ask for them again because a lock or a full disk
refuses to store the answer. A fenced statement may be repeated: if it was executed, and only its answer was lost, it
changes nothing the second time, or is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, repeat
from typing import TypeVar

from botflow.errors import ProviderError
from botflow.runtime.process.failure_facts import is_known_outage

PAUSES_S = (0.2, 0.5, 1.0, 2.0)  # the last one again and again
LONGEST_S = 300.0  # only after so long the message itself may be the cause

Result = TypeVar("Result")


async def insist(write: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a fenced statement while the database is away, for up to five minutes."""
    for pause_s in outage_pauses():
        try:
            return await write()
        except ProviderError as failure:
            if not is_known_outage(failure):
                raise
        await asyncio.sleep(pause_s)
    return await write()


def outage_pauses() -> Iterator[float]:
    """Yield the pauses between tries, until it has lasted for too long."""
    until_s = time.monotonic() + LONGEST_S
    for pause_s in chain(PAUSES_S, repeat(PAUSES_S[-1])):
        if time.monotonic() > until_s:
            return
        yield pause_s
