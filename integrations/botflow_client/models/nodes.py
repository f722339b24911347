"""Answers: nodes. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from botflow_client.models.graphs import Edge, NodeHandle, Position, Retry, ShownOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDetail:
    """A node with the revision of its draft, null for a node of a version."""

    id: str
    type: str
    action_type: str
    type_name: str
    category: Literal["trigger", "action"] | None
    label: str
    position: Position | None
    properties: dict[str, Any]
    retry: Retry | None
    time_limit: float | None
    credential: str | None
    handles: list[NodeHandle] | None
    outputs: list[ShownOutput] | None
    revision: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedNode:
    """A node that was deleted, with the edges that went with it."""

    id: str
    type: str
    action_type: str
    type_name: str
    category: Literal["trigger", "action"] | None
    label: str
    position: Position | None
    properties: dict[str, Any]
    retry: Retry | None
    time_limit: float | None
    credential: str | None
    handles: list[NodeHandle] | None
    outputs: list[ShownOutput] | None
    revision: int | None
    edges: list[Edge]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePositions:
    """Where nodes are drawn now, by their ids."""

    positions: dict[str, Position]
    revision: int
