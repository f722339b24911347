"""The stores of runs: what follows a commit, their life and what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from botflow.engine.effects import ReportEnd
from botflow.records.runs import (
    Artifact,
    Checkpoint,
    ExecutionRecord,
    LifecycleChange,
    RunStart,
    Spent,
    StoredEffect,
    TurnLog,
)


class EffectStore(Protocol):
    """What follows a commit besides messages, until it is carried out."""

    async def claim(self, limit: int, session: int | None = None) -> list[StoredEffect]:
        """Take due effects, of one session or of all; attempts + 1. Nobody else gets them while the lease lasts."""

    async def start(self, effect: StoredEffect, starts: Sequence[RunStart]) -> bool:
        """Start these runs and be done with the effect; False when it has been carried out before."""

    async def report(self, effect: StoredEffect, end: ReportEnd) -> bool:
        """Tell the parent how the run ended, and be done with the effect; False as above."""

    async def cancel(self, effect: StoredEffect, group: str | None) -> bool:
        """Cancel the session's children of this group, None for all, and be done with the effect; False as above."""


class ExecutionStore(Protocol):
    """Reading executions. A run's are all of its session's turns; a conversation's those between its start and end."""

    async def read(self, execution: str) -> ExecutionRecord | None: ...

    async def page(
        self,
        limit: int,
        *,
        workflow: str | None = None,
        status: str | None = None,
        session: int | None = None,
        parent: int | None = None,
        before: str | None = None,
    ) -> list[ExecutionRecord]:
        """Return the newest first; `before` is the id of the last one of the page before."""

    async def spent(self, execution: ExecutionRecord) -> Spent: ...

    async def turns(self, execution: ExecutionRecord, limit: int, after: int = 0) -> list[TurnLog]:
        """Return its turns behind the version `after`, in the order of their commits."""

    async def under_way(self, execution: ExecutionRecord) -> TurnLog | None:
        """Return the turn that is running or queued, with the answers it has so far."""

    async def set_progress(self, execution: str, progress: dict[str, Any]) -> None: ...


class LifecycleStore(Protocol):
    """Changing an execution from outside; each says what became of it, or why it was left alone."""

    async def pause(self, execution: str) -> LifecycleChange: ...

    async def resume(self, execution: str) -> LifecycleChange: ...

    async def cancel(self, execution: str) -> LifecycleChange: ...

    async def retry(self, execution: str, checkpoint: int | None, *, from_start: bool = False) -> LifecycleChange:
        """Run it again from a checkpoint, the last one if none is named, or from its start with the same input."""

    async def checkpoints(self, session: int) -> list[Checkpoint]: ...


class ArtifactStore(Protocol):
    """Large results of executions, by key."""

    async def save(self, execution: str, key: str, content: bytes, content_type: str, kind: str = "artifact") -> None:
        """Keep `content`; what was kept under this key is replaced."""

    async def load(self, execution: str, key: str) -> tuple[Artifact, bytes] | None: ...

    async def has(self, execution: str, key: str) -> bool: ...

    async def all_of(self, execution: str) -> list[Artifact]: ...

    async def delete(self, execution: str, key: str) -> bool: ...
