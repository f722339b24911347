"""Emitting an event, which starts every workflow that listens for it. Start reading with `emit`.

As in `start.py`, all of it happens in the caller's transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from botflow.engine.inbound import Inbound
from botflow.errors import FlowError
from botflow.nodes.triggers.runs import EventProperties, EventTrigger
from botflow.records.runs import RunStart, StartedRun
from botflow.runtime.runs.starts.canary import begun_in
from botflow.runtime.runs.starts.plan import Plan, plan_of
from botflow.runtime.runs.starts.start import TriggeredExecution
from botflow.runtime.runs.starts.validation import (
    botflows_tables,
    check_key,
    check_transaction,
    no_start,
    plain_input,
    same_input,
)
from botflow.storage.runs.starts.start import start_run
from botflow.storage.runs.starts.targets import Target, mentioning

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event. With a `key` it starts each listening workflow once, however often it is emitted. Only workflows of the
    `organization` hear it; None is this process, which all hear. `trace` is the context of the trace that the runs
    belong to."""

    name: str
    organization: int | None = None
    payload: Any = None
    key: str = ""
    trace: str = ""


def emit_with(connection: Connection, event: Event) -> list[TriggeredExecution]:
    """Emit an event on a connection that is not botflow's own."""
    check_transaction(connection)
    runs = emit(connection, event)
    return [TriggeredExecution(run.execution, run.status) for run in runs]


def emit(connection: Connection, event: Event) -> list[StartedRun]:
    """Start every active workflow with a trigger.event for this one, each once."""
    given = plain_input(event.payload)
    check_key(event.key)
    if not event.name or len(event.name) > 128 or not event.name.isprintable():
        raise no_start(
            "an event's name has 1 to 128 characters, none of them a control character",
            "event.name",
            "for example contact.created",
        )
    with botflows_tables():
        listening = listeners(connection, event.name, given, event.organization)
        return [_start_listener(connection, target, node, event, given) for target, node in listening]


def listeners(
    connection: Connection, name: str, payload: Any, organization: int | None = None
) -> list[tuple[Target, str]]:
    """Return the active workflows that listen to the event, each with the node that does, from what is published."""
    return [
        (target, node)
        for target in mentioning(connection, name, organization)
        if (node := _listening_node(plan_of(target.slug, target.documents), name, payload))
    ]


def _listening_node(plan: Plan, name: str, payload: Any) -> str:
    """Return the id of the plan's first trigger.event that accepts the event, "" when there is none."""
    heard = Inbound(
        kind="trigger", key="", received_at=_ANY_TIME, seed=0, channel="", parameters=_event_parameters(name, payload)
    )
    for node, properties in plan.of(EventProperties):
        try:
            takes = EventTrigger().starts(properties, heard)
        except FlowError:  # its condition fails: the run reports it
            takes = True
        if takes:
            return node
    return ""


def _start_listener(connection: Connection, target: Target, node: str, event: Event, given: Any) -> StartedRun:
    key = f"event:{event.name}:{event.key}" if event.key else ""
    heard = begun_in(
        *(connection, target, key or secrets.token_hex(8)),
        lambda tried: bool(_listening_node(tried, event.name, given)),
    )
    if heard is not target:
        target, node = heard, _listening_node(plan_of(heard.slug, heard.documents), event.name, given)
    assert target.version is not None
    run = start_run(
        connection,
        RunStart(
            workflow=target.workflow,
            flow_version=target.version,
            trigger="event",
            input=given,
            parameters={**_event_parameters(event.name, given), "start": node},
            key=key,
            metadata={"event": event.name},
            trace=event.trace,
        ),
    )
    return same_input(run, given, event.key)


def _event_parameters(name: str, payload: Any) -> dict[str, Any]:
    return {"trigger": "event", "name": name, "input": payload}
