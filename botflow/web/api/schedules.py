"""Schedules over HTTP: what starts by itself, when, and what the last run did."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from botflow.records.access import Scope
from botflow.service.executions.execution_models import StartedExecution
from botflow.service.models import Page
from botflow.service.schedules.schedule_models import SchedulePreview, ShownSchedule
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, Query

TAG = "Schedules"
MOST_TIMES = 100
_OF_WORKFLOW = "/workflows/{workflow}/schedules"
_ONE = f"{_OF_WORKFLOW}/{{schedule}}"
_READS, _WRITES = Scope.EXECUTIONS_READ, Scope.EXECUTIONS_WRITE


class PreviewQuery(Query):
    """How many times."""

    count: Annotated[int, Field(ge=1, le=MOST_TIMES)] = 5


async def get_schedules(call: Call) -> Page[ShownSchedule]:
    """List the schedules of all workflows, with the next and the last run of each."""
    query: PageQuery = call.query
    return await call.service.schedules.get_schedules(cursor=query.cursor, limit=query.limit)


async def get_schedules_by_workflow_id(call: Call) -> Page[ShownSchedule]:
    """List the schedules of a workflow."""
    return await call.service.schedules.get_schedules_by_workflow_id(call.path["workflow"])


async def get_schedule(call: Call) -> ShownSchedule:
    """Read a schedule: when it is due next, and what its last run did."""
    return await call.service.schedules.get_schedule(call.path["workflow"], call.path["schedule"])


async def preview_schedule(call: Call) -> SchedulePreview:
    """List the next times of a schedule, by the clocks of its time zone."""
    query: PreviewQuery = call.query
    return await call.service.schedules.preview_schedule(
        call.path["workflow"], call.path["schedule"], count=query.count
    )


async def pause_schedule(call: Call) -> ShownSchedule:
    """Let a schedule start nothing until it is resumed, whatever is published meanwhile."""
    return await call.service.schedules.pause_schedule(call.path["workflow"], call.path["schedule"])


async def resume_schedule(call: Call) -> ShownSchedule:
    """Let a paused schedule go on from now; what it would have started meanwhile is not made up for."""
    return await call.service.schedules.resume_schedule(call.path["workflow"], call.path["schedule"])


async def run_schedule(call: Call) -> StartedExecution:
    """Start a run of a schedule now, beside those of its times; also while it is paused."""
    return await call.service.schedules.run_schedule(call.path["workflow"], call.path["schedule"])


OPERATIONS = (
    Operation(
        method="GET",
        path="/schedules",
        handler=get_schedules,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[ShownSchedule],
    ),
    Operation(
        method="GET",
        path=_OF_WORKFLOW,
        handler=get_schedules_by_workflow_id,
        scope=_READS,
        tag=TAG,
        answer=Page[ShownSchedule],
    ),
    Operation(method="GET", path=_ONE, handler=get_schedule, scope=_READS, tag=TAG, answer=ShownSchedule),
    Operation(
        method="GET",
        path=f"{_ONE}/preview",
        handler=preview_schedule,
        scope=_READS,
        tag=TAG,
        query=PreviewQuery,
        answer=SchedulePreview,
    ),
    Operation(
        method="POST", path=f"{_ONE}/pause", handler=pause_schedule, scope=_WRITES, tag=TAG, answer=ShownSchedule
    ),
    Operation(
        method="POST", path=f"{_ONE}/resume", handler=resume_schedule, scope=_WRITES, tag=TAG, answer=ShownSchedule
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/run",
        handler=run_schedule,
        scope=_WRITES,
        tag=TAG,
        answer=StartedExecution,
        status=HTTPStatus.ACCEPTED,
    ),
)
