"""Schedules. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.executions import StartedExecution
from botflow_client.models.schedules import PageOfShownSchedule, SchedulePreview, ShownSchedule
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class SchedulesCalls(Caller):
    """Schedules."""

    def get_schedules(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[ShownSchedule]:
        """List the schedules of all workflows, with the next and the last run of each. It needs the scope
        `executions:read`.
        """
        return self._list(ShownSchedule, "/api/v1/schedules", {"cursor": cursor, "limit": limit})

    def get_schedules_by_workflow_id(self, workflow: str | int) -> PageOfShownSchedule:
        """List the schedules of a workflow. It needs the scope `executions:read`."""
        return self._call(PageOfShownSchedule, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/schedules"))

    def get_schedule(self, workflow: str | int, schedule: str | int) -> ShownSchedule:
        """Read a schedule: when it is due next, and what its last run did. It needs the scope `executions:read`."""
        return self._call(
            ShownSchedule, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}")
        )

    def preview_schedule(
        self, workflow: str | int, schedule: str | int, *, count: int | None = None
    ) -> SchedulePreview:
        """List the next times of a schedule, by the clocks of its time zone. It needs the scope `executions:read`."""
        return self._call(
            SchedulePreview,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/preview",
                query={"count": count},
            ),
        )

    def pause_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> ShownSchedule:
        """Let a schedule start nothing until it is resumed, whatever is published meanwhile. It needs the scope
        `executions:write`.
        """
        return self._call(
            ShownSchedule,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/pause",
                idempotency_key=idempotency_key,
            ),
        )

    def resume_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> ShownSchedule:
        """Let a paused schedule go on from now; what it would have started meanwhile is not made up for. It needs
        the scope `executions:write`.
        """
        return self._call(
            ShownSchedule,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/resume",
                idempotency_key=idempotency_key,
            ),
        )

    def run_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> StartedExecution:
        """Start a run of a schedule now, beside those of its times; also while it is paused. It needs the scope
        `executions:write`.
        """
        return self._call(
            StartedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/run",
                idempotency_key=idempotency_key,
            ),
        )


class AsyncSchedulesCalls(AsyncCaller):
    """Schedules."""

    def get_schedules(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[ShownSchedule]:
        """List the schedules of all workflows, with the next and the last run of each. It needs the scope
        `executions:read`.
        """
        return self._list(ShownSchedule, "/api/v1/schedules", {"cursor": cursor, "limit": limit})

    async def get_schedules_by_workflow_id(self, workflow: str | int) -> PageOfShownSchedule:
        """List the schedules of a workflow. It needs the scope `executions:read`."""
        return await self._call(
            PageOfShownSchedule, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/schedules")
        )

    async def get_schedule(self, workflow: str | int, schedule: str | int) -> ShownSchedule:
        """Read a schedule: when it is due next, and what its last run did. It needs the scope `executions:read`."""
        return await self._call(
            ShownSchedule, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}")
        )

    async def preview_schedule(
        self, workflow: str | int, schedule: str | int, *, count: int | None = None
    ) -> SchedulePreview:
        """List the next times of a schedule, by the clocks of its time zone. It needs the scope `executions:read`."""
        return await self._call(
            SchedulePreview,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/preview",
                query={"count": count},
            ),
        )

    async def pause_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> ShownSchedule:
        """Let a schedule start nothing until it is resumed, whatever is published meanwhile. It needs the scope
        `executions:write`.
        """
        return await self._call(
            ShownSchedule,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/pause",
                idempotency_key=idempotency_key,
            ),
        )

    async def resume_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> ShownSchedule:
        """Let a paused schedule go on from now; what it would have started meanwhile is not made up for. It needs
        the scope `executions:write`.
        """
        return await self._call(
            ShownSchedule,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/resume",
                idempotency_key=idempotency_key,
            ),
        )

    async def run_schedule(
        self, workflow: str | int, schedule: str | int, *, idempotency_key: str | None = None
    ) -> StartedExecution:
        """Start a run of a schedule now, beside those of its times; also while it is paused. It needs the scope
        `executions:write`.
        """
        return await self._call(
            StartedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/schedules/{segment(schedule)}/run",
                idempotency_key=idempotency_key,
            ),
        )
