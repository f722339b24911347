"""A workflow's graph over HTTP: read as a whole, and edited in many places at once."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.workflows.drafts import LARGEST_DRAFT
from botflow.service.workflows.graphs import EditedGraph, GraphEdits, WorkflowGraph
from botflow.web.rest.operation import Call, Operation

TAG = "Graphs"


async def get_workflow_with_nodes_and_edges(call: Call) -> WorkflowGraph:
    """Read a workflow with all nodes and edges of its draft."""
    return await call.service.graphs.get_workflow_with_nodes_and_edges(call.path["workflow"])


async def apply_edits(call: Call) -> EditedGraph:
    """Edit many nodes and edges of the draft as one revision, all or none: a paste, an undo, a drag of a group."""
    edits: GraphEdits = call.body
    return await call.service.graphs.apply_edits(call.path["workflow"], edits.edits, if_revision=call.if_revision)


OPERATIONS = (
    Operation(
        method="GET",
        path="/workflows/{workflow}/graph",
        handler=get_workflow_with_nodes_and_edges,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=WorkflowGraph,
    ),
    Operation(
        method="PATCH",
        path="/workflows/{workflow}/draft",
        handler=apply_edits,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=GraphEdits,
        largest_body=LARGEST_DRAFT,
        answer=EditedGraph,
        edits=True,
    ),
)
