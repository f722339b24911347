"""Schedules in a transaction of the caller's: a server's, or a command's. The workflow's document declares them; what
is paused, and what ran last, is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.runs import StartedRun
from botflow.runtime.runs.schedules.cron_times import moments_after, next_moment
from botflow.runtime.runs.schedules.start import schedules_of, start_scheduled
from botflow.runtime.runs.starts.validation import active_target
from botflow.service.declared_triggers import Place, page_of_declared
from botflow.service.schedules.schedule_models import PlannedRun, SchedulePreview, ShownSchedule, shown_schedule
from botflow.storage.engines.dialects import clock_time
from botflow.storage.runs.schedule_states import lock_workflow, pause_schedule, resume_schedule, states_of
from botflow.storage.runs.schedules import Schedule
from botflow.storage.runs.starts.targets import Target, find_target
from botflow.storage.service.audit_log import record_change


class ScheduleChanges:
    """The schedules of the caller's organization."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller

    def listed(self, connection: Connection, after: Place | None, limit: int) -> list[ShownSchedule]:
        """Return at most `limit` + 1 schedules after this one, in the order of workflows and of schedules."""
        return page_of_declared(
            connection,
            "schedule",
            self._caller.organization,
            after,
            limit,
            lambda targets: self._shown(connection, targets),
            lambda each: (each.workflow, each.schedule),
        )

    def of_workflow(self, connection: Connection, workflow: str) -> list[ShownSchedule]:
        """Return the schedules of one workflow. RejectedInbound `workflow.unknown` (404)."""
        return self._shown(connection, [self._target(connection, workflow)])

    def one(self, connection: Connection, workflow: str, node: str) -> ShownSchedule:
        """Return a schedule. RejectedInbound `workflow.unknown`, `schedule.unknown` (404)."""
        target = self._target(connection, workflow)
        schedule = self._find(target, node)
        return self._shown_one(connection, target, schedule, clock_time(connection))

    def preview(self, connection: Connection, workflow: str, node: str, count: int) -> SchedulePreview:
        """Return the next `count` times, by the rules that the scheduler follows."""
        schedule = self._find(self._target(connection, workflow), node)
        moments = islice(moments_after(schedule.cron, schedule.zone, clock_time(connection)), count)
        return SchedulePreview(
            workflow=workflow,
            schedule=node,
            cron=schedule.cron,
            time_zone=schedule.zone,
            times=[PlannedRun(at=moment.astimezone(UTC), local=moment.isoformat()) for moment in moments],
        )

    def pause(self, connection: Connection, workflow: str, node: str) -> ShownSchedule:
        """Let a schedule start nothing until it is resumed, whatever is published meanwhile. Repeated, it changes
        nothing."""
        lock_workflow(connection, self._caller.organization, workflow)
        target = self._target(connection, workflow)
        schedule = self._find(target, node)
        if pause_schedule(connection, schedule, self._caller.actor):
            record_change(connection, self._caller, "schedule.paused", _subject(workflow, node))
        return self._shown_one(connection, target, schedule, clock_time(connection))

    def resume(self, connection: Connection, workflow: str, node: str) -> ShownSchedule:
        """Let a paused schedule go on from now: the moments that passed are not made up for."""
        lock_workflow(connection, self._caller.organization, workflow)
        target = self._target(connection, workflow)
        schedule = self._find(target, node)
        now = clock_time(connection)
        if resume_schedule(connection, schedule, next_moment(schedule.cron, schedule.zone, now)):
            record_change(connection, self._caller, "schedule.resumed", _subject(workflow, node))
        return self._shown_one(connection, target, schedule, now)

    def run(self, connection: Connection, workflow: str, node: str, trace: str = "") -> StartedRun:
        """Start a run now, also of a paused schedule; its next moment stays. `trace` is the context of the caller's
        trace. RejectedInbound `workflow.inactive` (409) besides those of `one`."""
        self._find(self._target(connection, workflow), node)
        target = active_target(connection, workflow, None, self._caller.organization)
        now = clock_time(connection).replace(microsecond=0)
        run = start_scheduled(connection, target, self._find(target, node), now, by_hand=True, trace=trace)
        record_change(
            connection, self._caller, "schedule.run", _subject(workflow, node), after={"execution": run.execution}
        )
        return run

    def _target(self, connection: Connection, workflow: str) -> Target:
        is_storable = workflow.isprintable()  # no database accepts a NUL
        target = find_target(connection, workflow, None, self._caller.organization) if is_storable else None
        if target is None:
            raise RejectedInbound(
                f"there is no workflow {workflow[:64]!r}",
                code="workflow.unknown",
                hint="list them with GET /api/v1/workflows",
                status=404,
            )
        return target

    def _find(self, target: Target, node: str) -> Schedule:
        for schedule in _declared(target):
            if schedule.node == node:
                return schedule
        raise RejectedInbound(
            f"the active version of {target.slug!r} has no schedule {node[:64]!r}",
            code="schedule.unknown",
            hint="GET /api/v1/schedules and `botflow schedules` list those that there are",
            status=404,
        )

    def _shown(self, connection: Connection, targets: Sequence[Target]) -> list[ShownSchedule]:
        states = states_of(connection, [target.workflow for target in targets])
        now = clock_time(connection)
        return [
            shown_schedule(target, each, states.get((each.workflow, each.node)), _coming(each, now))
            for target in targets
            for each in sorted(_declared(target), key=lambda schedule: schedule.node)
        ]

    def _shown_one(self, connection: Connection, target: Target, schedule: Schedule, now: datetime) -> ShownSchedule:
        state = states_of(connection, [target.workflow]).get((schedule.workflow, schedule.node))
        return shown_schedule(target, schedule, state, _coming(schedule, now))


def _declared(target: Target) -> Sequence[Schedule]:
    return schedules_of(target) if target.version is not None else ()


def _coming(schedule: Schedule, now: datetime) -> datetime | None:
    moment = next_moment(schedule.cron, schedule.zone, now)
    return moment.astimezone(UTC) if moment is not None else None


def _subject(workflow: str, node: str) -> str:
    return f"schedule:{workflow}:{node}"
