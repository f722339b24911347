"""What a publication does to the sessions that wait in former versions, as storage, runtime and service pass it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from botflow.engine.moves.move import Move
from botflow.values import value

PublicationState = Literal["planned", "moving", "done", "returning", "returned"]
SessionOutcome = Literal["waiting", "moved", "stayed", "refused", "returned", "gone_on"]


@value(frozen=True, slots=True, kw_only=True)
class Moves:
    """What becomes of the sessions at each place, as `place_of` names it; `default` at all others."""

    by_place: Mapping[str, Move] = field(default_factory=dict)
    default: Move = Move("stay")

    def at(self, place: str) -> Move:
        return self.by_place.get(place, self.default)

    @property
    def move_something(self) -> bool:
        """False when every session stays where it is."""
        return any(move.action != "stay" for move in (self.default, *self.by_place.values()))

    def to_json(self) -> dict[str, Any]:
        places = {place: [move.action, move.node] for place, move in sorted(self.by_place.items())}
        return {"places": places, "default": [self.default.action, self.default.node]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Moves:
        places = {place: Move(*move) for place, move in stored["places"].items()}
        return cls(by_place=places, default=Move(*stored["default"]))


@value(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a plan is bound to: it is stale when one of them has changed. `active` is a version's id, None before the
    first publication; `digest` is that of the compiled draft with its subflows, or of the version that the end of a
    `canary` leaves active. `revision` is the draft's, None for a canary. An aborted one moves only sessions of its own
    version, `only_from`."""

    revision: int | None
    active: int | None
    digest: str
    moves: Moves
    canary: int | None = None
    only_from: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "active": self.active,
            "digest": self.digest,
            "moves": self.moves.to_json(),
            "canary": self.canary,
            "onlyFrom": self.only_from,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PlanFacts:
        return cls(
            revision=stored["revision"],
            active=stored["active"],
            digest=stored["digest"],
            moves=Moves.from_json(stored["moves"]),
            canary=stored.get("canary"),  # plans of the release before have none
            only_from=stored.get("onlyFrom"),
        )


@value(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """A publication by plan. `from_number` and `to_number` are numbers of versions, the other two their ids.

    `finished_at` is when the last session had moved, or had returned.
    """

    id: int
    workflow: int
    state: PublicationState
    facts: PlanFacts
    author: str
    created_at: datetime
    finished_at: datetime | None
    from_version: int | None
    to_version: int | None
    from_number: int | None
    to_number: int | None
    is_overdue: bool  # its work has taken so long that it waits for no busy session any more


@value(frozen=True, slots=True, kw_only=True)
class MovedSession:
    """A session as it will be after its move. `version` is its own, as it was read; `flow_version` is None after a
    restart."""

    id: int
    version: int
    flow_version: int | None
    execution: UUID
    state: Mapping[str, Any]


@value(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many sessions of a publication have come to each outcome, and those refused, by reason."""

    sessions: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
