"""Nodes. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow_client import inputs
from botflow_client.models.graphs import Node
from botflow_client.models.nodes import DeletedNode, NodeDetail, NodePositions
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class NodesCalls(Caller):
    """Nodes."""

    def get_nodes_by_workflow_id(
        self, workflow: str | int, *, version: int | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Node]:
        """List the nodes of the draft, or of a version, in the order of their ids. It needs the scope
        `workflows:read`.
        """
        return self._list(
            Node, f"/api/v1/workflows/{segment(workflow)}/nodes", {"version": version, "cursor": cursor, "limit": limit}
        )

    def create_node(
        self,
        workflow: str | int,
        document: Mapping[str, Any],
        *,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> NodeDetail:
        """Add a node to the draft. Its properties may be incomplete; publishing needs them without errors. It needs
        the scope `workflows:write`.
        """
        return self._call(
            NodeDetail,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/nodes",
                body=document,
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def update_node_properties(
        self, workflow: str | int, node: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> NodeDetail:
        """Replace the properties of a node. It needs the scope `workflows:write`."""
        return self._call(
            NodeDetail,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}/properties",
                body=document,
                if_match=if_match,
            ),
        )

    def update_node_position(
        self, workflow: str | int, node: str | int, *, x: float, y: float, if_match: int | None = None
    ) -> NodeDetail:
        """Draw a node elsewhere. It needs the scope `workflows:write`."""
        return self._call(
            NodeDetail,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}/position",
                body={"x": x, "y": y},
                if_match=if_match,
            ),
        )

    def get_node_by_node_id(self, workflow: str | int, node: str | int, *, version: int | None = None) -> NodeDetail:
        """Read a node of the draft, or of a version. It needs the scope `workflows:read`."""
        return self._call(
            NodeDetail,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", query={"version": version}
            ),
        )

    def update_node(
        self, workflow: str | int, node: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> NodeDetail:
        """Replace all of a node but its id. A node may be sent back as it was read. It needs the scope
        `workflows:write`.
        """
        return self._call(
            NodeDetail,
            make_request(
                "PUT", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", body=document, if_match=if_match
            ),
        )

    def delete_node(self, workflow: str | int, node: str | int, *, if_match: int | None = None) -> DeletedNode:
        """Remove a node with the edges from it and to it. It is refused while an interrupt leads to the node. It
        needs the scope `workflows:write`.
        """
        return self._call(
            DeletedNode,
            make_request("DELETE", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", if_match=if_match),
        )

    def update_node_positions(
        self, workflow: str | int, *, positions: Mapping[str, inputs.NewPosition], if_match: int | None = None
    ) -> NodePositions:
        """Draw many nodes elsewhere, as one revision. The others stay where they are. It needs the scope
        `workflows:write`.
        """
        return self._call(
            NodePositions,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/positions",
                body={"positions": positions},
                if_match=if_match,
            ),
        )


class AsyncNodesCalls(AsyncCaller):
    """Nodes."""

    def get_nodes_by_workflow_id(
        self, workflow: str | int, *, version: int | None = None, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Node]:
        """List the nodes of the draft, or of a version, in the order of their ids. It needs the scope
        `workflows:read`.
        """
        return self._list(
            Node, f"/api/v1/workflows/{segment(workflow)}/nodes", {"version": version, "cursor": cursor, "limit": limit}
        )

    async def create_node(
        self,
        workflow: str | int,
        document: Mapping[str, Any],
        *,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> NodeDetail:
        """Add a node to the draft. Its properties may be incomplete; publishing needs them without errors. It needs
        the scope `workflows:write`.
        """
        return await self._call(
            NodeDetail,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/nodes",
                body=document,
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    async def update_node_properties(
        self, workflow: str | int, node: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> NodeDetail:
        """Replace the properties of a node. It needs the scope `workflows:write`."""
        return await self._call(
            NodeDetail,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}/properties",
                body=document,
                if_match=if_match,
            ),
        )

    async def update_node_position(
        self, workflow: str | int, node: str | int, *, x: float, y: float, if_match: int | None = None
    ) -> NodeDetail:
        """Draw a node elsewhere. It needs the scope `workflows:write`."""
        return await self._call(
            NodeDetail,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}/position",
                body={"x": x, "y": y},
                if_match=if_match,
            ),
        )

    async def get_node_by_node_id(
        self, workflow: str | int, node: str | int, *, version: int | None = None
    ) -> NodeDetail:
        """Read a node of the draft, or of a version. It needs the scope `workflows:read`."""
        return await self._call(
            NodeDetail,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", query={"version": version}
            ),
        )

    async def update_node(
        self, workflow: str | int, node: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> NodeDetail:
        """Replace all of a node but its id. A node may be sent back as it was read. It needs the scope
        `workflows:write`.
        """
        return await self._call(
            NodeDetail,
            make_request(
                "PUT", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", body=document, if_match=if_match
            ),
        )

    async def delete_node(self, workflow: str | int, node: str | int, *, if_match: int | None = None) -> DeletedNode:
        """Remove a node with the edges from it and to it. It is refused while an interrupt leads to the node. It
        needs the scope `workflows:write`.
        """
        return await self._call(
            DeletedNode,
            make_request("DELETE", f"/api/v1/workflows/{segment(workflow)}/nodes/{segment(node)}", if_match=if_match),
        )

    async def update_node_positions(
        self, workflow: str | int, *, positions: Mapping[str, inputs.NewPosition], if_match: int | None = None
    ) -> NodePositions:
        """Draw many nodes elsewhere, as one revision. The others stay where they are. It needs the scope
        `workflows:write`.
        """
        return await self._call(
            NodePositions,
            make_request(
                "PUT",
                f"/api/v1/workflows/{segment(workflow)}/positions",
                body={"positions": positions},
                if_match=if_match,
            ),
        )
