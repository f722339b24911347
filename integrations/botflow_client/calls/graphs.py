"""Graphs. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Sequence

from botflow_client import inputs
from botflow_client.models.graphs import EditedGraph, WorkflowGraph
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class GraphsCalls(Caller):
    """Graphs."""

    def apply_edits(
        self,
        workflow: str | int,
        *,
        edits: Sequence[
            inputs.CreateNode
            | inputs.UpdateNode
            | inputs.UpdateNodeProperties
            | inputs.UpdateNodePositions
            | inputs.DeleteNode
            | inputs.CreateEdge
            | inputs.UpdateEdge
            | inputs.DeleteEdge
        ],
        if_match: int | None = None,
    ) -> EditedGraph:
        """Edit many nodes and edges of the draft as one revision, all or none: a paste, an undo, a drag of a group.
        It needs the scope `workflows:write`.
        """
        return self._call(
            EditedGraph,
            make_request(
                "PATCH", f"/api/v1/workflows/{segment(workflow)}/draft", body={"edits": edits}, if_match=if_match
            ),
        )

    def get_workflow_with_nodes_and_edges(self, workflow: str | int) -> WorkflowGraph:
        """Read a workflow with all nodes and edges of its draft. It needs the scope `workflows:read`."""
        return self._call(WorkflowGraph, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/graph"))


class AsyncGraphsCalls(AsyncCaller):
    """Graphs."""

    async def apply_edits(
        self,
        workflow: str | int,
        *,
        edits: Sequence[
            inputs.CreateNode
            | inputs.UpdateNode
            | inputs.UpdateNodeProperties
            | inputs.UpdateNodePositions
            | inputs.DeleteNode
            | inputs.CreateEdge
            | inputs.UpdateEdge
            | inputs.DeleteEdge
        ],
        if_match: int | None = None,
    ) -> EditedGraph:
        """Edit many nodes and edges of the draft as one revision, all or none: a paste, an undo, a drag of a group.
        It needs the scope `workflows:write`.
        """
        return await self._call(
            EditedGraph,
            make_request(
                "PATCH", f"/api/v1/workflows/{segment(workflow)}/draft", body={"edits": edits}, if_match=if_match
            ),
        )

    async def get_workflow_with_nodes_and_edges(self, workflow: str | int) -> WorkflowGraph:
        """Read a workflow with all nodes and edges of its draft. It needs the scope `workflows:read`."""
        return await self._call(WorkflowGraph, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/graph"))
