"""The large values of runs, as their turns need them: read from the database, with a bounded copy in this process.

A value is stored under the hash of its content, before the turn that names it is committed: it never changes, and a
turn that is repeated stores the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import orjson

from botflow.engine.inbound import Inbound
from botflow.engine.kept_values import size_of
from botflow.engine.turn import Turn
from botflow.errors import ProviderError
from botflow.records.sessions import StoredSession
from botflow.storage.runs.artifacts import Artifacts

MOST_BYTES = 32_000_000  # of JSON, of the values copied in this process

Key = tuple[str, str]  # an execution, and a value's name


class KeptValueStore:
    """Fills sessions with their large values, and stores new ones."""

    def __init__(self, artifacts: Artifacts) -> None:
        self._artifacts = artifacts
        self._copies: OrderedDict[Key, Any] = OrderedDict()
        self._bytes = 0

    async def fill(self, stored: StoredSession, inbound: Inbound) -> StoredSession:
        """Return the session with the values that its frames, or the branch that begins with `inbound`, name.

        ProviderError `value.missing` when one is not in the database.
        """
        session = stored.session
        shared = inbound.parameters.get("kept", {}) if not session.frames else {}
        names = session.missing() | set(shared.values())
        if not names:
            return stored
        execution = session.kept_of or session.execution or inbound.parameters.get("keptOf", "")
        return replace(stored, session=session.filled({**session.values, **await self._values(execution, names)}))

    async def keep(self, turn: Turn) -> None:
        """Store the values that the turn has made."""
        if not turn.kept:
            return
        await self._artifacts.keep_values(turn.kept_of, turn.kept)
        for name in turn.kept.keys() & turn.session.values.keys():
            self._copy((turn.kept_of, name), turn.session.values[name])

    def forget(self) -> None:
        """Drop this process's copies."""
        self._copies.clear()
        self._bytes = 0

    async def _values(self, execution: str, names: Collection[str]) -> dict[str, Any]:
        found = {name: self._copies[execution, name] for name in names if (execution, name) in self._copies}
        for name in found:
            self._copies.move_to_end((execution, name))
        wanted = [name for name in names if name not in found]
        if wanted:
            for name, content in (await self._artifacts.values(execution, wanted)).items():
                found[name] = orjson.loads(content)
                self._copy((execution, name), found[name])
        if lost := [name for name in wanted if name not in found]:
            raise ProviderError(f"the execution {execution} has no value {lost[0]}", code="value.missing")
        return found

    def _copy(self, key: Key, value: Any) -> None:
        if key in self._copies:
            return
        self._copies[key] = value
        self._bytes += size_of(key[1])
        while self._bytes > MOST_BYTES:
            (_, name), _ = self._copies.popitem(last=False)
            self._bytes -= size_of(name)
