"""How many jobs wait, as this process last saw it: asked of the database once a second at most, and only on demand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from botflow.storage.jobs import Backlog, JobTable

KEPT_S = 1.0


class BacklogWatch:
    """Looks at the job table for whoever asks; those who ask while somebody looks get the last answer."""

    def __init__(self, table: JobTable) -> None:
        self._table = table
        self._seen: Sequence[Backlog] = ()
        self._looked_s = float("-inf")
        self._looking = asyncio.Lock()
        self.added = 0  # by this process since the last look began

    async def rows(self) -> Sequence[Backlog]:
        """Return the backlog by queue and priority; ProviderError when the database does not say."""
        if time.monotonic() - self._looked_s >= KEPT_S and not self._looking.locked():
            async with self._looking:
                self._looked_s = time.monotonic()
                before = self.added
                self._seen = await self._table.backlog()
                self.added -= before
        return self._seen
