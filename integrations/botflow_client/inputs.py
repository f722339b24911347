"""Objects within what calls take, with the names of JSON. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Position(TypedDict):
    """Where an editor draws a node."""

    x: float
    y: float


Scope: TypeAlias = Literal[
    "workflows:read",
    "workflows:write",
    "executions:read",
    "executions:write",
    "sessions:read",
    "sessions:write",
    "credentials:read",
    "credentials:write",
    "keys:read",
    "keys:write",
    "users:read",
    "users:write",
    "audit:read",
    "events:read",
    "webhooks:read",
    "webhooks:write",
    "people:erase",
    "retention:write",
    "metrics:read",
    "organizations:write",
]


Role: TypeAlias = Literal["viewer", "operator", "editor", "owner"]


class PlaceOfContact(TypedDict):
    """An address of a person."""

    channel: str
    address: str


class ForkMessage(TypedDict):
    """What a fork of a conversation hears: a text, or the payload of a quick reply. With neither, the timer of its
    wait goes off.
    """

    text: NotRequired[str]
    payload: NotRequired[str]


class MoveTo(TypedDict):
    """Move to another node of the same graph, which asks the same kind of question."""

    to: str


class NewPosition(TypedDict):
    """Where to draw a node."""

    x: float
    y: float


class DeleteEdge(TypedDict):
    """Remove an edge."""

    op: Literal["delete_edge"]
    id: str


class UpdateEdge(TypedDict):
    """Replace all of an edge but its id."""

    op: Literal["update_edge"]
    id: str
    edge: Mapping[str, Any]


class CreateEdge(TypedDict):
    """Add an edge; without an `id` it gets one."""

    op: Literal["create_edge"]
    edge: Mapping[str, Any]


class DeleteNode(TypedDict):
    """Remove a node, and the edges from it and to it."""

    op: Literal["delete_node"]
    id: str


class UpdateNodePositions(TypedDict):
    """Draw nodes elsewhere: `{id: {x, y}}`."""

    op: Literal["update_node_positions"]
    positions: Mapping[str, Position]


class UpdateNodeProperties(TypedDict):
    """Replace a node's properties."""

    op: Literal["update_node_properties"]
    id: str
    properties: Mapping[str, Any]


class UpdateNode(TypedDict):
    """Replace all of a node but its id."""

    op: Literal["update_node"]
    id: str
    node: Mapping[str, Any]


class CreateNode(TypedDict):
    """Add a node, after all others."""

    op: Literal["create_node"]
    node: Mapping[str, Any]
