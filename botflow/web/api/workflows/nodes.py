"""Nodes of a draft over HTTP. The draft's revision is the ETag of each of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import Field, RootModel

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.workflows.drafts import LARGEST_DRAFT
from botflow.service.workflows.nodes import DeletedNode, NewPosition, NewPositions, Node, NodeDetail, NodePositions
from botflow.web.requests.json_body import parse_object
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, Query

TAG = "Nodes"
DEEPEST = 64
EXAMPLE = '{"id": "hello", "type": "chatbot", "actionType": "say", "properties": {"text": "Hello!"}}'


class VersionQuery(Query):
    """Of which version; without it, of the draft."""

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


class NodesQuery(PageQuery, VersionQuery):
    """Of which version, and which part of the list."""


class NodeDocument(RootModel[dict[str, Any]]):
    """A node as documents have it: `{id, type, actionType, properties, position, ...}`."""


class PropertiesDocument(RootModel[dict[str, Any]]):
    """What a node's type needs; see the node types."""


async def get_nodes_by_workflow_id(call: Call) -> Page[Node]:
    """List the nodes of the draft, or of a version, in the order of their ids."""
    query: NodesQuery = call.query
    return await call.service.nodes.get_nodes_by_workflow_id(
        call.path["workflow"], version=query.version, cursor=query.cursor, limit=query.limit
    )


async def get_node_by_node_id(call: Call) -> NodeDetail:
    """Read a node of the draft, or of a version."""
    query: VersionQuery = call.query
    return await call.service.nodes.get_node_by_node_id(call.path["workflow"], call.path["node"], version=query.version)


async def create_node(call: Call) -> NodeDetail:
    """Add a node to the draft. Its properties may be incomplete; publishing needs them without errors."""
    node = parse_object(call.body, DEEPEST, EXAMPLE)
    return await call.service.nodes.create_node(call.path["workflow"], node, if_revision=call.if_revision)


async def update_node(call: Call) -> NodeDetail:
    """Replace all of a node but its id. A node may be sent back as it was read."""
    content = parse_object(call.body, DEEPEST, EXAMPLE)
    return await call.service.nodes.update_node(
        call.path["workflow"], call.path["node"], content, if_revision=call.if_revision
    )


async def update_node_properties(call: Call) -> NodeDetail:
    """Replace the properties of a node."""
    properties = parse_object(call.body, DEEPEST, '{"text": "Hello!"}')
    return await call.service.nodes.update_node_properties(
        call.path["workflow"], call.path["node"], properties, if_revision=call.if_revision
    )


async def update_node_position(call: Call) -> NodeDetail:
    """Draw a node elsewhere."""
    return await call.service.nodes.update_node_position(
        call.path["workflow"], call.path["node"], call.body, if_revision=call.if_revision
    )


async def update_node_positions(call: Call) -> NodePositions:
    """Draw many nodes elsewhere, as one revision. The others stay where they are."""
    return await call.service.nodes.update_node_positions(
        call.path["workflow"], call.body, if_revision=call.if_revision
    )


async def delete_node(call: Call) -> DeletedNode:
    """Remove a node with the edges from it and to it. It is refused while an interrupt leads to the node."""
    return await call.service.nodes.delete_node(call.path["workflow"], call.path["node"], if_revision=call.if_revision)


_ALL = "/workflows/{workflow}/nodes"
_ONE = f"{_ALL}/{{node}}"  # an id with a slash is an unknown node, and not another address
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path=_ALL,
        handler=get_nodes_by_workflow_id,
        scope=_READS,
        tag=TAG,
        query=NodesQuery,
        answer=Page[Node],
    ),
    Operation(
        method="POST",
        path=_ALL,
        handler=create_node,
        scope=_WRITES,
        tag=TAG,
        body=NodeDocument,
        largest_body=LARGEST_DRAFT,
        answer=NodeDetail,
        status=HTTPStatus.CREATED,
        edits=True,
    ),
    Operation(
        method="PUT",
        path=f"{_ALL}/{{node}}/properties",
        handler=update_node_properties,
        scope=_WRITES,
        tag=TAG,
        body=PropertiesDocument,
        largest_body=LARGEST_DRAFT,
        answer=NodeDetail,
        edits=True,
    ),
    Operation(
        method="PUT",
        path=f"{_ALL}/{{node}}/position",
        handler=update_node_position,
        scope=_WRITES,
        tag=TAG,
        body=NewPosition,
        answer=NodeDetail,
        edits=True,
    ),
    Operation(
        method="GET",
        path=_ONE,
        handler=get_node_by_node_id,
        scope=_READS,
        tag=TAG,
        query=VersionQuery,
        answer=NodeDetail,
    ),
    Operation(
        method="PUT",
        path=_ONE,
        handler=update_node,
        scope=_WRITES,
        tag=TAG,
        body=NodeDocument,
        largest_body=LARGEST_DRAFT,
        answer=NodeDetail,
        edits=True,
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        handler=delete_node,
        scope=_WRITES,
        tag=TAG,
        answer=DeletedNode,
        edits=True,
    ),
    Operation(
        method="PUT",
        path="/workflows/{workflow}/positions",
        handler=update_node_positions,
        scope=_WRITES,
        tag=TAG,
        body=NewPositions,
        largest_body=LARGEST_DRAFT,
        answer=NodePositions,
        edits=True,
    ),
)
