"""Executions over HTTP. Everything here needs the API key.

POST /api/v1/workflows/{slug}/executions   start one: {input, priority, key, user, version, metadata}: 202
GET  /api/v1/executions                    the newest first; workflow, status, session, topLevel, after, before, limit
GET  /api/v1/executions/{id}               one, with its details; /children, /steps, /logs, /artifacts[/{key}]
POST /api/v1/executions/{id}/pause         and /resume, /cancel {skipFinally}, /retry {checkpoint}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from botflow.engine.limits import LARGEST_INPUT
from botflow.records.files import complete
from botflow.records.queues import PRIORITIES
from botflow.records.runs import ExecutionFilter
from botflow.runtime.runs.executions import LARGEST_PAGE, PAGE, Executions
from botflow.runtime.runs.log import LEVELS
from botflow.runtime.runs.start import StartRequest
from botflow.service.models import Body, Wrong
from botflow.web.api.execution_json import shown, shown_artifact, shown_detail, shown_entry, shown_steps
from botflow.web.api.query import invalid, moment_in, parse_query, status_in, workflow_in
from botflow.web.context import desk_of
from botflow.web.json_body import parse_body
from botflow.web.request_bodies import read_body
from botflow.web.rest.json_response import ApiResponse

LARGEST_START = LARGEST_INPUT + 64 * 1024
LARGEST_CHANGE = 64 * 1024
DEEPEST = 64
_FILTERS = ("workflow", "status", "session", "topLevel", "after", "before", "limit")
CHILDREN_FILTERS = ("status", "before", "limit")
_LARGEST_NUMBER = 2**31 - 1

Read = Callable[[Executions, str, Mapping[str, str]], Awaitable[Any]]
Endpoint = Callable[[Request], Awaitable[Response]]


def _priority(given: object) -> object:
    if not isinstance(given, str) or given not in PRIORITIES:
        raise Wrong("priority.unknown", f"priority is one of {', '.join(PRIORITIES)}", "or leave it out")
    return given


def _checkpoint(given: object) -> object:
    is_number = isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _LARGEST_NUMBER
    if not (given is None or given == "start" or is_number):
        raise Wrong("body.wrong_type", "checkpoint is a whole number, or start", "see the checkpoints of the execution")
    return given


class Start(Body):
    """The body of a start."""

    example = '{"input": {"order": 17}}'

    input: Any = None
    priority: Annotated[Any, AfterValidator(_priority)] = "normal"
    key: str = ""
    user: str = ""
    version: Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)] | None = None
    external_id: str = ""
    channel: str = ""
    address: str = ""
    metadata: dict[str, Any] | None = None


class Cancel(Body):
    """The body of a cancellation: with `skipFinally` the execution's `finally` nodes do not run."""

    example = '{"skipFinally": true}'

    skip_finally: bool = False


class Retry(Body):
    """The body of a retry: a checkpoint's version, or `start`."""

    example = '{"checkpoint": "start"}'

    checkpoint: Annotated[Any, AfterValidator(_checkpoint)] = None


async def start_execution(request: Request) -> ApiResponse:
    """POST /api/v1/workflows/{slug}/executions: 202 with `{"id", "status"}`."""
    body = await read_body(request.scope, request.receive, LARGEST_START)
    given = parse_body(body, Start, DEEPEST) if body else Start()
    started = await _executions(request).start(
        StartRequest(
            workflow=request.path_params["workflow"],
            input=given.input,
            user_name=given.user,
            version=given.version,
            key=given.key,
            priority=given.priority,
            external_id=given.external_id,
            channel=given.channel,
            address=given.address,
            metadata=given.metadata,
        )
    )
    return ApiResponse({"id": started.execution_id, "status": started.status}, HTTPStatus.ACCEPTED)


async def list_executions(request: Request) -> ApiResponse:
    """GET /api/v1/executions: `{"executions": [...]}`; with `before` the id of a page's last one, the next page.

    `before` may also be a time, like `after`: only executions that started in between.
    """
    given = parse_query(request, _FILTERS)
    before = given.get("before")
    is_page = before is not None and _is_id(before)
    wanted = ExecutionFilter(
        workflow=workflow_in(given),
        status=status_in(given),
        session=_whole(given, "session"),
        top_level=_truth(given, "topLevel"),
        started_after=moment_in(given, "after"),
        started_before=None if is_page else moment_in(given, "before"),
    )
    limit = _whole(given, "limit", LARGEST_PAGE) or PAGE
    found = await _executions(request).page(wanted, before=before if is_page else None, limit=limit)
    return ApiResponse({"executions": [shown(record) for record in found]})


async def read_artifact(request: Request) -> Response:
    """GET /api/v1/executions/{id}/artifacts/{key}: its bytes, as a download that a browser does not execute."""
    artifact, content = await _executions(request).artifact(request.path_params["id"], request.path_params["key"])
    return Response(
        content,
        headers={
            "content-type": artifact.content_type.encode("latin-1", "replace").decode("latin-1"),
            "content-disposition": "attachment",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


def reading(read: Read, *parameters: str) -> Endpoint:
    """Return the route of GET /api/v1/executions/{id}, or of an address below it, with the value of `read`;
    addresses of visitors' files are complete."""

    async def endpoint(request: Request) -> ApiResponse:
        given = parse_query(request, parameters)
        found = await read(_executions(request), request.path_params["id"], given)
        return ApiResponse(complete(found, desk_of(request.scope).base_of(request.scope)))

    return endpoint


def changing(change: Literal["pause", "resume"]) -> Endpoint:
    """Return the route of POST /api/v1/executions/{id}/pause or resume: 200 with the changed execution."""

    async def endpoint(request: Request) -> ApiResponse:
        await read_body(request.scope, request.receive, LARGEST_CHANGE)
        return ApiResponse(shown(await getattr(_executions(request), change)(request.path_params["id"])))

    return endpoint


async def cancel_execution(request: Request) -> ApiResponse:
    """POST /api/v1/executions/{id}/cancel: 200 with the changed execution."""
    body = await read_body(request.scope, request.receive, LARGEST_CHANGE)
    given = parse_body(body, Cancel) if body else Cancel()
    cancelled = await _executions(request).cancel(request.path_params["id"], skip_finally=given.skip_finally)
    return ApiResponse(shown(cancelled))


async def retry_execution(request: Request) -> ApiResponse:
    """POST /api/v1/executions/{id}/retry: 200 with the changed execution."""
    body = await read_body(request.scope, request.receive, LARGEST_CHANGE)
    checkpoint = parse_body(body, Retry).checkpoint if body else None
    executions, id = _executions(request), request.path_params["id"]
    if checkpoint == "start":
        return ApiResponse(shown(await executions.retry(id, from_start=True)))
    return ApiResponse(shown(await executions.retry(id, checkpoint=checkpoint)))


def _executions(request: Request) -> Executions:
    return desk_of(request.scope).runtime.executions


# -- responses of GET


async def read_one(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return shown_detail(await executions.get(id))


async def read_children(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    """With `before` the id of a page's last one, the next page."""
    found = await executions.children(
        id,
        status=status_in(given),
        before=given.get("before"),
        limit=_whole(given, "limit", LARGEST_PAGE) or LARGEST_PAGE,
    )
    return {"executions": [shown(record) for record in found]}


async def read_steps(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return shown_steps(await executions.steps(id))


async def read_logs(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    """With `after` the version of a page's last entry, the next page."""
    level = given.get("level", "debug")
    if level not in LEVELS:
        raise invalid(f"level is one of {', '.join(LEVELS)}")
    entries = await executions.log(id, level=level, after=_whole(given, "after") or 0)
    return {"logs": [shown_entry(entry) for entry in entries]}


async def read_artifacts(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {"artifacts": [shown_artifact(artifact) for artifact in await executions.artifacts(id)]}


# -- values from requests


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _truth(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in ("true", "false"):
        raise invalid(f"{name} is true or false")
    return text == "true"


def _whole(given: Mapping[str, str], name: str, most: int = _LARGEST_NUMBER) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not 0 < int(text) <= most:
        raise invalid(f"{name} is a number from 1 to {most}")
    return int(text)
