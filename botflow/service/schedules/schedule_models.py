"""Schedules as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import JsonValue

from botflow.records.runs import ExecutionStatus
from botflow.service.models import Shown
from botflow.storage.runs.schedule_states import ScheduleState
from botflow.storage.runs.schedules import Missed, Schedule
from botflow.storage.runs.starts.targets import Target

ScheduleStatus = Literal["active", "paused", "out_of_service"]


class ScheduledRun(Shown):
    """The run that a schedule started last: for which moment, and what it did. `status` is null when the execution was
    deleted, for its age."""

    execution_id: str
    scheduled_at: datetime
    status: ExecutionStatus | None
    started_at: datetime | None
    ended_at: datetime | None
    error: dict[str, JsonValue] | None


class ShownSchedule(Shown):
    """A schedule trigger of a workflow's active version; `schedule` is the trigger's id. `out_of_service` says that its
    workflow is not active. `nextAt` is null while it starts nothing."""

    workflow: str
    schedule: str
    cron: str
    time_zone: str
    missed: Missed
    status: ScheduleStatus
    next_at: datetime | None
    paused_at: datetime | None
    paused_by: str | None
    last_run: ScheduledRun | None


class PlannedRun(Shown):
    """A time at which a schedule is due: `at` in UTC, `local` by the clocks of its time zone."""

    at: datetime
    local: str


class SchedulePreview(Shown):
    """When a schedule is due next. While it is paused, or its workflow is out of service, it starts nothing then."""

    workflow: str
    schedule: str
    cron: str
    time_zone: str
    times: list[PlannedRun]


def shown_schedule(
    target: Target, schedule: Schedule, state: ScheduleState | None, coming: datetime | None
) -> ShownSchedule:
    """Return a schedule as it is shown; `coming` is its next moment where the scheduler has not seen it yet."""
    is_paused = state is not None and state.paused_at is not None
    is_active = target.status == "active"
    next_at = state.next_at if state is not None and state.is_kept else coming
    return ShownSchedule(
        workflow=target.slug,
        schedule=schedule.node,
        cron=schedule.cron,
        time_zone=schedule.zone,
        missed=schedule.missed,
        status="paused" if is_paused else "active" if is_active else "out_of_service",
        next_at=next_at if is_active and not is_paused else None,
        paused_at=state.paused_at if state else None,
        paused_by=state.paused_by if state else None,
        last_run=_last_run(state) if state else None,
    )


def _last_run(state: ScheduleState) -> ScheduledRun | None:
    if state.last_execution is None or state.last_at is None:
        return None
    return ScheduledRun(
        execution_id=str(state.last_execution),
        scheduled_at=state.last_at,
        status=_status(state.status),
        started_at=state.started_at,
        ended_at=state.ended_at,
        error=state.error,
    )


def _status(status: Any) -> ExecutionStatus | None:
    return status  # type: ignore[no-any-return]  # the column has no other values
