"""The nodes of a draft, one by one. Each edit is a revision of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from botflow.engine.turn import NodeTypes
from botflow.flow.editing.editable_graph import unknown_node
from botflow.flow.editing.edits import CreateNode, DeleteNode, UpdateNode, UpdateNodePositions, UpdateNodeProperties
from botflow.flow.forms.node_metadata import placed
from botflow.flow.graph import Category
from botflow.flow.placed import Position
from botflow.flow.policy import Retry
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE
from botflow.service.models import Body, Page, Shown
from botflow.service.node_types import ShownOutput
from botflow.service.workflows.draft_graphs import DraftGraphs, page_by_id
from botflow.service.workflows.edges import Edge, shown_edge

# What an answer says of a node beside the document: a node may be sent back as it was read.
_ONLY_SHOWN = frozenset(("typeName", "category", "handles", "outputs", "revision"))
Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class NodeHandle(Shown):
    """A way to leave a node, by its name and as people read it."""

    name: str
    label: str


class Node(Shown):
    """A node. `typeName` is its whole type, such as `chatbot.ask`; `category` is null for a type that is not known.

    `handles` and `outputs` are those that its properties make; null while these are not valid. `outputs` is also null
    where the fields are not known before the node runs.
    """

    id: str
    type: str
    action_type: str
    type_name: str
    category: Category | None
    label: str
    position: Position | None
    properties: dict[str, Any]
    retry: Retry | None
    time_limit: float | None
    credential: str | None
    handles: list[NodeHandle] | None
    outputs: list[ShownOutput] | None


class NodeDetail(Node):
    """A node with the revision of its draft, null for a node of a version."""

    revision: int | None


class DeletedNode(NodeDetail):
    """A node that was deleted, with the edges that went with it."""

    edges: list[Edge]


class NewPosition(Body):
    """Where to draw a node."""

    example = '{"x": 120, "y": 40}'

    x: Coordinate
    y: Coordinate


class NewPositions(Body):
    """Where to draw nodes, by their ids."""

    example = '{"positions": {"start": {"x": 0, "y": 0}, "hello": {"x": 0, "y": 120}}}'

    positions: dict[str, NewPosition]


class NodePositions(Shown):
    """Where nodes are drawn now, by their ids."""

    positions: dict[str, Position]
    revision: int


class Nodes:
    """The nodes of the workflows of the caller's organization.

    All edits raise RejectedInbound `draft.changed` (412) when the draft was edited since `if_revision`,
    and `node.unknown` (404); FlowProblems for what is no node.
    """

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._graphs = DraftGraphs(runtime, caller)
        self._node_types = runtime.node_types

    async def get_nodes_by_workflow_id(
        self, workflow: str, *, version: int | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Node]:
        """Return a page of the draft's nodes, or of a version's, in the order of their ids."""
        graph = await self._graphs.read(workflow, version)
        return page_by_id(graph.nodes, cursor, limit, lambda plain: shown_node(plain, self._node_types))

    async def get_node_by_node_id(self, workflow: str, node: str, *, version: int | None = None) -> NodeDetail:
        """Return a node of the draft, or of a version."""
        graph = await self._graphs.read(workflow, version)
        found = next((plain for plain in graph.nodes if plain["id"] == node), None)
        if found is None:
            raise unknown_node(node)
        return self._detail(found, graph.revision)

    async def create_node(
        self, workflow: str, node: Mapping[str, Any], *, if_revision: int | None = None
    ) -> NodeDetail:
        """Add a node, as documents have it. RejectedInbound `node.exists` (409)."""
        edit = CreateNode(node=_as_written(node))
        revised = await self._graphs.edit(workflow, [edit], if_revision)
        [made] = revised.after.nodes.values()
        return self._detail(made, revised.revision)

    async def update_node(
        self, workflow: str, node: str, content: Mapping[str, Any], *, if_revision: int | None = None
    ) -> NodeDetail:
        """Replace all of a node but its id. RejectedInbound `node.other_id` for another one."""
        edit = UpdateNode(id=node, node=_as_written(content))
        return await self._edited(workflow, node, edit, if_revision)

    async def update_node_properties(
        self, workflow: str, node: str, properties: Mapping[str, Any], *, if_revision: int | None = None
    ) -> NodeDetail:
        """Replace a node's properties."""
        edit = UpdateNodeProperties(id=node, properties=dict(properties))
        return await self._edited(workflow, node, edit, if_revision)

    async def update_node_position(
        self, workflow: str, node: str, position: NewPosition | Mapping[str, float], *, if_revision: int | None = None
    ) -> NodeDetail:
        """Draw a node elsewhere: at a position, or at `{"x": 120, "y": 40}`."""
        edit = UpdateNodePositions(positions={node: _position(NewPosition.model_validate(position))})
        return await self._edited(workflow, node, edit, if_revision)

    async def update_node_positions(
        self, workflow: str, new: NewPositions, *, if_revision: int | None = None
    ) -> NodePositions:
        """Draw many nodes elsewhere, as one revision. The others stay where they are."""
        positions = {id: _position(position) for id, position in new.positions.items()}
        revised = await self._graphs.edit(workflow, [UpdateNodePositions(positions=positions)], if_revision)
        return NodePositions(positions=positions, revision=revised.revision)

    async def delete_node(self, workflow: str, node: str, *, if_revision: int | None = None) -> DeletedNode:
        """Remove a node, and the edges from it and to it. RejectedInbound `node.in_use` (409) while an interrupt leads
        to it."""
        revised = await self._graphs.edit(workflow, [DeleteNode(id=node)], if_revision)
        detail = self._detail(revised.before.nodes[node], revised.revision)
        return DeletedNode(**dict(detail), edges=[shown_edge(edge) for edge in revised.before.edges.values()])

    async def _edited(
        self,
        workflow: str,
        node: str,
        edit: UpdateNode | UpdateNodeProperties | UpdateNodePositions,
        if_revision: int | None,
    ) -> NodeDetail:
        revised = await self._graphs.edit(workflow, [edit], if_revision)
        return self._detail(revised.node(node), revised.revision)

    def _detail(self, plain: Mapping[str, Any], revision: int | None) -> NodeDetail:
        return NodeDetail(**dict(shown_node(plain, self._node_types)), revision=revision)


def shown_node(plain: Mapping[str, Any], node_types: NodeTypes) -> Node:
    """Return a node of a document as answers show it."""
    type_name = f"{plain['type']}.{plain['actionType']}"
    known = node_types.get(type_name)
    made = placed(known, plain.get("properties") or {}) if known is not None else None
    return Node.model_validate(
        {
            "label": "",
            "position": None,
            "properties": {},
            "retry": None,
            "timeLimit": None,
            "credential": None,
            **plain,
            "typeName": type_name,
            "category": known.category if known is not None else None,
            "handles": made.handles if made is not None else None,
            "outputs": made.outputs if made is not None else None,
        }
    )


def _as_written(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in _ONLY_SHOWN}


def _position(new: NewPosition) -> Position:
    return Position(x=new.x, y=new.y)
