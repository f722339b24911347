"""The rows of `schedules`, on the caller's connection: when each schedule trigger of an active version is due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, select, update

from botflow.storage.engines.dialects import upsert
from botflow.storage.runs.starts.targets import Target, find_targets
from botflow.storage.tables import schedules, workflows

Missed = Literal["skip", "once", "all"]
PLACE = (schedules.c.workflow_id, schedules.c.node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A version's schedule trigger: cron expression, time zone, and the policy for missed times."""

    workflow: int
    node: str
    cron: str
    zone: str
    missed: Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSchedule:
    """A row. `next_at` is None when the schedule will never be due."""

    schedule: Schedule
    next_at: datetime | None


def lock_active(connection: Connection) -> list[Target]:
    """Return the active workflows; none is published, paused or archived until the transaction ends."""
    active = select(workflows.c.id).where(workflows.c.status == "active").order_by(workflows.c.id)
    ids = list(connection.execute(active.with_for_update(read=True)).scalars())
    return find_targets(connection, ids)


def stored_schedules(connection: Connection) -> list[StoredSchedule]:
    """Return all rows in the order of their keys, locked."""
    rows = connection.execute(select(schedules).order_by(*PLACE).with_for_update())
    return [_stored(row) for row in rows]


def put_schedule(connection: Connection, schedule: Schedule, next_at: datetime | None) -> None:
    """Insert or update the row."""
    said = {"cron": schedule.cron, "zone": schedule.zone, "missed": schedule.missed, "next_at": next_at}
    row = upsert(connection, schedules).values(workflow_id=schedule.workflow, node=schedule.node, **said)
    connection.execute(row.on_conflict_do_update(index_elements=["workflow_id", "node"], set_=said))


def drop_schedule(connection: Connection, schedule: Schedule) -> None:
    connection.execute(
        delete(schedules).where(schedules.c.workflow_id == schedule.workflow, schedules.c.node == schedule.node)
    )


def due_schedules(connection: Connection, now: datetime, limit: int) -> list[StoredSchedule]:
    """Return due rows, the longest overdue first; they are locked, and other processes skip them."""
    due = select(schedules).where(schedules.c.next_at <= now).order_by(schedules.c.next_at).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True))
    return [_stored(row) for row in rows]


def move_schedule(connection: Connection, schedule: Schedule, last_at: datetime, next_at: datetime | None) -> None:
    connection.execute(
        update(schedules)
        .where(schedules.c.workflow_id == schedule.workflow, schedules.c.node == schedule.node)
        .values(last_at=last_at, next_at=next_at)
    )


def _stored(row: Row[Any]) -> StoredSchedule:
    schedule = Schedule(workflow=row.workflow_id, node=row.node, cron=row.cron, zone=row.zone, missed=row.missed)
    return StoredSchedule(schedule=schedule, next_at=row.next_at)
