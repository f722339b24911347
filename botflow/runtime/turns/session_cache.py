"""Cached sessions: this process's copy, then Redis, then the database; a session is copied to the upper tiers on use.

Any copy may be stale. The commit's fence detects this, so a stale copy costs at most a second try, never a wrong turn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from botflow.records.sessions import SessionKey, StoredSession
from botflow.storage.turns.store import TurnStore

KEPT_SESSIONS = 50_000


class WarmSessions(Protocol):
    """The tier between this process and the database; losing it costs speed, never data."""

    async def get(self, key: SessionKey) -> StoredSession | None: ...

    def put(self, stored: StoredSession) -> None:
        """Store a session soon; never blocks, never fails."""


class HotSessions:
    """Reads through the tiers; writes to the upper two after a commit."""

    def __init__(self, store: TurnStore, warm: WarmSessions | None) -> None:
        self._store = store
        self._warm = warm
        self._kept: OrderedDict[SessionKey, StoredSession] = OrderedDict()

    async def get(self, key: SessionKey) -> StoredSession:
        """Return the copy of the first tier that has one."""
        stored = self._kept.get(key)
        if stored is not None:
            return stored
        stored = await self._warm.get(key) if self._warm is not None else None
        if stored is None:
            return await self.reload(key)
        self._keep(stored)
        return stored

    async def reload(self, key: SessionKey) -> StoredSession:
        """Return the session from the database, without the copies."""
        stored = await self._store.load(key)
        if stored.has_row:
            self._keep(stored)
        else:
            self._kept.pop(key, None)
        return stored

    def put(self, stored: StoredSession) -> None:
        """Store a session as it was just committed."""
        self._keep(stored)
        if self._warm is not None:
            self._warm.put(stored)

    def forget(self, key: SessionKey) -> None:
        self._kept.pop(key, None)

    def forget_sessions(self, sessions: Iterable[int]) -> None:
        """Drop this process's copies of erased sessions."""
        gone = frozenset(sessions)
        for key in [key for key, stored in self._kept.items() if stored.id in gone]:
            del self._kept[key]

    def _keep(self, stored: StoredSession) -> None:
        self._kept[stored.key] = stored
        if len(self._kept) > KEPT_SESSIONS:
            self._kept.popitem(last=False)
