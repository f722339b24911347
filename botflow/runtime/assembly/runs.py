"""Runs: their start, their effects, their schedules, and the sessions that publications move."""

from __future__ import annotations

from dataclasses import dataclass

from botflow.runtime.assembly.base import Base
from botflow.runtime.publications.mover import PublicationMover
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.schedules import Schedules
from botflow.runtime.runs.triggers import Triggers


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The parts that start, change and follow executions."""

    triggers: Triggers
    executions: Executions
    carrier: Carrier
    schedules: Schedules
    mover: PublicationMover


def runs_of(base: Base) -> Runs:
    database, wake = base.database, base.hub.claimable
    triggers = Triggers(database.engine, wake, base.channels, base.tracing)
    return Runs(
        triggers=triggers,
        executions=Executions(
            store=database.executions,
            engine=database.engine,
            artifacts=database.artifacts,
            triggers=triggers,
            flows=base.flows,
            hub=base.hub,
            ended=base.measurements.turns.ended,
        ),
        carrier=Carrier(
            store=database.effects,
            engine=database.engine,
            flows=base.flows,
            node_types=base.node_types,
            wake=wake,
            timing=base.options.timing,
        ),
        schedules=Schedules(database.engine, base.flows, wake),
        mover=PublicationMover(database.engine, base.flows, base.node_types, base.clock, wake),
    )
