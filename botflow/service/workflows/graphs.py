"""A workflow's graph as a whole: read with the workflow, and edited in many places at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from botflow.flow.editing.edits import Edit
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.models import Body, Shown
from botflow.service.workflows.draft_graphs import DraftGraphs
from botflow.service.workflows.edges import Edge, shown_edge
from botflow.service.workflows.nodes import Node, shown_node
from botflow.service.workflows.workflows import Workflow, Workflows

MOST_EDITS = 5_000


class WorkflowGraph(Workflow):
    """A workflow with the nodes and edges of its draft, in the order of the document."""

    nodes: list[Node]
    edges: list[Edge]


class GraphEdits(Body):
    """Edits, in their order. Each names by `op` what it does."""

    example = '{"edits": [{"op": "delete_node", "id": "hello"}]}'

    edits: Annotated[list[Edit], Field(min_length=1, max_length=MOST_EDITS)]


class EditedGraph(Shown):
    """What edits changed: nodes and edges as they are now, and the ids of those that are gone."""

    id: str
    revision: int
    nodes: list[Node]
    edges: list[Edge]
    deleted_nodes: list[str]
    deleted_edges: list[str]


class Graphs:
    """The graphs of the workflows of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._graphs = DraftGraphs(runtime, caller)
        self._node_types = runtime.node_types
        self._workflows = Workflows(runtime, caller)

    async def get_workflow_with_nodes_and_edges(self, workflow: str) -> WorkflowGraph:
        """Return a workflow with all nodes and edges of its draft. `revision` is that of the nodes and edges."""
        found = await self._workflows.get_workflow(workflow)
        graph = await self._graphs.read(workflow, None)
        shown = {
            **dict(found),
            "nodes": [shown_node(node, self._node_types) for node in graph.nodes],
            "edges": [shown_edge(edge) for edge in graph.edges],
            "revision": graph.revision,
        }
        return WorkflowGraph(**shown)

    async def apply_edits(self, workflow: str, edits: Sequence[Edit], *, if_revision: int | None = None) -> EditedGraph:
        """Apply edits to the draft as one revision, all or none.

        RejectedInbound `draft.changed` (412) when the draft was edited since `if_revision`; see
        `botflow.flow.editing.edits.apply_edits` for the others.
        """
        revised = await self._graphs.edit(workflow, edits, if_revision)
        before, after = revised.before, revised.after
        return EditedGraph(
            id=workflow,
            revision=revised.revision,
            nodes=[shown_node(node, self._node_types) for node in after.nodes.values()],
            edges=[shown_edge(edge) for edge in after.edges.values()],
            deleted_nodes=[id for id in before.nodes if id not in after.nodes],
            deleted_edges=[id for id in before.edges if id not in after.edges],
        )
