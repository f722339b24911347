"""Schedules: keeps a row for each schedule trigger of an active version, and starts due ones, once.

Any number of processes may do both at once: due rows are locked and skipped by others, a start and the row's next
moment are written in one transaction, and the moment is the run's key. Only the database's clock decides what is due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from botflow.runtime.process.tick import Step
from botflow.runtime.runs.schedules.cron_times import moments_between, next_moment
from botflow.runtime.runs.schedules.start import schedules_of, start_scheduled
from botflow.runtime.served_flows import Flows
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.schedule_states import paused_schedules
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
from botflow.storage.runs.starts.start import StartedRun
from botflow.storage.runs.starts.targets import Target, find_targets

ON_TIME = timedelta(seconds=60)  # a moment this late was not missed
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
    """Add, change and drop rows: an unchanged row keeps its next moment. A new or changed one counts from when its
    version came into force; one that missed moments before that stays until these are made up for. A paused one has no
    next moment."""
    now = clock_time(connection)
    targets = lock_active(connection)
    stored = {(row.schedule.workflow, row.schedule.node): row for row in stored_schedules(connection)}
    paused = paused_schedules(connection)
    for target in targets:
        since = target.since or now
        for schedule in schedules_of(target):
            row = stored.pop((schedule.workflow, schedule.node), None)
            if row is None or (row.schedule != schedule and not former_moments(row, schedule, since, now)):
                is_paused = (schedule.workflow, schedule.node) in paused
                next_at = None if is_paused else next_moment(schedule.cron, schedule.zone, since)
                put_schedule(connection, schedule, next_at)
    for row in stored.values():
        drop_schedule(connection, row.schedule)


def start_due_schedules(connection: Connection) -> tuple[list[StartedRun], bool]:
    """Start the schedules that are due now; return the runs, and whether there may be more to start."""
    now = clock_time(connection)
    due = due_schedules(connection, now, LIMIT)
    targets = {target.workflow: target for target in find_targets(connection, [row.schedule.workflow for row in due])}
    runs: list[StartedRun] = []
    has_more = len(due) == LIMIT
    for row in due:
        target = targets.get(row.schedule.workflow)
        present = _present(row.schedule, target)
        if target is None or present is None:
            drop_schedule(connection, row.schedule)  # just taken out of service, or without this trigger
            continue
        is_former = present != row.schedule
        since = target.since or now
        wanted = former_moments(row, present, since, now) if is_former else moments_to_start(row, now)
        moments, later = wanted[:AT_ONCE], wanted[AT_ONCE:]
        runs += [start_scheduled(connection, target, present, moment) for moment in moments]
        has_more = has_more or bool(later)
        if later:
            move_schedule(connection, row.schedule, moments[-1], later[0])
        elif is_former:
            put_schedule(connection, present, next_moment(present.cron, present.zone, since))
        else:
            next_at = next_moment(present.cron, present.zone, now)
            move_schedule(connection, present, moments[-1] if moments else now, next_at)
            if not moments and _passed(row.schedule, row.next_at, now, 1):
                _log.warning("schedule_missed", workflow=target.slug, node=present.node, due=str(row.next_at))
    return runs, has_more


def _present(stored: Schedule, target: Target | None) -> Schedule | None:
    """Return what the trigger of a row says now; None without an active workflow or without the trigger."""
    found = schedules_of(target) if target is not None else ()
    return next((schedule for schedule in found if schedule.node == stored.node), None)


def moments_to_start(row: StoredSchedule, now: datetime) -> list[datetime]:
    """Return the moments of a due schedule for which runs start, oldest first: those on time, and the missed ones that
    its policy allows, at most the newest hundred, however long no process ran."""
    moments = _passed(row.schedule, row.next_at, now)
    on_time = [moment for moment in moments if moment >= now - ON_TIME]
    missed = moments[: len(moments) - len(on_time)]
    return [*_made_up_for(missed, row.schedule.missed), *on_time]


def former_moments(row: StoredSchedule, present: Schedule, since: datetime, now: datetime) -> list[datetime]:
    """Return the moments that a row missed before `since`, when its trigger was changed to `present`, whose policy
    counts: `once` is once for the outage, so a moment that `present` has missed too comes instead."""
    if present.missed == "skip":
        return []
    if present.missed == "once":
        coming = next_moment(present.cron, present.zone, since)
        if coming is not None and coming < now - ON_TIME:
            return []
    return list(_made_up_for(_passed(row.schedule, row.next_at, min(since, now - ON_TIME)), present.missed))


def _passed(schedule: Schedule, due: datetime | None, last: datetime, most: int = MOST_MISSED) -> list[datetime]:
    """Return the moments from `due` to `last`, the newest `most`; `due` None is a schedule without any."""
    return moments_between(schedule.cron, schedule.zone, due, last, most) if due is not None and due <= last else []


def _made_up_for(missed: Sequence[datetime], policy: Missed) -> Sequence[datetime]:
    match policy:
        case "all":
            return missed
        case "once":
            return missed[-1:]
        case "skip":
            return ()
