"""The schedules that a version declares, and the start of a run for one of their moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from botflow.nodes.triggers.runs import ScheduleProperties
from botflow.records.runs import RunStart, StartedRun
from botflow.runtime.runs.starts.canary import begun_in
from botflow.runtime.runs.starts.plan import plan_of
from botflow.storage.runs.schedule_states import note_start
from botflow.storage.runs.schedules import Schedule
from botflow.storage.runs.starts.start import start_run
from botflow.storage.runs.starts.targets import Target


def schedules_of(target: Target) -> Sequence[Schedule]:
    """Return the schedules of a workflow's version, in the order of its document."""
    if target.version is None:  # it was never published
        return []
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


def start_scheduled(
    connection: Connection,
    target: Target,
    schedule: Schedule,
    moment: datetime,
    *,
    by_hand: bool = False,
    trace: str = "",
) -> StartedRun:
    """Start the run of a moment, once; `by_hand` is a run of its own, which no moment starts again. `trace` is the
    context of the trace that it belongs to."""
    at = moment.astimezone(UTC).isoformat()
    key = "" if by_hand else f"schedule:{schedule.node}:{at}"
    target = begun_in(
        connection, target, key, lambda tried: any(node == schedule.node for node, _ in tried.of(ScheduleProperties))
    )
    assert target.version is not None
    given = next(_inputs(target, schedule.node))
    run = start_run(
        connection,
        RunStart(
            workflow=target.workflow,
            flow_version=target.version,
            trigger="schedule",
            input={"scheduledAt": at} if given is None else given,
            parameters={"name": schedule.node, "start": schedule.node, "scheduledAt": at},
            key=key,
            metadata={"scheduledAt": at},
            trace=trace,
        ),
    )
    note_start(connection, schedule, moment, run.execution)
    return run


def _inputs(target: Target, node: str) -> Iterator[object]:
    """Yield the input that the trigger itself names."""
    plan = plan_of(target.slug, target.documents)
    yield from (properties.input for name, properties in plan.of(ScheduleProperties) if name == node)
