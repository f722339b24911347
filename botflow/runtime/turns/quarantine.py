"""One suspect at a time: an inbound whose attempts died twice may be the one that crashes the process.

All turns that run beside it die with it, and would be given up with it. So suspects start one after the other: harmless
ones finish, and the poison kills at most its current neighbours once more before it is buried.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ALONE_S = 2.0  # a suspect that has not crashed the process by then is probably just slow, and the next one waits


class Quarantine:
    """The queue of suspects within this process."""

    def __init__(self) -> None:
        self._line = asyncio.Lock()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait for our turn; the next suspect may begin when the block ends, or two seconds after it began."""
        await self._line.acquire()
        holds = True

        def let_go() -> None:
            nonlocal holds
            if holds:
                holds = False
                self._line.release()

        patience = asyncio.get_running_loop().call_later(ALONE_S, let_go)
        try:
            yield
        finally:
            patience.cancel()
            let_go()
