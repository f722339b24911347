"""How often each node was visited and each edge was followed, and how many wait at each node now.

Turns keep no counters: the counts are computed from their traces, so a time range bounds what is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, FromClause, Text, and_, column, func, or_, select, true

from botflow.records.runs import STATUSES
from botflow.storage.engines.column_types import JsonText
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import executions, sessions, turns, workflow_versions, workflows

_HANDED_OFF = "handed_off"
_ARRIVALS = {"started": 0, "edge": 2, "entered": 1, "taken_up": 0, "moved": 0}  # the field that names a node, by event


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCounts:
    """`edges` by (node, handle, target), "" for a target where the graph ends. `handoffs`: how often a person took a
    conversation over."""

    version: int
    executions: int
    visits: dict[str, int]
    edges: dict[tuple[str, str, str], int]
    waiting: dict[str, int]
    handoffs: int


def count_nodes(
    connection: Connection, organization: int, slug: str, number: int | None, after: datetime, before: datetime
) -> NodeCounts | None:
    """Return the counts of a version (the active one if not named): of its executions that started in this time, and
    who waits now. None without such a version."""
    is_meant = (
        workflow_versions.c.id == workflows.c.active_version if number is None else workflow_versions.c.number == number
    )
    version = connection.execute(
        select(workflow_versions.c.id, workflow_versions.c.number)
        .join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
        .where(workflows.c.slug == slug, workflows.c.organization_id == organization, is_meant)
    ).first()
    if version is None:
        return None
    began = and_(
        executions.c.flow_version == version.id,
        executions.c.status.in_(STATUSES),  # the index has it before the time
        executions.c.started_at >= after,
        executions.c.started_at < before,
        executions.c.trigger.is_distinct_from("fork"),
    )
    visits: Counter[str] = Counter()
    edges: Counter[tuple[str, str, str]] = Counter()
    handoffs = 0
    for kind, *fields, count in _events(connection, began):
        if kind == _HANDED_OFF:
            handoffs += count
            continue
        if kind == "edge":
            edges[(fields[0], fields[1], fields[2] or "")] += count
        if node := fields[_ARRIVALS[kind]]:
            visits[node] += count
    begun = connection.execute(select(func.count()).select_from(executions).where(began)).scalar_one()
    return NodeCounts(
        version=version.number,
        executions=begun,
        visits=dict(visits),
        edges=dict(edges),
        waiting=_waiting(connection, version.id),
        handoffs=handoffs,
    )


def _events(connection: Connection, began: ColumnElement[bool]) -> list[Any]:
    """Return (kind, three fields, how often) of the events that lead to a node."""
    event, fields = traced_events(connection)
    statement = (
        select(*fields, func.count())
        .select_from(executions)
        .join(turns, turns.c.session_id == executions.c.session_id)
        .join(event, true())
        .where(began, is_its_own_turn(), fields[0].in_((*_ARRIVALS, _HANDED_OFF)))
        .group_by(*fields)
    )
    return list(connection.execute(statement))


def traced_events(connection: Connection) -> tuple[FromClause, list[ColumnElement[str]]]:
    """Return the events in a turn's trace as a table, with its first four fields as texts; the first is the kind."""
    if is_postgres(connection):
        event = func.json_array_elements(turns.c.trace).table_valued(column("value", JSON), name="event")
    else:
        event = func.json_each(turns.c.trace).table_valued(column("value", JsonText), name="event")
    value = event.c.value
    return event, [value[place].as_string().label(f"field_{place}") for place in range(4)]


def is_its_own_turn() -> ColumnElement[bool]:
    """Match the turns of an execution among those of its session, which has several executions one after the other."""
    return or_(
        executions.c.trigger.is_not(None),
        and_(
            turns.c.at >= executions.c.started_at,
            or_(executions.c.ended_at.is_(None), turns.c.at <= executions.c.ended_at),
        ),
    )


def _waiting(connection: Connection, version: int) -> dict[str, int]:
    if is_postgres(connection):
        node: ColumnElement[str] = sessions.c.state["frames"][-1]["node"].as_string()
    else:
        node = func.json_extract(sessions.c.state, "$.frames[#-1].node", type_=Text())
    statement = (
        select(node.label("node"), func.count())
        .select_from(executions)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .where(
            executions.c.flow_version == version,
            executions.c.status == "waiting",
            executions.c.trigger.is_distinct_from("fork"),
        )
        .group_by("node")
    )
    return {node: count for node, count in connection.execute(statement) if node}
