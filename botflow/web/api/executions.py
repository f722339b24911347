"""Executions over HTTP. Everything here needs the API key.

POST /api/v1/workflows/{slug}/executions   start one: {input, priority, key, user, version, metadata}: 202
GET  /api/v1/executions                    the newest first; workflow, status, session, limit, before
GET  /api/v1/executions/{id}               one, with what it took; /children, /steps, /logs, /artifacts[/{key}]
POST /api/v1/executions/{id}/pause         and /resume, /cancel, /retry {checkpoint}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal, cast

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.records.runs import ExecutionRecord
from botflow.runtime.runs.executions import LARGEST_PAGE, PAGE, Executions
from botflow.runtime.runs.log import LEVELS
from botflow.runtime.runs.start import StartRequest
from botflow.storage.jobs import PRIORITIES, Priority
from botflow.web.api.execution_json import shown, shown_artifact, shown_detail, shown_entry, shown_steps
from botflow.web.api.query import parse_query
from botflow.web.asgi import read_body, send_bytes, send_json
from botflow.web.chat.body import parse_object
from botflow.web.context import desk_of

LARGEST_BODY = 512 * 1024
DEEPEST = 64
STATUSES = ("pending", "running", "waiting", "paused", "completed", "failed", "cancelled")
_START_FIELDS = ("input", "priority", "key", "user", "version", "externalId", "channel", "address", "metadata")
_FILTERS = ("workflow", "status", "session", "before", "limit")
_LARGEST_NUMBER = 2**31 - 1
_LONGEST_ID = 64

Read = Callable[[Executions, str, Mapping[str, str]], Awaitable[Any]]


class StartExecution:
    """POST /api/v1/workflows/{slug}/executions: 202 with `{"id", "status"}`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        body = await read_body(scope, receive, LARGEST_BODY)
        fields = parse_object(body, _START_FIELDS, DEEPEST) if body else {}
        request = StartRequest(
            workflow=scope["path_params"]["workflow"],
            input=fields.get("input"),
            user_name=_text(fields, "user"),
            version=_number(fields.get("version"), "version"),
            key=_text(fields, "key"),
            priority=_priority(fields.get("priority", "normal")),
            external_id=_text(fields, "externalId"),
            channel=_text(fields, "channel"),
            address=_text(fields, "address"),
            metadata=_object(fields, "metadata"),
        )
        started = await desk.runtime.executions.start(request)
        await send_json(send, HTTPStatus.ACCEPTED, {"id": started.execution_id, "status": started.status})


class ListExecutions:
    """GET /api/v1/executions: `{"executions": [...]}`; `before` the id of a page's last one comes the next page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        given = parse_query(scope, _FILTERS)
        if (status := given.get("status")) is not None and status not in STATUSES:
            raise _invalid(f"status is one of {', '.join(STATUSES)}")
        found = await desk.runtime.executions.page(
            workflow=_workflow(given),
            status=status,
            session=_whole(given, "session"),
            before=given.get("before"),
            limit=_whole(given, "limit", LARGEST_PAGE) or PAGE,
        )
        await send_json(send, HTTPStatus.OK, {"executions": [shown(record) for record in found]})


class ReadExecution:
    """GET /api/v1/executions/{id} and what hangs below it, as `read` returns it."""

    def __init__(self, read: Read, *parameters: str) -> None:
        self._read = read
        self._parameters = parameters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        given = parse_query(scope, self._parameters)
        shown = await self._read(desk.runtime.executions, scope["path_params"]["id"], given)
        await send_json(send, HTTPStatus.OK, shown)


class ReadArtifact:
    """GET /api/v1/executions/{id}/artifacts/{key}: its bytes, as a download that no browser runs."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        path = scope["path_params"]
        artifact, content = await desk.runtime.executions.artifact(path["id"], path["key"])
        await send_bytes(
            send,
            HTTPStatus.OK,
            content,
            (b"content-type", artifact.content_type.encode("latin-1", "replace")),
            (b"content-disposition", b"attachment"),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        )


class ChangeExecution:
    """POST /api/v1/executions/{id}/pause, resume, cancel or retry: 200 with the execution as it is then."""

    def __init__(self, change: Literal["pause", "resume", "cancel", "retry"]) -> None:
        self._change = change

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        executions, id = desk.runtime.executions, scope["path_params"]["id"]
        body = await read_body(scope, receive, LARGEST_BODY)
        if self._change == "retry":
            checkpoint = (parse_object(body, ("checkpoint",)) if body else {}).get("checkpoint")
            record = await _retry(executions, id, checkpoint)
        else:
            record = await getattr(executions, self._change)(id)
        await send_json(send, HTTPStatus.OK, shown(record))


async def _retry(executions: Executions, id: str, checkpoint: object) -> ExecutionRecord:
    if checkpoint == "start":
        return await executions.retry(id, from_start=True)
    return await executions.retry(id, checkpoint=_number(checkpoint, "checkpoint"))


# -- what GET shows


async def read_one(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return shown_detail(await executions.get(id))


async def read_children(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {"executions": [shown(record) for record in await executions.children(id)]}


async def read_steps(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return shown_steps(await executions.steps(id))


async def read_logs(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    """`after` the version of a page's last entry comes the next page."""
    level = given.get("level", "debug")
    if level not in LEVELS:
        raise _invalid(f"level is one of {', '.join(LEVELS)}")
    entries = await executions.log(id, level=level, after=_whole(given, "after") or 0)
    return {"logs": [shown_entry(entry) for entry in entries]}


async def read_artifacts(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {"artifacts": [shown_artifact(artifact) for artifact in await executions.artifacts(id)]}


# -- what requests give


def _workflow(given: Mapping[str, str]) -> str | None:
    slug = given.get("workflow")
    if slug is not None and not (0 < len(slug) <= _LONGEST_ID and slug.isprintable()):
        raise _invalid(f"workflow is an id of 1 to {_LONGEST_ID} characters")
    return slug


def _whole(given: Mapping[str, str], name: str, most: int = _LARGEST_NUMBER) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not 0 < int(text) <= most:
        raise _invalid(f"{name} is a number from 1 to {most}")
    return int(text)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise RejectedInbound(f"{name} is a text", code="body.wrong_type", hint="put it in quotes", status=422)
    return value


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, dict):
        raise RejectedInbound(f"{name} is an object", code="body.wrong_type", hint="write it as {...}", status=422)
    return value


def _number(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        raise RejectedInbound(
            f"{name} is a whole number", code="body.wrong_type", hint="write it without quotes", status=422
        )
    return value


def _priority(given: object) -> Priority:
    if not isinstance(given, str) or given not in PRIORITIES:
        raise RejectedInbound(
            f"priority is one of {', '.join(PRIORITIES)}", code="priority.unknown", hint="or leave it out", status=422
        )
    return cast(Priority, given)


def _invalid(message: str) -> RejectedInbound:
    return RejectedInbound(message, code="query.invalid", hint="docs/reference/http.md lists the parameters")
