"""Answers: versions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.graphs import Edge, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version. `author` and `message` are null for one that came from a file."""

    version: int
    active: bool
    author: str | None
    message: str | None
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDetail:
    """A version with its documents: the workflow's own, and those of its subflows, by id."""

    version: int
    active: bool
    author: str | None
    message: str | None
    published_at: datetime
    documents: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication did: the version that new executions get now, and the one that they got before.

    `publication` is the one whose sessions move now, null without a plan.
    """

    workflow: str
    version: int
    replaced: int | None
    publication: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowDiff:
    """What is different in `to`, compared with `from`: each a version's number, or `draft`; null for the active
    version while nothing was published. `text` says it in sentences. Nodes are as documents have them.
    """

    workflow: str
    from_: int | Literal["draft"] | None
    to: int | Literal["draft"] | None
    same: bool
    text: list[str]
    nodes_added: list[dict[str, Any]]
    nodes_removed: list[dict[str, Any]]
    nodes_renamed: list[RenamedNode]
    nodes_changed: list[ChangedNode]
    nodes_moved: list[MovedNode]
    edges_added: list[Edge]
    edges_removed: list[Edge]
    edges_changed: list[ChangedEdge]
    settings: list[ValueChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedNode:
    """A node that has another id, and is else the same."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedNode:
    """A node with another type, other properties, or another label."""

    id: str
    changes: list[ValueChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedNode:
    """A node that is drawn elsewhere."""

    id: str
    before: Position | None
    after: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedEdge:
    """An edge that begins or ends elsewhere, leaves by another handle, or has other data."""

    before: Edge
    after: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One value that is different. `path` leads to it by names and by the ids of list items:
    `properties.options[large].label`.
    """

    path: str
    kind: Literal["added", "removed", "changed", "reordered"]
    before: Any
    after: Any
