"""All waiting sessions of a workflow tried against one new version, and counted by where they wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from botflow.engine.moves.move import Version, place_of
from botflow.engine.session import Session
from botflow.records.publications import Moves
from botflow.runtime.publications.decision import SessionRefusal, decide
from botflow.storage.service.workflows.moving_sessions import WaitingSession


@dataclass(slots=True)
class Group:
    """The sessions at one place of one version: how many wait, how many would move, and the others that should."""

    waits: int = 0
    moves: int = 0
    refused: dict[SessionRefusal, list[int]] = field(default_factory=dict)


class Rehearsal:
    """Decides about one session after the other, and writes nothing. `groups` are by version (its id) and place."""

    def __init__(self, new: Version, moves: Moves) -> None:
        self.groups: dict[tuple[int, str], Group] = {}
        self._new = new
        self._moves = moves

    def add(self, waiting: WaitingSession, old: Version, now: datetime) -> None:
        """Count a session that waits in the version `old`."""
        stored = waiting.stored
        place = place_of(stored.session)
        group = self.groups.setdefault((stored.flow_version or 0, place), Group())
        group.waits += 1
        move = self._moves.at(place)
        if move.action == "stay" or old.flow.digest == self._new.flow.digest:
            return
        decided = decide(waiting, old, self._new, move, now)
        if isinstance(decided, Session):
            group.moves += 1
        else:
            group.refused.setdefault(decided, []).append(stored.id)
