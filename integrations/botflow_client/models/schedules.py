"""Answers: schedules. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSchedule:
    """A schedule trigger of a workflow's active version; `schedule` is the trigger's id. `out_of_service` says that
    its workflow is not active. `nextAt` is null while it starts nothing.
    """

    workflow: str
    schedule: str
    cron: str
    time_zone: str
    missed: Literal["skip", "once", "all"]
    status: Literal["active", "paused", "out_of_service"]
    next_at: datetime | None
    paused_at: datetime | None
    paused_by: str | None
    last_run: ScheduledRun | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfShownSchedule:
    """PageOfShownSchedule."""

    items: list[ShownSchedule]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePreview:
    """When a schedule is due next. While it is paused, or its workflow is out of service, it starts nothing then."""

    workflow: str
    schedule: str
    cron: str
    time_zone: str
    times: list[PlannedRun]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledRun:
    """The run that a schedule started last: for which moment, and what it did. `status` is null when the execution
    was deleted, for its age.
    """

    execution_id: str
    scheduled_at: datetime
    status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"] | None
    started_at: datetime | None
    ended_at: datetime | None
    error: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A time at which a schedule is due: `at` in UTC, `local` by the clocks of its time zone."""

    at: datetime
    local: str
