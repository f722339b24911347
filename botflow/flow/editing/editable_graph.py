"""The nodes and edges of a document by id, to be changed one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from botflow.errors import RejectedInbound
from botflow.flow.document import nowhere
from botflow.flow.edge_ids import EdgeIds, with_edge_ids
from botflow.flow.placed import PlacedEdge, PlacedNode, Position
from botflow.flow.problems import FlowProblems, Path, Report
from botflow.flow.reading.schema_problems import report_invalid
from botflow.flow.reading.source import unfit

MOST_NAMED = 5  # interrupts in a message

Placed = TypeVar("Placed", PlacedNode, PlacedEdge)


class EditableGraph:
    """`nodes` and `edges` are in the order of the document, in canonical form; each edge has an id.

    RejectedInbound `node.ambiguous` for a document in which two nodes have the same id.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        named = with_edge_ids(document)
        self._document = named
        self.nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in named["nodes"]}
        self.edges: dict[str, dict[str, Any]] = {edge["id"]: edge for edge in named["edges"]}
        self._edge_ids = EdgeIds(self.edges)
        self._edges_at: defaultdict[str, set[str]] = defaultdict(set)
        for id, edge in self.edges.items():
            self._edges_at[edge["source"]].add(id)
            self._edges_at[edge["target"]].add(id)
        if len(self.nodes) < len(named["nodes"]):
            raise RejectedInbound(
                "two nodes of the document have the same id, so that an edit may mean either of them",
                code="node.ambiguous",
                hint="replace the whole draft; validate it to see which nodes they are",
                status=409,
            )

    def document(self) -> dict[str, Any]:
        """Return the document with these nodes and edges."""
        return {**self._document, "nodes": list(self.nodes.values()), "edges": list(self.edges.values())}

    def create_node(self, raw: Mapping[str, Any], path: Path) -> None:
        """Add a node after all others. RejectedInbound `node.exists` (409)."""
        node = _node(raw, path)
        if node["id"] in self.nodes:
            raise RejectedInbound(
                f"there is a node {node['id']!r} already",
                code="node.exists",
                hint="choose another id, or change the node that there is",
                status=409,
            )
        self.nodes[node["id"]] = node

    def update_node(self, id: str, raw: Mapping[str, Any], path: Path) -> None:
        """Replace all of a node but its id. RejectedInbound `node.unknown` (404), `node.other_id`."""
        self._require_node(id)
        node = _node({"id": id, **raw}, path)
        if node["id"] != id:
            raise RejectedInbound(
                f"the node has the id {node['id']!r}, and not {id!r}",
                code="node.other_id",
                hint="a node keeps its id, because sessions wait at it; create another node instead",
                status=422,
            )
        self.nodes[id] = node

    def update_node_properties(self, id: str, properties: Mapping[str, Any], path: Path) -> None:
        """Replace a node's properties. RejectedInbound `node.unknown` (404)."""
        self._require_node(id)
        self.nodes[id] = _node({**self.nodes[id], "properties": dict(properties)}, path)

    def update_node_positions(self, positions: Mapping[str, Position]) -> None:
        """Draw nodes elsewhere. RejectedInbound `node.unknown` (404)."""
        for id, position in positions.items():
            self._require_node(id)
            self.nodes[id] = {**self.nodes[id], "position": position.model_dump()}

    def delete_node(self, id: str) -> None:
        """Remove a node with its edges. RejectedInbound `node.unknown` (404), `node.in_use` (409) while an interrupt
        leads to it."""
        self._require_node(id)
        interrupts = [each["id"] for each in self._document.get("interrupts", ()) if each["target"] == id]
        if interrupts:
            raise RejectedInbound(
                f"interrupts lead to {id!r}: {', '.join(interrupts[:MOST_NAMED])}",
                code="node.in_use",
                hint="remove those interrupts from the draft first, or let them lead to another node",
                status=409,
            )
        del self.nodes[id]
        for edge in sorted(self._edges_at[id]):
            self.delete_edge(edge)

    def create_edge(self, raw: Mapping[str, Any], path: Path) -> None:
        """Add an edge after all others. RejectedInbound `edge.exists` (409), `edge.unknown_node`."""
        edge = self._edge(raw, path)
        if edge.get("id") in self.edges:
            raise RejectedInbound(
                f"there is an edge {edge['id']!r} already",
                code="edge.exists",
                hint="choose another id, or none: the edge then gets one",
                status=409,
            )
        if "id" in edge:
            self._edge_ids.take(edge["id"])
        self._put_edge(edge.get("id") or self._edge_ids.make(edge), edge)

    def update_edge(self, id: str, raw: Mapping[str, Any], path: Path) -> None:
        """Replace all of an edge but its id. RejectedInbound `edge.unknown` (404), `edge.other_id`,
        `edge.unknown_node`."""
        self._require_edge(id)
        edge = self._edge({"id": id, **raw}, path)
        if edge.get("id", id) != id:
            raise RejectedInbound(
                f"the edge has the id {edge['id']!r}, and not {id!r}",
                code="edge.other_id",
                hint="an edge keeps its id; create another edge instead",
                status=422,
            )
        self._forget_ends(id)
        self._put_edge(id, edge)

    def delete_edge(self, id: str) -> None:
        """Remove an edge. RejectedInbound `edge.unknown` (404)."""
        self._require_edge(id)
        self._forget_ends(id)
        del self.edges[id]

    def _put_edge(self, id: str, edge: Mapping[str, Any]) -> None:
        self.edges[id] = {**edge, "id": id}
        self._edges_at[edge["source"]].add(id)
        self._edges_at[edge["target"]].add(id)

    def _forget_ends(self, id: str) -> None:
        edge = self.edges[id]
        self._edges_at[edge["source"]].discard(id)
        self._edges_at[edge["target"]].discard(id)

    def _require_node(self, id: str) -> None:
        if id not in self.nodes:
            raise unknown_node(id)

    def _require_edge(self, id: str) -> None:
        if id not in self.edges:
            raise unknown_edge(id)

    def _edge(self, raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
        edge = _validated(PlacedEdge, raw, path).to_json()
        for end in ("source", "target"):
            if edge[end] not in self.nodes:
                raise RejectedInbound(
                    f"the edge's {end} is {edge[end][:64]!r}, and there is no such node",
                    code="edge.unknown_node",
                    hint="create the node first",
                    status=422,
                )
        return edge


def unknown_node(id: str) -> RejectedInbound:
    """Return the refusal of an id that no node of the workflow has."""
    return RejectedInbound(
        f"there is no node {id[:64]!r}",
        code="node.unknown",
        hint="GET /api/v1/workflows/{workflow}/nodes lists the nodes",
        status=404,
    )


def unknown_edge(id: str) -> RejectedInbound:
    """Return the refusal of an id that no edge of the workflow has."""
    return RejectedInbound(
        f"there is no edge {id[:64]!r}",
        code="edge.unknown",
        hint="GET /api/v1/workflows/{workflow}/edges lists the edges",
        status=404,
    )


def _node(raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
    node = _validated(PlacedNode, raw, path)
    if node.next is not None or node.on:
        raise RejectedInbound(
            f"{node.id!r} has edges in `next` or `on`, which are short forms of files",
            code="node.short_form",
            hint="create its edges as edges, after the nodes that they lead to",
            status=422,
        )
    return node.to_json()


def _validated(model: type[Placed], raw: Mapping[str, Any], path: Path) -> Placed:
    """Return a node or an edge; FlowProblems, with paths below `path`, when `raw` is none."""
    report = Report("", nowhere)
    fault = unfit({"nodes": [raw]})  # at the depth that it has in the document
    if fault is not None:
        report.error(*fault, path)
        raise FlowProblems(report.problems)
    try:
        return model.model_validate(raw)
    except ValidationError as failure:
        report_invalid(failure, model, raw, report, prefix=path)
        raise FlowProblems(report.problems) from None
