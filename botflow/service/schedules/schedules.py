"""Schedules: what starts by itself, when, and what the last run did."""

from __future__ import annotations

from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.executions.execution_models import StartedExecution
from botflow.service.models import Page
from botflow.service.schedules.schedule_changes import ScheduleChanges
from botflow.service.schedules.schedule_models import SchedulePreview, ShownSchedule

_BY_WORKFLOW = "workflow"


class Schedules:
    """The schedules of the caller's organization. Each refuses what it does not know by `workflow.unknown` or
    `schedule.unknown` (404)."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._changes = ScheduleChanges(caller)

    async def get_schedules(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[ShownSchedule]:
        """Return a page of the schedules of all workflows that are not archived, by workflow and by schedule."""
        after = read_cursor(cursor, _BY_WORKFLOW, (str, str))
        place = (after[0], after[1]) if after is not None else None
        found = await self._engine.read(self._changes.listed, place, limit)
        return page_of(found, limit, _BY_WORKFLOW, lambda each: (each.workflow, each.schedule), _same)

    async def get_schedules_by_workflow_id(self, workflow: str) -> Page[ShownSchedule]:
        """Return the schedules of a workflow."""
        return Page(items=await self._engine.read(self._changes.of_workflow, workflow))

    async def get_schedule(self, workflow: str, schedule: str) -> ShownSchedule:
        """Return a schedule with its next and its last run."""
        return await self._engine.read(self._changes.one, workflow, schedule)

    async def preview_schedule(self, workflow: str, schedule: str, *, count: int = 5) -> SchedulePreview:
        """Return the next times of a schedule, also where the clocks change."""
        return await self._engine.read(self._changes.preview, workflow, schedule, count)

    async def pause_schedule(self, workflow: str, schedule: str) -> ShownSchedule:
        """Let a schedule start nothing until it is resumed, whatever is published meanwhile; the workflow's other
        triggers go on."""
        return await self._engine.write(self._changes.pause, workflow, schedule)

    async def resume_schedule(self, workflow: str, schedule: str) -> ShownSchedule:
        """Let a paused schedule go on from now; what it would have started meanwhile is not made up for."""
        return await self._engine.write(self._changes.resume, workflow, schedule)

    async def run_schedule(self, workflow: str, schedule: str) -> StartedExecution:
        """Start a run now, beside those of its times. RejectedInbound `workflow.inactive` (409)."""
        run = await self._engine.write(self._changes.run, workflow, schedule, self._runtime.tracing.context())
        self._runtime.hub.claimable()
        return StartedExecution.model_validate({"id": run.execution, "status": run.status})


def _same(shown: ShownSchedule) -> ShownSchedule:
    return shown
