"""Sessions close at hand: this process's copy, then Redis, then the database; each promoted on use.

Any copy may be stale. The commit's fence notices, so a copy can cost a second try, never a wrong turn.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from botflow.records.sessions import SessionKey, StoredSession
from botflow.storage.turns.store import TurnStore

KEPT_SESSIONS = 50_000


class WarmSessions(Protocol):
    """The tier between this process and the database; losing it costs speed, never data."""

    async def get(self, key: SessionKey) -> StoredSession | None: ...

    def put(self, stored: StoredSession) -> None:
        """Remember a session soon; never blocks, never fails."""


class HotSessions:
    """Reads through the tiers; writes to the upper two after a commit."""

    def __init__(self, store: TurnStore, warm: WarmSessions | None) -> None:
        self._store = store
        self._warm = warm
        self._kept: OrderedDict[SessionKey, StoredSession] = OrderedDict()

    async def get(self, key: SessionKey) -> StoredSession:
        """Return the nearest copy."""
        stored = self._kept.get(key)
        if stored is not None:
            return stored
        stored = await self._warm.get(key) if self._warm is not None else None
        if stored is None:
            return await self.reload(key)
        self._keep(stored)
        return stored

    async def reload(self, key: SessionKey) -> StoredSession:
        """Return what the database has, past all copies."""
        stored = await self._store.load(key)
        if stored.has_row:
            self._keep(stored)
        else:
            self._kept.pop(key, None)
        return stored

    def put(self, stored: StoredSession) -> None:
        """Remember a session as it was just committed."""
        self._keep(stored)
        if self._warm is not None:
            self._warm.put(stored)

    def forget(self, key: SessionKey) -> None:
        self._kept.pop(key, None)

    def _keep(self, stored: StoredSession) -> None:
        self._kept[stored.key] = stored
        if len(self._kept) > KEPT_SESSIONS:
            self._kept.popitem(last=False)
