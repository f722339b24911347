"""Edges. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow_client.models.edges import EdgeDetail
from botflow_client.models.graphs import Edge
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class EdgesCalls(Caller):
    """Edges."""

    def get_edges_by_workflow_id(
        self,
        workflow: str | int,
        *,
        version: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        source: str | None = None,
        target: str | None = None,
    ) -> Pages[Edge]:
        """List the edges of the draft, or of a version; those from the node `source`, or to the node `target`. It
        needs the scope `workflows:read`.
        """
        return self._list(
            Edge,
            f"/api/v1/workflows/{segment(workflow)}/edges",
            {"version": version, "cursor": cursor, "limit": limit, "source": source, "target": target},
        )

    def create_edge(
        self,
        workflow: str | int,
        document: Mapping[str, Any],
        *,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> EdgeDetail:
        """Add an edge to the draft. Without an id it gets one. It needs the scope `workflows:write`."""
        return self._call(
            EdgeDetail,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/edges",
                body=document,
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def get_edge_by_edge_id(self, workflow: str | int, edge: str | int, *, version: int | None = None) -> EdgeDetail:
        """Read an edge of the draft, or of a version. It needs the scope `workflows:read`."""
        return self._call(
            EdgeDetail,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", query={"version": version}
            ),
        )

    def update_edge(
        self, workflow: str | int, edge: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> EdgeDetail:
        """Replace all of an edge but its id. An edge may be sent back as it was read. It needs the scope
        `workflows:write`.
        """
        return self._call(
            EdgeDetail,
            make_request(
                "PUT", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", body=document, if_match=if_match
            ),
        )

    def delete_edge(self, workflow: str | int, edge: str | int, *, if_match: int | None = None) -> EdgeDetail:
        """Remove an edge. It needs the scope `workflows:write`."""
        return self._call(
            EdgeDetail,
            make_request("DELETE", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", if_match=if_match),
        )


class AsyncEdgesCalls(AsyncCaller):
    """Edges."""

    def get_edges_by_workflow_id(
        self,
        workflow: str | int,
        *,
        version: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        source: str | None = None,
        target: str | None = None,
    ) -> AsyncPages[Edge]:
        """List the edges of the draft, or of a version; those from the node `source`, or to the node `target`. It
        needs the scope `workflows:read`.
        """
        return self._list(
            Edge,
            f"/api/v1/workflows/{segment(workflow)}/edges",
            {"version": version, "cursor": cursor, "limit": limit, "source": source, "target": target},
        )

    async def create_edge(
        self,
        workflow: str | int,
        document: Mapping[str, Any],
        *,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> EdgeDetail:
        """Add an edge to the draft. Without an id it gets one. It needs the scope `workflows:write`."""
        return await self._call(
            EdgeDetail,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/edges",
                body=document,
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    async def get_edge_by_edge_id(
        self, workflow: str | int, edge: str | int, *, version: int | None = None
    ) -> EdgeDetail:
        """Read an edge of the draft, or of a version. It needs the scope `workflows:read`."""
        return await self._call(
            EdgeDetail,
            make_request(
                "GET", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", query={"version": version}
            ),
        )

    async def update_edge(
        self, workflow: str | int, edge: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> EdgeDetail:
        """Replace all of an edge but its id. An edge may be sent back as it was read. It needs the scope
        `workflows:write`.
        """
        return await self._call(
            EdgeDetail,
            make_request(
                "PUT", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", body=document, if_match=if_match
            ),
        )

    async def delete_edge(self, workflow: str | int, edge: str | int, *, if_match: int | None = None) -> EdgeDetail:
        """Remove an edge. It needs the scope `workflows:write`."""
        return await self._call(
            EdgeDetail,
            make_request("DELETE", f"/api/v1/workflows/{segment(workflow)}/edges/{segment(edge)}", if_match=if_match),
        )
