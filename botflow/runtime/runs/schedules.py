"""Schedules: keeps a row for each schedule trigger of an active version, and starts due ones, once.

Any number of processes may do both at once: due rows are locked and skipped by others, a start and the row's next
moment are written in one transaction, and the moment is the run's key. Only the database's clock decides what is due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from botflow.nodes.triggers.runs import ScheduleProperties
from botflow.runtime.process.tick import Step
from botflow.runtime.runs.cron_times import moments_between, next_moment
from botflow.runtime.runs.start_plan import plan_of
from botflow.runtime.served_flows import Flows
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.schedules import (
    Missed,
    Schedule,
    StoredSchedule,
    drop_schedule,
    due_schedules,
    lock_active,
    move_schedule,
    put_schedule,
    stored_schedules,
)
from botflow.storage.runs.start import RunStart, StartedRun, start_run
from botflow.storage.runs.start_targets import Target, find_targets

ON_TIME = timedelta(seconds=60)  # a moment this late was not missed
FURTHEST_BACK = timedelta(days=7)
MOST_MISSED = 100  # of one schedule, the newest
AT_ONCE = 20  # starts of one schedule in one transaction
LIMIT = 50
SYNC_S = 60

_log = structlog.get_logger("botflow.schedules")


class Schedules:
    """The tick's steps around schedules; `wake` says that there is something to claim."""

    def __init__(self, engine: Engine, flows: Flows, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._wake = wake
        self._flows = flows
        self._synced: object = None

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(name="sync_schedules", run=self.sync, is_due=lambda seen: True),
            Step(name="start_schedules", run=self.start_due, is_due=lambda seen: seen.schedules),
        )

    async def sync(self) -> bool:
        """Update the rows from the active versions: when these have changed since the last call, and once a minute,
        since a workflow that was paused and active again within a second looks unchanged."""
        seen = (time.monotonic() // SYNC_S, [(live.slug, live.version) for live in self._flows.all()])
        if seen != self._synced:
            await self._engine.write(sync_schedules)
            self._synced = seen
        return False

    async def start_due(self) -> bool:
        """Start due schedules; True when there may be more."""
        runs, has_more = await self._engine.write(start_due_schedules)
        if runs:
            self._wake()
        return has_more


def sync_schedules(connection: Connection) -> None:
    """Add, change and drop rows: an unchanged row keeps its next moment, a new one counts from now."""
    now = clock_time(connection)
    wanted = [schedule for target in lock_active(connection) for schedule in schedules_of(target)]
    stored = {(row.schedule.workflow, row.schedule.node): row.schedule for row in stored_schedules(connection)}
    for schedule in wanted:
        if stored.pop((schedule.workflow, schedule.node), None) != schedule:
            put_schedule(connection, schedule, next_moment(schedule.cron, schedule.zone, now))
    for schedule in stored.values():
        drop_schedule(connection, schedule)


def start_due_schedules(connection: Connection) -> tuple[list[StartedRun], bool]:
    """Start the schedules that are due now; return the runs, and whether there may be more to start."""
    now = clock_time(connection)
    due = due_schedules(connection, now, LIMIT)
    targets = {target.workflow: target for target in find_targets(connection, [row.schedule.workflow for row in due])}
    runs: list[StartedRun] = []
    has_more = len(due) == LIMIT
    for row in due:
        target = targets.get(row.schedule.workflow)
        if target is None or row.schedule not in schedules_of(target):
            drop_schedule(connection, row.schedule)  # just paused or changed: `sync` makes the right row
            continue
        wanted = moments_to_start(row, now)
        moments, later = wanted[:AT_ONCE], wanted[AT_ONCE:]
        runs += [_start(connection, target, row.schedule, moment) for moment in moments]
        next_at = later[0] if later else next_moment(row.schedule.cron, row.schedule.zone, now)
        move_schedule(connection, row.schedule, moments[-1] if moments else now, next_at)
        has_more = has_more or bool(later)
        if not moments:
            _log.warning("schedule_missed", workflow=target.slug, node=row.schedule.node, due=str(row.next_at))
    return runs, has_more


def moments_to_start(row: StoredSchedule, now: datetime) -> list[datetime]:
    """Return the moments of a due schedule for which runs start, oldest first: those on time, and the missed ones that
    its policy allows, at most the newest hundred of a week."""
    schedule = row.schedule
    assert row.next_at is not None
    first = max(row.next_at, now - FURTHEST_BACK)
    moments = moments_between(schedule.cron, schedule.zone, first, now, MOST_MISSED)
    on_time = [moment for moment in moments if moment >= now - ON_TIME]
    missed = moments[: len(moments) - len(on_time)]
    return [*_made_up_for(missed, schedule.missed), *on_time]


def schedules_of(target: Target) -> Sequence[Schedule]:
    plan = plan_of(target.slug, target.documents)
    return [
        Schedule(
            workflow=target.workflow,
            node=node,
            cron=properties.cron,
            zone=properties.time_zone or plan.time_zone,
            missed=properties.missed,
        )
        for node, properties in plan.of(ScheduleProperties)
    ]


def _made_up_for(missed: Sequence[datetime], policy: Missed) -> Sequence[datetime]:
    match policy:
        case "all":
            return missed
        case "once":
            return missed[-1:]
        case "skip":
            return ()


def _start(connection: Connection, target: Target, schedule: Schedule, moment: datetime) -> StartedRun:
    assert target.version is not None
    at = moment.astimezone(UTC).isoformat()
    given = next(_inputs(target, schedule.node))
    return start_run(
        connection,
        RunStart(
            workflow=target.workflow,
            flow_version=target.version,
            trigger="schedule",
            input={"scheduledAt": at} if given is None else given,
            parameters={"name": schedule.node, "start": schedule.node, "scheduledAt": at},
            key=f"schedule:{schedule.node}:{at}",
            metadata={"scheduledAt": at},
        ),
    )


def _inputs(target: Target, node: str) -> Iterator[object]:
    """Yield the input that the trigger itself names."""
    plan = plan_of(target.slug, target.documents)
    yield from (properties.input for name, properties in plan.of(ScheduleProperties) if name == node)
