"""The node types over HTTP, for forms and lists. They change with the server's release and its plugins only: a client
sends the ETag back as If-None-Match, and reads them again when it is another one."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from botflow.records.access import Scope
from botflow.service.field_options import ShownOption
from botflow.service.models import Page
from botflow.service.node_types import NodeType
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Query, QueryText

TAG = "Node types"
LONGEST_PROPERTIES = 4_000


async def get_node_types(call: Call) -> Page[NodeType]:
    """List the node types of this server, its plugins' too, all on one page."""
    return await call.service.node_types.get_node_types()


async def get_node_type(call: Call) -> NodeType:
    """Read a node type by its whole name, such as `chatbot.ask`."""
    return await call.service.node_types.get_node_type(call.path["name"])


def _object(written: object) -> object:
    """Return the object that a query's JSON holds. It is small, so that its depth is bounded, too."""
    try:
        if isinstance(written, str) and len(written) <= LONGEST_PROPERTIES:
            found = orjson.loads(written)
            if isinstance(found, dict):
                return found
    except orjson.JSONDecodeError:
        pass
    words = f'it is a JSON object such as {{"table": "orders"}}, of at most {LONGEST_PROPERTIES} characters'
    raise PydanticCustomError("properties", "{words}", {"words": words})


Properties = Annotated[dict[str, Any], BeforeValidator(_object), WithJsonSchema({"type": "string"})]


class OptionsQuery(Query):
    """For which node: its `properties` so far, as JSON, the `credential` that it names, and what its author typed."""

    properties: Properties = Field(default_factory=dict)
    credential: QueryText | None = None
    search: Annotated[str, Field(max_length=64)] = ""


async def get_field_options(call: Call) -> Page[ShownOption]:
    """List what a combobox in the form of a node offers, by the `source` in its property's `x-field`: `workflows`,
    `time_zones`, `models`, `credentials:webhook`, or a name of a plugin's. At most a hundred, with `search` in them."""
    query: OptionsQuery = call.query
    return await call.service.field_options.get_field_options(
        call.path["source"],
        properties=query.properties,
        search=query.search,
        credential=query.credential or "",
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/node-types",
        handler=get_node_types,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=Page[NodeType],
        is_kept=True,
    ),
    Operation(
        method="GET",
        path="/node-types/{name}",
        handler=get_node_type,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=NodeType,
        is_kept=True,
    ),
    Operation(
        method="GET",
        path="/field-options/{source}",
        handler=get_field_options,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        query=OptionsQuery,
        answer=Page[ShownOption],
    ),
)
