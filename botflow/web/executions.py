"""Executions over HTTP. Everything here needs the API key.

POST /api/v1/workflows/{slug}/executions   start one: {input, priority, key, user, version}: 202
GET  /api/v1/executions                    the newest first; workflow, status, session, limit, before
GET  /api/v1/executions/{id}               one, with what it took; /children, /steps, /logs, /artifacts[/{key}]
POST /api/v1/executions/{id}/pause         and /resume, /cancel, /retry {checkpoint}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.records import ExecutionRecord
from botflow.runtime.executions import LARGEST_PAGE, PAGE, ExecutionDetail, Executions
from botflow.runtime.logbook import LEVELS, LogEntry
from botflow.runtime.steps import Step, Steps
from botflow.runtime.triggers import StartRequest
from botflow.storage.jobs import PRIORITIES, Priority
from botflow.web.chat_body import parse_object
from botflow.web.desk import desk_of
from botflow.web.wire import read_body, send_bytes, send_json

LARGEST_BODY = 512 * 1024
DEEPEST = 64
STATUSES = ("pending", "running", "waiting", "paused", "completed", "failed", "cancelled")
_START_FIELDS = ("input", "priority", "key", "user", "version", "externalId", "channel", "address")
_LARGEST_NUMBER = 2**31 - 1

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
        )
        started = await desk.runtime.executions.start(request)
        await send_json(send, HTTPStatus.ACCEPTED, {"id": started.execution_id, "status": started.status})


class ListExecutions:
    """GET /api/v1/executions: `{"executions": [...]}`; `before` the id of a page's last one comes the next page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        given = _query(scope)
        if (status := given.get("status")) is not None and status not in STATUSES:
            raise _invalid(f"status is one of {', '.join(STATUSES)}")
        found = await desk.runtime.executions.page(
            workflow=given.get("workflow"),
            status=status,
            session=_whole(given, "session"),
            before=given.get("before"),
            limit=_whole(given, "limit", LARGEST_PAGE) or PAGE,
        )
        await send_json(send, HTTPStatus.OK, {"executions": [summary(record) for record in found]})


class ReadExecution:
    """GET /api/v1/executions/{id} and what hangs below it, as `read` returns it."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        shown = await self._read(desk.runtime.executions, scope["path_params"]["id"], _query(scope))
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
        await send_json(send, HTTPStatus.OK, summary(record))


async def _retry(executions: Executions, id: str, checkpoint: object) -> ExecutionRecord:
    if checkpoint == "start":
        return await executions.retry(id, from_start=True)
    return await executions.retry(id, checkpoint=_number(checkpoint, "checkpoint"))


# -- what GET shows


async def read_one(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return detail(await executions.get(id))


async def read_children(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {"executions": [summary(record) for record in await executions.children(id)]}


async def read_steps(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return _steps(await executions.steps(id))


async def read_logs(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    """`after` the version of a page's last entry comes the next page."""
    level = given.get("level", "debug")
    if level not in LEVELS:
        raise _invalid(f"level is one of {', '.join(LEVELS)}")
    entries = await executions.log(id, level=level, after=_whole(given, "after") or 0)
    return {"logs": [_entry(entry) for entry in entries]}


async def read_artifacts(executions: Executions, id: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "artifacts": [
            {
                "key": artifact.key,
                "kind": artifact.kind,
                "contentType": artifact.content_type,
                "size": artifact.size,
                "createdAt": _time(artifact.created_at),
            }
            for artifact in await executions.artifacts(id)
        ]
    }


def summary(record: ExecutionRecord) -> dict[str, Any]:
    """Return an execution as lists show it."""
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": record.status,
        "trigger": record.trigger or "message",
        "session": record.session,
        "channel": record.channel,
        "key": record.key,
        "priority": record.priority,
        "retries": record.retries,
        "node": record.node,
        "startedAt": _time(record.started_at),
        "endedAt": _time(record.ended_at),
        "wakesAt": _time(record.wakes_at),
        "error": record.error,
    }


def detail(found: ExecutionDetail) -> dict[str, Any]:
    record, spent = found.record, found.spent
    ended_at = record.ended_at
    return {
        **summary(record),
        "user": record.user_name,
        "input": record.input,
        "output": record.output,
        "metadata": record.metadata,
        "progress": record.progress,
        "parentSession": record.parent_session,
        "branch": record.branch,
        "durationS": (ended_at - record.started_at).total_seconds() if ended_at else None,
        "turns": spent.turns,
        "attempts": spent.attempts,
        "asks": spent.asks,
        "tokens": {"prompt": spent.prompt_tokens, "completion": spent.completion_tokens},
        "costUsd": spent.cost_usd,
        "checkpoints": [
            {"version": checkpoint.version, "node": checkpoint.node, "at": _time(checkpoint.at)}
            for checkpoint in found.checkpoints
        ],
    }


def _steps(found: Steps) -> dict[str, Any]:
    return {
        "steps": [_step(step) for step in found.steps],
        "firstFailed": found.first_failed,
        "lastCompleted": found.last_completed,
        "readyToResume": found.ready_to_resume or None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "node": step.node,
        "type": step.type,
        "status": step.status,
        "startedAt": _time(step.started_at),
        "endedAt": _time(step.ended_at),
        "handle": step.handle or None,
        "output": step.output,
        "error": step.error,
        "attempts": step.attempts,
        "asks": step.asks,
        "tokens": {"prompt": step.prompt_tokens, "completion": step.completion_tokens},
        "costUsd": step.cost_usd,
    }


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "index": entry.index,
        "at": _time(entry.at),
        "level": entry.level,
        "event": entry.event,
        "node": entry.node or None,
        "message": entry.message or None,
        "fields": dict(entry.fields),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


# -- what requests give


def _query(scope: Scope) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}


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


def _number(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        raise RejectedInbound(
            f"{name} is a whole number", code="body.wrong_type", hint="write it without quotes", status=422
        )
    return value


def _priority(given: object) -> Priority:
    if given not in PRIORITIES:
        raise RejectedInbound(
            f"priority is one of {', '.join(PRIORITIES)}", code="priority.unknown", hint="or leave it out", status=422
        )
    return cast(Priority, given)


def _invalid(message: str) -> RejectedInbound:
    return RejectedInbound(message, code="query.invalid", hint="see REFERENCE.md")
