"""Answers: usage. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.canaries import NodeCount


@dataclass(frozen=True, slots=True, kw_only=True)
class AiCall:
    """One call of a model."""

    id: str
    execution: str
    workflow: str
    node: str
    topic: str
    """`workflow.node`."""
    type: Literal["route", "reply", "extract"]
    model: str | None
    """The model that answered, null when none did."""
    prompt: dict[str, Any]
    """What was asked: text, instructions, history, choices or fields."""
    response: Any
    error: dict[str, Any] | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    """US dollars, null if the model's price is not known."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Usage of the executions that started from `after` until before `before`, the dearest group first."""

    group_by: Literal["workflow", "node", "model", "day"]
    after: datetime
    before: datetime
    groups: list[UsageGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCounts:
    """Visits of a version's nodes and edges, by its executions that started from `after` until before `before`."""

    workflow: str
    version: int
    after: datetime
    before: datetime
    executions: int
    nodes: list[NodeCount]
    edges: list[EdgeCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResults:
    """The variants of a split, by the conversations that began from `after` until before `before`."""

    workflow: str
    node: str
    goal: str | None
    after: datetime
    before: datetime
    variants: list[VariantResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGroup:
    """The calls of models of one workflow, node (as `workflow.node`), model, or day (UTC) on which executions
    started.
    """

    name: str
    calls: int
    failures: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    """US dollars, of the calls whose price is known."""
    unpriced: int
    """How many calls have no known price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCount:
    """How often an edge was followed; `target` is null where the graph ends."""

    source: str
    handle: str
    target: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """What became of one variant."""

    variant: str
    conversations: int
    """How many conversations and runs got it."""
    people: int
    """How many people these were; each keeps their variant in all their conversations."""
    reached: int | None
    """How many of the conversations reached the goal; null without one."""
    people_reached: int | None
    """How many of the people did."""
    completed: int
    failed: int
    waiting: int
