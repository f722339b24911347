"""Answers: publications. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPlan:
    """A preview that can be published: `token` does so, while the draft and the active version are these."""

    workflow: str
    waits: int
    would_move: int
    would_stay: int
    refused: int
    nodes: list[PlannedNode]
    revision: int
    replaces: int | None
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication by plan. `state` is moving, done, returning or returned.

    `waiting` sessions have still to be moved; `gone_on` had gone on when they should return, and stay. `refused`
    counts those that could not move, by reason.
    """

    id: int
    workflow: str
    state: Literal["planned", "moving", "done", "returning", "returned"]
    version: int | None
    replaced: int | None
    author: str
    created_at: datetime
    finished_at: datetime | None
    waiting: int
    moved: int
    stayed: int
    returned: int
    gone_on: int
    refused: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNode:
    """The sessions that wait at a node of a version, and what becomes of them."""

    version: int
    node: str
    waits: int
    action: str
    would_move: int
    refused: list[Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Sessions that would stay though they should move: why, how many, and the first of them."""

    reason: (
        Literal[
            "execution.ending",
            "wait.for_person",
            "wait.for_work",
            "flow.gone",
            "node.gone",
            "node.other_type",
            "frame.other_subflow",
            "frame.no_body",
            "variable.missing",
            "output.missing",
            "session.too_large",
            "turn.fails",
        ]
        | Literal["run.stays", "execution.paused", "session.busy"]
    )
    count: int
    sessions: list[int]
