"""The edges of a draft, one by one. Each edit is a revision of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow.flow.editing.editable_graph import unknown_edge
from botflow.flow.editing.edits import CreateEdge, DeleteEdge, UpdateEdge
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE
from botflow.service.models import Page, Shown
from botflow.service.workflows.draft_graphs import DraftGraphs, page_by_id

_ONLY_SHOWN = frozenset(("revision",))


class Edge(Shown):
    """An edge. `sourceHandle` is null for the first handle of its source."""

    id: str
    source: str
    source_handle: str | None
    target: str
    target_handle: str | None
    data: dict[str, Any]


class EdgeDetail(Edge):
    """An edge with the revision of its draft, null for an edge of a version."""

    revision: int | None


class Edges:
    """The edges of the workflows of the caller's organization.

    All edits raise RejectedInbound `draft.changed` (412) when the draft was edited since `if_revision`,
    `edge.unknown` (404), and `edge.unknown_node` for an end that is no node; FlowProblems for what is no edge.
    """

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._graphs = DraftGraphs(runtime, caller)

    async def get_edges_by_workflow_id(
        self,
        workflow: str,
        *,
        source: str | None = None,
        target: str | None = None,
        version: int | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Edge]:
        """Return a page of the draft's edges, or of a version's, in the order of their ids."""
        graph = await self._graphs.read(workflow, version)
        found = [
            plain for plain in graph.edges if source in (None, plain["source"]) and target in (None, plain["target"])
        ]
        return page_by_id(found, cursor, limit, shown_edge)

    async def get_edges_by_source_node(
        self, workflow: str, source: str, *, version: int | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Edge]:
        """Return a page of the edges that begin at a node."""
        return await self.get_edges_by_workflow_id(workflow, source=source, version=version, cursor=cursor, limit=limit)

    async def get_edges_by_target_node(
        self, workflow: str, target: str, *, version: int | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Edge]:
        """Return a page of the edges that end at a node."""
        return await self.get_edges_by_workflow_id(workflow, target=target, version=version, cursor=cursor, limit=limit)

    async def get_edge_by_edge_id(self, workflow: str, edge: str, *, version: int | None = None) -> EdgeDetail:
        """Return an edge of the draft, or of a version."""
        graph = await self._graphs.read(workflow, version)
        found = next((plain for plain in graph.edges if plain["id"] == edge), None)
        if found is None:
            raise unknown_edge(edge)
        return _detail(found, graph.revision)

    async def create_edge(
        self, workflow: str, edge: Mapping[str, Any], *, if_revision: int | None = None
    ) -> EdgeDetail:
        """Add an edge, as documents have it; without an id it gets one. RejectedInbound `edge.exists` (409)."""
        revised = await self._graphs.edit(workflow, [CreateEdge(edge=_as_written(edge))], if_revision)
        [made] = revised.after.edges.values()
        return _detail(made, revised.revision)

    async def update_edge(
        self, workflow: str, edge: str, content: Mapping[str, Any], *, if_revision: int | None = None
    ) -> EdgeDetail:
        """Replace all of an edge but its id. RejectedInbound `edge.other_id` for another one."""
        edit = UpdateEdge(id=edge, edge=_as_written(content))
        revised = await self._graphs.edit(workflow, [edit], if_revision)
        return _detail(revised.edge(edge), revised.revision)

    async def delete_edge(self, workflow: str, edge: str, *, if_revision: int | None = None) -> EdgeDetail:
        """Remove an edge, and return it as it was."""
        revised = await self._graphs.edit(workflow, [DeleteEdge(id=edge)], if_revision)
        return _detail(revised.before.edges[edge], revised.revision)


def shown_edge(plain: Mapping[str, Any]) -> Edge:
    """Return an edge of a document as answers show it."""
    return Edge.model_validate({"sourceHandle": None, "targetHandle": None, "data": {}, **plain})


def _detail(plain: Mapping[str, Any], revision: int | None) -> EdgeDetail:
    return EdgeDetail(**dict(shown_edge(plain)), revision=revision)


def _as_written(edge: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in edge.items() if name not in _ONLY_SHOWN}
