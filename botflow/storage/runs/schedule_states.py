"""What is known of schedules beside their documents: which are paused, when each is due, and the last run of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, select, update

from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.runs.schedules import Schedule
from botflow.storage.tables import executions, schedule_states, schedules, workflows

KEY = ["workflow_id", "node"]
Place = tuple[int, str]  # workflow, node


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """`is_kept`: the scheduler has a row for it, in which `next_at` is None while there is no next moment. Of the last
    run, `status` and what follows are None when its execution was deleted."""

    is_kept: bool
    next_at: datetime | None
    paused_at: datetime | None
    paused_by: str | None
    last_at: datetime | None
    last_execution: UUID | None
    status: str | None
    started_at: datetime | None
    ended_at: datetime | None
    error: Any


def paused_schedules(connection: Connection) -> set[Place]:
    """Return those that are paused, of all organizations: the scheduler works for them all."""
    paused = select(schedule_states.c.workflow_id, schedule_states.c.node)
    rows = connection.execute(paused.where(schedule_states.c.paused_at.is_not(None)))
    return {(row.workflow_id, row.node) for row in rows}


def note_start(connection: Connection, schedule: Schedule, moment: datetime, execution: str) -> None:
    """Store what was started last."""
    last = {"last_at": moment, "last_execution": UUID(execution)}
    row = upsert(connection, schedule_states).values(workflow_id=schedule.workflow, node=schedule.node, **last)
    connection.execute(row.on_conflict_do_update(index_elements=KEY, set_=last))


def lock_workflow(connection: Connection, organization: int, slug: str) -> None:
    """Let no process update the workflow's schedules until the transaction ends."""
    mine = (workflows.c.organization_id == organization, workflows.c.slug == slug)
    connection.execute(select(workflows.c.id).where(*mine).with_for_update(key_share=True))


def pause_schedule(connection: Connection, schedule: Schedule, who: str) -> bool:
    """Take the schedule's next moment away; False when it was paused already. The workflow is locked."""
    _lock_row(connection, schedule)
    place = {"workflow_id": schedule.workflow, "node": schedule.node}
    connection.execute(upsert(connection, schedule_states).values(**place).on_conflict_do_nothing())
    is_running = and_(_is(schedule_states, schedule), schedule_states.c.paused_at.is_(None))
    paused = {"paused_at": clock_time(connection), "paused_by": who}
    if not connection.execute(update(schedule_states).where(is_running).values(**paused)).rowcount:
        return False
    connection.execute(update(schedules).where(_is(schedules, schedule)).values(next_at=None))
    return True


def resume_schedule(connection: Connection, schedule: Schedule, next_at: datetime | None) -> bool:
    """Let the schedule be due at `next_at`, if the scheduler has a row of it; False when it was not paused. The
    workflow is locked."""
    _lock_row(connection, schedule)
    is_paused = and_(_is(schedule_states, schedule), schedule_states.c.paused_at.is_not(None))
    resumed = {"paused_at": None, "paused_by": None}
    if not connection.execute(update(schedule_states).where(is_paused).values(**resumed)).rowcount:
        return False
    connection.execute(update(schedules).where(_is(schedules, schedule)).values(next_at=next_at))
    return True


def states_of(connection: Connection, workflow_numbers: Sequence[int]) -> dict[Place, ScheduleState]:
    """Return what is known of the schedules of these workflows, which the caller has checked."""
    of = executions.c
    last = (
        schedule_states.c.last_at,
        schedule_states.c.last_execution,
        of.status,
        of.started_at,
        of.ended_at,
        of.error,
    )
    known = (
        select(schedule_states.c.workflow_id, schedule_states.c.node, schedule_states.c.paused_at)
        .add_columns(schedule_states.c.paused_by, *last)
        .outerjoin(executions, executions.c.id == schedule_states.c.last_execution)
        .where(schedule_states.c.workflow_id.in_(workflow_numbers))
    )
    kept = select(schedules.c.workflow_id, schedules.c.node, schedules.c.next_at)
    next_at = {
        (row.workflow_id, row.node): row.next_at
        for row in connection.execute(kept.where(schedules.c.workflow_id.in_(workflow_numbers)))
    }
    states = {(row.workflow_id, row.node): row for row in connection.execute(known)}
    return {place: _state(place, next_at, states.get(place)) for place in {*next_at, *states}}


def _lock_row(connection: Connection, schedule: Schedule) -> None:
    """Lock the scheduler's row before the state, as a start does; else both would wait for each other."""
    connection.execute(select(schedules.c.node).where(_is(schedules, schedule)).with_for_update())


def _is(table: Any, schedule: Schedule) -> Any:
    return and_(table.c.workflow_id == schedule.workflow, table.c.node == schedule.node)


def _state(place: Place, next_at: dict[Place, datetime | None], row: Row[Any] | None) -> ScheduleState:
    return ScheduleState(
        is_kept=place in next_at,
        next_at=next_at.get(place),
        paused_at=row.paused_at if row else None,
        paused_by=row.paused_by if row else None,
        last_at=row.last_at if row else None,
        last_execution=row.last_execution if row else None,
        status=row.status if row else None,
        started_at=row.started_at if row else None,
        ended_at=row.ended_at if row else None,
        error=row.error if row else None,
    )
