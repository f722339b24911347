"""Answers: graphs. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedGraph:
    """What edits changed: nodes and edges as they are now, and the ids of those that are gone."""

    id: str
    revision: int
    nodes: list[Node]
    edges: list[Edge]
    deleted_nodes: list[str]
    deleted_edges: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowGraph:
    """A workflow with the nodes and edges of its draft, in the order of the document."""

    id: str
    name: str
    status: Literal["draft", "active", "inactive", "paused", "archived"]
    execution_mode: Literal["persistent", "single"]
    version: int | None
    revision: int
    under_way: int
    created_at: datetime
    updated_at: datetime
    nodes: list[Node]
    edges: list[Edge]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node. `typeName` is its whole type, such as `chatbot.ask`; `category` is null for a type that is not known.

    `handles` and `outputs` are those that its properties make; null while these are not valid. `outputs` is also
    null where the fields are not known before the node runs.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge. `sourceHandle` is null for the first handle of its source."""

    id: str
    source: str
    source_handle: str | None
    target: str
    target_handle: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where an editor draws a node."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How a failing node is tried again."""

    attempts: int = 3
    delay: str | None = None
    backoff: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeHandle:
    """A way to leave a node, by its name and as people read it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutput:
    """A field of the output, which templates read as `{{ $node.name }}`."""

    name: str
    type: Literal["text", "integer", "number", "boolean", "date", "time", "datetime", "object", "list", "any"]
    description: str
