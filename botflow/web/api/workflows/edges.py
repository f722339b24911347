"""Edges of a draft over HTTP. The draft's revision is the ETag of each of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import RootModel

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.workflows.edges import Edge, EdgeDetail
from botflow.web.api.workflows.nodes import DEEPEST, NodesQuery, VersionQuery
from botflow.web.requests.json_body import parse_object
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import QueryText

TAG = "Edges"
EXAMPLE = '{"source": "ask", "sourceHandle": "yes", "target": "thanks"}'


class EdgesQuery(NodesQuery):
    """Which edges: those that begin at `source`, or end at `target`."""

    source: QueryText | None = None
    target: QueryText | None = None


class EdgeDocument(RootModel[dict[str, Any]]):
    """An edge as documents have it: `{id, source, sourceHandle, target, targetHandle, data}`."""


async def get_edges_by_workflow_id(call: Call) -> Page[Edge]:
    """List the edges of the draft, or of a version; those from the node `source`, or to the node `target`."""
    query: EdgesQuery = call.query
    return await call.service.edges.get_edges_by_workflow_id(
        call.path["workflow"],
        source=query.source,
        target=query.target,
        version=query.version,
        cursor=query.cursor,
        limit=query.limit,
    )


async def get_edge_by_edge_id(call: Call) -> EdgeDetail:
    """Read an edge of the draft, or of a version."""
    query: VersionQuery = call.query
    return await call.service.edges.get_edge_by_edge_id(call.path["workflow"], call.path["edge"], version=query.version)


async def create_edge(call: Call) -> EdgeDetail:
    """Add an edge to the draft. Without an id it gets one."""
    edge = parse_object(call.body, DEEPEST, EXAMPLE)
    return await call.service.edges.create_edge(call.path["workflow"], edge, if_revision=call.if_revision)


async def update_edge(call: Call) -> EdgeDetail:
    """Replace all of an edge but its id. An edge may be sent back as it was read."""
    content = parse_object(call.body, DEEPEST, EXAMPLE)
    return await call.service.edges.update_edge(
        call.path["workflow"], call.path["edge"], content, if_revision=call.if_revision
    )


async def delete_edge(call: Call) -> EdgeDetail:
    """Remove an edge."""
    return await call.service.edges.delete_edge(call.path["workflow"], call.path["edge"], if_revision=call.if_revision)


_ALL = "/workflows/{workflow}/edges"
_ONE = f"{_ALL}/{{edge:path}}"  # an edge's id may have slashes
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path=_ALL,
        handler=get_edges_by_workflow_id,
        scope=_READS,
        tag=TAG,
        query=EdgesQuery,
        answer=Page[Edge],
    ),
    Operation(
        method="POST",
        path=_ALL,
        handler=create_edge,
        scope=_WRITES,
        tag=TAG,
        body=EdgeDocument,
        answer=EdgeDetail,
        status=HTTPStatus.CREATED,
        edits=True,
    ),
    Operation(
        method="GET",
        path=_ONE,
        handler=get_edge_by_edge_id,
        scope=_READS,
        tag=TAG,
        query=VersionQuery,
        answer=EdgeDetail,
    ),
    Operation(
        method="PUT",
        path=_ONE,
        handler=update_edge,
        scope=_WRITES,
        tag=TAG,
        body=EdgeDocument,
        answer=EdgeDetail,
        edits=True,
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        handler=delete_edge,
        scope=_WRITES,
        tag=TAG,
        answer=EdgeDetail,
        edits=True,
    ),
)
