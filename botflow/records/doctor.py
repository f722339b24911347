"""What is read of a session that may be stuck: its row, and what should arrive at it one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from botflow.records.sessions import StoredSession

Place = tuple[int, str, str]  # the workflow's number, the channel, the external id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedInbound:
    """An inbound that a process should run: nothing of its session is before it. `flow_version` is of its turn."""

    seq: int
    flow_version: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OldOutbound:
    """A message that is held, or of which it is not known whether it was sent; since when."""

    id: str
    state: str
    error_code: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A session at one moment, `now`. `execution_status` is "" without a row of its execution.

    `waited_for` are the groups of its waits in which a run has not ended, or has not told so yet. `has_parent`: the
    session that its run reports to is there, or it reports to none.
    """

    stored: StoredSession
    workflow: str
    workflow_status: str
    is_paused: bool
    wakes_at: datetime | None
    now: datetime
    execution_status: str = ""
    user_name: str = ""
    waited_for: frozenset[str] = frozenset()
    has_parent: bool = True
    handed_off_at: datetime | None = None
    queued: tuple[QueuedInbound, ...] = ()
    outbounds: tuple[OldOutbound, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether an execution is under way."""
        return self.stored.flow_version is not None

    @property
    def has_queue(self) -> bool:
        return self.stored.last_seq != self.stored.done_seq

    @property
    def rests(self) -> bool:
        """Whether an execution is under way that waits, with nothing queued, and that no operator has stopped."""
        is_stopped = self.is_paused or self.stored.parked or self.stored.session.handoff is not None
        return self.is_active and not self.has_queue and not is_stopped
