"""Node types. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.node_types import NodeType, PageOfNodeType, PageOfShownOption
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class NodeTypesCalls(Caller):
    """Node types."""

    def get_node_types(self) -> PageOfNodeType:
        """List the node types of this server, its plugins' too, all on one page. It needs the scope
        `workflows:read`.
        """
        return self._call(PageOfNodeType, make_request("GET", "/api/v1/node-types"))

    def get_node_type(self, name: str | int) -> NodeType:
        """Read a node type by its whole name, such as `chatbot.ask`. It needs the scope `workflows:read`."""
        return self._call(NodeType, make_request("GET", f"/api/v1/node-types/{segment(name)}"))

    def get_field_options(
        self,
        source: str | int,
        *,
        properties: str | None = None,
        credential: str | None = None,
        search: str | None = None,
    ) -> PageOfShownOption:
        """List what a combobox in the form of a node offers, by the `source` in its property's `x-field`:
        `workflows`, `time_zones`, `models`, `credentials:webhook`, or a name of a plugin's. At most a hundred, with
        `search` in them. It needs the scope `workflows:write`.
        """
        return self._call(
            PageOfShownOption,
            make_request(
                "GET",
                f"/api/v1/field-options/{segment(source)}",
                query={"properties": properties, "credential": credential, "search": search},
            ),
        )


class AsyncNodeTypesCalls(AsyncCaller):
    """Node types."""

    async def get_node_types(self) -> PageOfNodeType:
        """List the node types of this server, its plugins' too, all on one page. It needs the scope
        `workflows:read`.
        """
        return await self._call(PageOfNodeType, make_request("GET", "/api/v1/node-types"))

    async def get_node_type(self, name: str | int) -> NodeType:
        """Read a node type by its whole name, such as `chatbot.ask`. It needs the scope `workflows:read`."""
        return await self._call(NodeType, make_request("GET", f"/api/v1/node-types/{segment(name)}"))

    async def get_field_options(
        self,
        source: str | int,
        *,
        properties: str | None = None,
        credential: str | None = None,
        search: str | None = None,
    ) -> PageOfShownOption:
        """List what a combobox in the form of a node offers, by the `source` in its property's `x-field`:
        `workflows`, `time_zones`, `models`, `credentials:webhook`, or a name of a plugin's. At most a hundred, with
        `search` in them. It needs the scope `workflows:write`.
        """
        return await self._call(
            PageOfShownOption,
            make_request(
                "GET",
                f"/api/v1/field-options/{segment(source)}",
                query={"properties": properties, "credential": credential, "search": search},
            ),
        )
