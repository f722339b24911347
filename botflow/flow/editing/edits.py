"""Edits of single nodes and edges of a document, as an editor makes them: one after the other, and all or none.

Documents are plain JSON in canonical form, and are not changed in place. What an edit leaves is always a document; it
may have errors, which the checker finds. No edge leads from or to a node that does not exist because of an edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, assert_never

from pydantic import BaseModel, Field

from botflow.errors import RejectedInbound
from botflow.flow.editing.editable_graph import EditableGraph
from botflow.flow.fields import CAMEL_CASE
from botflow.flow.placed import Position
from botflow.flow.problems import Path


class CreateNode(BaseModel):
    """Add a node, after all others."""

    model_config = CAMEL_CASE
    op: Literal["create_node"] = "create_node"
    node: dict[str, Any]


class UpdateNode(BaseModel):
    """Replace all of a node but its id."""

    model_config = CAMEL_CASE
    op: Literal["update_node"] = "update_node"
    id: str
    node: dict[str, Any]


class UpdateNodeProperties(BaseModel):
    """Replace a node's properties."""

    model_config = CAMEL_CASE
    op: Literal["update_node_properties"] = "update_node_properties"
    id: str
    properties: dict[str, Any]


class UpdateNodePositions(BaseModel):
    """Draw nodes elsewhere: `{id: {x, y}}`."""

    model_config = CAMEL_CASE
    op: Literal["update_node_positions"] = "update_node_positions"
    positions: dict[str, Position]


class DeleteNode(BaseModel):
    """Remove a node, and the edges from it and to it."""

    model_config = CAMEL_CASE
    op: Literal["delete_node"] = "delete_node"
    id: str


class CreateEdge(BaseModel):
    """Add an edge; without an `id` it gets one."""

    model_config = CAMEL_CASE
    op: Literal["create_edge"] = "create_edge"
    edge: dict[str, Any]


class UpdateEdge(BaseModel):
    """Replace all of an edge but its id."""

    model_config = CAMEL_CASE
    op: Literal["update_edge"] = "update_edge"
    id: str
    edge: dict[str, Any]


class DeleteEdge(BaseModel):
    """Remove an edge."""

    model_config = CAMEL_CASE
    op: Literal["delete_edge"] = "delete_edge"
    id: str


Edit = Annotated[
    CreateNode
    | UpdateNode
    | UpdateNodeProperties
    | UpdateNodePositions
    | DeleteNode
    | CreateEdge
    | UpdateEdge
    | DeleteEdge,
    Field(discriminator="op"),
]


class Parts(NamedTuple):
    """Some nodes and edges of a document, by id."""

    nodes: dict[str, dict[str, Any]]
    edges: dict[str, dict[str, Any]]


class Edited(NamedTuple):
    """A document after edits. `before` and `after` hold only what is different: what an edit added is in `after`
    alone, and what it removed in `before` alone."""

    document: dict[str, Any]
    before: Parts
    after: Parts


def apply_edits(document: Mapping[str, Any], edits: Sequence[Edit]) -> Edited:
    """Apply the edits in their order.

    RejectedInbound for one that does not fit the document (`node.unknown`, `node.exists`, `node.in_use`,
    `edge.unknown`, ...), FlowProblems for one that holds no node or edge; of several edits both say which one.
    """
    graph = EditableGraph(document)
    nodes, edges = dict(graph.nodes), dict(graph.edges)
    for number, edit in enumerate(edits):
        if len(edits) == 1:
            _apply(graph, edit, ())
            break
        try:
            _apply(graph, edit, ("edits", number))
        except RejectedInbound as refusal:
            raise RejectedInbound(
                f"edits[{number}]: {refusal.message}", code=refusal.code, hint=refusal.hint, status=refusal.status
            ) from None
    return Edited(
        graph.document(),
        Parts(_but(nodes, graph.nodes), _but(edges, graph.edges)),
        Parts(_but(graph.nodes, nodes), _but(graph.edges, edges)),
    )


def _apply(graph: EditableGraph, edit: Edit, path: Path) -> None:
    match edit:
        case CreateNode():
            graph.create_node(edit.node, (*path, "node") if path else ())
        case UpdateNode():
            graph.update_node(edit.id, edit.node, (*path, "node") if path else ())
        case UpdateNodeProperties():
            graph.update_node_properties(edit.id, edit.properties, path)
        case UpdateNodePositions():
            graph.update_node_positions(edit.positions)
        case DeleteNode():
            graph.delete_node(edit.id)
        case CreateEdge():
            graph.create_edge(edit.edge, (*path, "edge") if path else ())
        case UpdateEdge():
            graph.update_edge(edit.id, edit.edge, (*path, "edge") if path else ())
        case DeleteEdge():
            graph.delete_edge(edit.id)
        case _:
            assert_never(edit)


def _but(some: Mapping[str, dict[str, Any]], others: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return those of `some` that `others` lacks or has otherwise."""
    return {id: each for id, each in some.items() if others.get(id) != each}
