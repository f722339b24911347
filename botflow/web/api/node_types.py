"""The node types over HTTP, for forms and lists. They change with the server's release and its plugins only: a client
sends the ETag back as If-None-Match, and reads them again when it is another one."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus

import orjson
from starlette.responses import Response

from botflow.records.access import Scope
from botflow.service.models import Page, Shown
from botflow.service.node_types import NodeType
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.operation import Call, Operation

TAG = "Node types"


async def get_node_types(call: Call) -> Response:
    """List the node types of this server, its plugins' too, all on one page. `If-None-Match` with the ETag of an answer
    gets 304 without a body while they are the same."""
    return _unless_known(call, await call.service.node_types.get_node_types())


async def get_node_type(call: Call) -> Response:
    """Read a node type by its whole name, such as `chatbot.ask`; with an ETag, too."""
    return _unless_known(call, await call.service.node_types.get_node_type(call.path["name"]))


def _unless_known(call: Call, answer: Shown) -> Response:
    content = answer.model_dump(mode="json")
    tag = f'"{sha256(orjson.dumps(content)).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}  # kept, and asked for again each time
    known = {each.strip().removeprefix("W/") for each in call.request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return ApiResponse(content, headers=headers)


OPERATIONS = (
    Operation(
        method="GET",
        path="/node-types",
        handler=get_node_types,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=Page[NodeType],
    ),
    Operation(
        method="GET",
        path="/node-types/{name}",
        handler=get_node_type,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=NodeType,
    ),
)
