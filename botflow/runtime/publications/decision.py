"""What becomes of one session by a plan's rules: the plan asks for every session, and the mover again before a move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from botflow.engine.inbound import RUN
from botflow.engine.moves.dry_run import Trial, try_move
from botflow.engine.moves.move import Move, MoveRefusal, MoveRefused, Version
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.runtime.served_flows import Flows
from botflow.storage.service.workflows.moving_sessions import WaitingSession

SessionRefusal = (
    MoveRefusal
    | Literal[
        "run.stays",  # its checkpoints, children and retries belong to its version
        "execution.paused",
        "session.busy",  # something is queued or under way; it is tried again
    ]
)
_KEPT_VERSIONS = 16


class FormerVersions:
    """The stored versions that sessions come from, each prepared once."""

    def __init__(self, flows: Flows, node_types: Mapping[str, NodeType]) -> None:
        self._flows = flows
        self._node_types = node_types
        self._kept: dict[int, Version] = {}

    async def get(self, version: int) -> Version:
        """Return the version with this id; FlowError as `Flows.version` raises it."""
        if version not in self._kept:
            if len(self._kept) == _KEPT_VERSIONS:
                self._kept.clear()
            self._kept[version] = Version(await self._flows.version(version), self._node_types)
        return self._kept[version]


def decide(waiting: WaitingSession, old: Version, new: Version, move: Move, now: datetime) -> Session | SessionRefusal:
    """Return the session as it would be in `new`, or why it stays though it should move."""
    stored = waiting.stored
    if stored.key.channel == RUN:
        return "run.stays"
    if waiting.is_paused:
        return "execution.paused"
    if waiting.is_busy:
        return "session.busy"
    moved = try_move(stored.session, old, new, move, Trial(stored.key.channel, stored.key.external_id, now))
    return moved.reason if isinstance(moved, MoveRefused) else moved
