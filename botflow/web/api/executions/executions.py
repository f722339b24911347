"""Executions over HTTP: lists of them, and one with its steps, log lines, artifacts and children."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from botflow.records.access import Scope
from botflow.records.files import complete
from botflow.records.runs import ExecutionFilter, ExecutionStatus
from botflow.runtime.runs.log import Level
from botflow.service.executions.execution import Execution
from botflow.service.executions.execution_models import (
    ExecutionDetails,
    ExecutionTraces,
    ShownArtifact,
    ShownLogEntry,
)
from botflow.service.executions.executions import Sort
from botflow.service.models import Page, Shown
from botflow.service.sessions.sessions import SessionMessage
from botflow.web.context import desk_of
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import LARGEST_NUMBER, Moment, OfWorkflow, PageQuery, QueryText, Truth

TAG = "Executions"
LONGEST_NUMBER = 18  # digits, which a database takes


class ExecutionQuery(PageQuery):
    """Which executions, in which order. They started at `after` or later, and earlier than `before`; `topLevel` leaves
    out those that other executions started as a part of theirs."""

    workflow: QueryText | None = None
    status: ExecutionStatus | None = None
    session: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    top_level: Truth = False
    after: Moment | None = None
    before: Moment | None = None
    sort: Sort = "-startedAt"


class ChildrenQuery(PageQuery):
    """Which of the runs that it started."""

    status: ExecutionStatus | None = None


class LogQuery(PageQuery):
    """Lines of this level and above."""

    level: Level = "debug"


async def get_executions(call: Call) -> Page[Execution]:
    """List the executions of your organization, the newest first."""
    query: ExecutionQuery = call.query
    wanted = ExecutionFilter(
        workflow=query.workflow,
        status=query.status,
        session=query.session,
        top_level=query.top_level,
        started_after=query.after,
        started_before=query.before,
    )
    return await call.service.executions.get_executions(wanted, sort=query.sort, cursor=query.cursor, limit=query.limit)


async def get_active_executions(call: Call) -> Page[Execution]:
    """List the executions that have not ended, the newest first."""
    query: OfWorkflow = call.query
    return await call.service.executions.get_active_executions(query.workflow, cursor=query.cursor, limit=query.limit)


async def get_executions_by_workflow_id(call: Call) -> Page[Execution]:
    """List a workflow's executions, the newest first."""
    query: PageQuery = call.query
    return await call.service.executions.get_executions_by_workflow_id(
        call.path["workflow"], cursor=query.cursor, limit=query.limit
    )


async def get_executions_by_session_id(call: Call) -> Page[Execution]:
    """List a session's executions, the newest first."""
    query: PageQuery = call.query
    return await call.service.executions.get_executions_by_session_id(
        _session_in(call.path["session"]), cursor=query.cursor, limit=query.limit
    )


async def get_execution(call: Call) -> Response:
    """Read an execution with its values, what it has used, and the checkpoints from which it can be retried."""
    return linked(call, await call.service.executions.get_execution(call.path["execution"]))


async def get_children(call: Call) -> Page[Execution]:
    """List the runs that an execution started, the newest first."""
    query: ChildrenQuery = call.query
    return await call.service.executions.get_children(
        call.path["execution"], status=query.status, cursor=query.cursor, limit=query.limit
    )


async def get_execution_traces(call: Call) -> Response:
    """Read an execution's steps: one for each visit of a node."""
    return linked(call, await call.service.executions.get_execution_traces(call.path["execution"]))


async def get_execution_logs(call: Call) -> Response:
    """List an execution's log lines, oldest first. A page with less than `limit` lines may have another one after it:
    `next` says so."""
    query: LogQuery = call.query
    found = await call.service.executions.get_execution_logs(
        call.path["execution"], level=query.level, cursor=query.cursor, limit=query.limit
    )
    return linked(call, found)


async def get_execution_messages(call: Call) -> Page[SessionMessage]:
    """List what a run or a fork has heard and said, the newest first, in whole turns. Nothing that a fork says is
    sent: its `state` is `suppressed`."""
    query: PageQuery = call.query
    return await call.service.executions.get_execution_messages(
        call.path["execution"], cursor=query.cursor, limit=query.limit
    )


async def get_execution_artifacts(call: Call) -> Page[ShownArtifact]:
    """List the large results that are stored with an execution, by their keys."""
    query: PageQuery = call.query
    return await call.service.executions.get_execution_artifacts(
        call.path["execution"], cursor=query.cursor, limit=query.limit
    )


async def get_artifact(call: Call) -> Response:
    """Read an artifact's bytes, as a download that a browser does not execute."""
    artifact, content = await call.service.executions.get_artifact(call.path["execution"], call.path["key"])
    return Response(
        content,
        headers={
            "content-type": artifact.content_type.encode("latin-1", "replace").decode("latin-1"),
            "content-disposition": "attachment",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


async def delete_artifact(call: Call) -> None:
    """Delete an artifact for good."""
    await call.service.executions.delete_artifact(call.path["execution"], call.path["key"])


def linked(call: Call, answer: Shown) -> ApiResponse:
    """Return the answer with complete addresses of visitors' files."""
    scope = call.request.scope
    return ApiResponse(complete(answer.model_dump(), desk_of(scope).base_of(scope)))


def _session_in(text: str) -> int:
    """Return a session's number; 0, which no session has, for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0


ONE = "/executions/{execution}"
_READS, _WRITES = Scope.EXECUTIONS_READ, Scope.EXECUTIONS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/executions",
        handler=get_executions,
        scope=_READS,
        tag=TAG,
        query=ExecutionQuery,
        answer=Page[Execution],
    ),
    Operation(
        method="GET",
        path="/executions/active",
        handler=get_active_executions,
        scope=_READS,
        tag=TAG,
        query=OfWorkflow,
        answer=Page[Execution],
    ),
    Operation(
        method="GET",
        path="/workflows/{workflow}/executions",
        handler=get_executions_by_workflow_id,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[Execution],
    ),
    Operation(
        method="GET",
        path="/sessions/{session}/executions",
        handler=get_executions_by_session_id,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[Execution],
    ),
    Operation(method="GET", path=ONE, handler=get_execution, scope=_READS, tag=TAG, answer=ExecutionDetails),
    Operation(
        method="GET",
        path=f"{ONE}/children",
        handler=get_children,
        scope=_READS,
        tag=TAG,
        query=ChildrenQuery,
        answer=Page[Execution],
    ),
    Operation(
        method="GET",
        path=f"{ONE}/steps",
        handler=get_execution_traces,
        scope=_READS,
        tag=TAG,
        answer=ExecutionTraces,
    ),
    Operation(
        method="GET",
        path=f"{ONE}/logs",
        handler=get_execution_logs,
        scope=_READS,
        tag=TAG,
        query=LogQuery,
        answer=Page[ShownLogEntry],
    ),
    Operation(
        method="GET",
        path=f"{ONE}/messages",
        handler=get_execution_messages,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[SessionMessage],
    ),
    Operation(
        method="GET",
        path=f"{ONE}/artifacts",
        handler=get_execution_artifacts,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[ShownArtifact],
    ),
    Operation(
        method="GET",
        path=f"{ONE}/artifacts/{{key:path}}",
        handler=get_artifact,
        scope=_READS,
        tag=TAG,
        answer=Response,
    ),
    Operation(method="DELETE", path=f"{ONE}/artifacts/{{key:path}}", handler=delete_artifact, scope=_WRITES, tag=TAG),
)
