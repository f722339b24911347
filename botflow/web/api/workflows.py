"""Workflows over HTTP: the list, taking one out of service or putting it back, and serving another version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from pydantic import Field
from starlette.requests import Request

from botflow.records.workflows import WorkflowStatus
from botflow.web.api.json_response import ApiResponse
from botflow.web.api.query import parse_query
from botflow.web.context import desk_of
from botflow.web.json_body import Body, parse_body
from botflow.web.request_bodies import read_body

LARGEST_BODY = 1024


async def list_workflows(request: Request) -> ApiResponse:
    """GET /api/v1/workflows: `{"workflows": [{id, name, status, mode, version, underWay}]}`."""
    parse_query(request, ())
    found = await desk_of(request.scope).runtime.flows.list()
    shown = [
        {
            "id": each.slug,
            "name": each.name,
            "status": each.status,
            "mode": each.mode,
            "version": each.version,
            "underWay": each.under_way,
        }
        for each in found
    ]
    return ApiResponse({"workflows": shown})


class Activation(Body):
    """What to activate: the workflow as it is, or another of its versions."""

    example: ClassVar[str] = '{"version": 3}'
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


def setting_status(status: WorkflowStatus) -> Callable[[Request], Awaitable[ApiResponse]]:
    """Return the route of POST /api/v1/workflows/{slug}/activate or deactivate: 200 `{"id", "status"}`. A body
    `{"version"}` activates that version, too."""

    async def endpoint(request: Request) -> ApiResponse:
        body = await read_body(request.scope, request.receive, LARGEST_BODY)
        workflow = request.path_params["workflow"]
        flows = desk_of(request.scope).runtime.flows
        if status == "active" and body and (number := parse_body(body, Activation).version) is not None:
            await flows.activate(workflow, number)
        await flows.set_status(workflow, status)
        return ApiResponse({"id": workflow, "status": status})

    return endpoint
