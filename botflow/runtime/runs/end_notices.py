"""Telling of the end of an execution: the runs of its own workflow's triggers that hear of it (`trigger.ended`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from botflow.engine.inbound import RUN, Inbound
from botflow.engine.node_type import Starts
from botflow.engine.session import Parent
from botflow.engine.turn import NodeTypes
from botflow.flow.graph import Flow
from botflow.nodes.triggers.ended import ENDED
from botflow.records.runs import EndedExecution, RunStart, StoredEffect

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def end_notices(effect: StoredEffect, ended: EndedExecution, flow: Flow, node_types: NodeTypes) -> list[RunStart]:
    """Return a start for each trigger of the version in which the execution has ended that hears of such an end. Their
    keys name the end: an execution that is retried ends again."""
    parameters = {"trigger": ENDED, "input": ended.told}
    heard = Inbound(kind="trigger", key=ENDED, received_at=_ANY_TIME, seed=0, channel=RUN, parameters=parameters)
    return [
        RunStart(
            workflow=effect.workflow,
            flow_version=ended.version,
            trigger=ENDED,
            input=ended.told,
            parameters={"start": node.id},
            key=f"{ENDED}:{effect.name}:{node.id}",
            parent=Parent(session=effect.session, group="", branch=node.id),
            trace=effect.trace,
        )
        for node in flow.triggers
        if cast(Starts, node_types[node.type]).starts(node.properties, heard)
    ]
