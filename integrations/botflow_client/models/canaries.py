"""Answers: canaries. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from botflow_client.models.publications import PlannedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A version that a share of the new executions gets. `version` is on trial, `base` was active when it began.

    `publication` moves the sessions of an end by plan. State `replaced`: a newer file made another version active.
    """

    id: int
    workflow: str
    state: Literal["running", "promoted", "aborted", "replaced"]
    version: int
    base: int
    percent: int
    revision: int
    author: str
    created_at: datetime
    ended_at: datetime | None
    publication: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryReport:
    """Both versions over the same time: since the canary began, and at most the last 31 days of it."""

    workflow: str
    canary: int
    after: datetime
    before: datetime
    on_trial: ArmReport
    base: ArmReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryPlan:
    """What ending a canary would do to the sessions that wait; `token` does so while the canary runs."""

    workflow: str
    waits: int
    would_move: int
    would_stay: int
    refused: int
    nodes: list[PlannedNode]
    canary: int
    end: Literal["promote", "abort"]
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmReport:
    """How the executions of one version do that began in the time of the report.

    `statuses` says how many are in each now; `fallbacks` and `errors` count how often an edge of these names was
    followed, `handoffs` how often a person took a conversation over. `waiting` at a node is of all its executions,
    also of earlier ones. Cost is that of models' calls whose price is known.
    """

    version: int
    started: int
    statuses: dict[str, int]
    fallbacks: int
    errors: int
    handoffs: int
    calls: int
    cost_usd: float
    nodes: list[NodeCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCount:
    """How often a node was visited, and how many executions wait there now."""

    node: str
    visits: int
    waiting: int
