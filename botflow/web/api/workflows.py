"""Workflows over HTTP: the list, and taking one out of service or putting it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from botflow.records.workflows import WorkflowStatus
from botflow.web.api.json_response import ApiResponse
from botflow.web.api.query import parse_query
from botflow.web.context import desk_of
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


def setting_status(status: WorkflowStatus) -> Callable[[Request], Awaitable[ApiResponse]]:
    """Return the route of POST /api/v1/workflows/{slug}/activate or deactivate: 200 `{"id", "status"}`."""

    async def endpoint(request: Request) -> ApiResponse:
        await read_body(request.scope, request.receive, LARGEST_BODY)
        workflow = request.path_params["workflow"]
        await desk_of(request.scope).runtime.flows.set_status(workflow, status)
        return ApiResponse({"id": workflow, "status": status})

    return endpoint
