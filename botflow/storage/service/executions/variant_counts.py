"""What became of the variants of a `logic.split`: how many conversations and people got each, and reached a goal.

The goal is named when somebody asks, so nothing is written for it: both facts are in the traces of the turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, distinct, false, func, select, true

from botflow.records.runs import STATUSES
from botflow.storage.service.executions.node_counts import is_its_own_turn, traced_events
from botflow.storage.tables import executions, turns, workflow_versions, workflows

_KIND, _NODE, _VARIANT, _TARGET = 0, 1, 2, 3  # fields of an event in a trace: see engine/events.py


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCount:
    """One variant. `reached` and `people_reached` are 0 where no goal was asked for."""

    variant: str
    conversations: int
    people: int
    reached: int
    people_reached: int
    completed: int
    failed: int
    waiting: int


def count_variants(
    connection: Connection,
    organization: int,
    slug: str,
    *,
    node: str,
    goal: str | None,
    version: int | None,
    after: datetime,
    before: datetime,
) -> list[VariantCount] | None:
    """Return the counts of each variant of the split `node`, of conversations and runs that began in this time, in all
    versions of the workflow or in one; `goal` is a node. None without such a workflow or version."""
    versions = _versions(connection, organization, slug, version)
    if not versions:
        return None
    began = and_(
        executions.c.flow_version.in_(versions),
        executions.c.status.in_(STATUSES),  # the index has it before the time
        executions.c.started_at >= after,
        executions.c.started_at < before,
        executions.c.trigger.is_distinct_from("fork"),
    )
    chosen = _chosen(connection, began, node).subquery()
    reached = None if goal is None else _reached(connection, began, goal).subquery()
    return [VariantCount(**row._mapping) for row in connection.execute(_sums(chosen, reached))]


def _versions(connection: Connection, organization: int, slug: str, version: int | None) -> list[int]:
    statement = (
        select(workflow_versions.c.id)
        .join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
        .where(workflows.c.slug == slug, workflows.c.organization_id == organization)
    )
    if version is not None:
        statement = statement.where(workflow_versions.c.number == version)
    return list(connection.execute(statement).scalars())


def _chosen(connection: Connection, began: ColumnElement[bool], node: str) -> Select[Any]:
    """Return each execution with the variant that it got."""
    event, fields = traced_events(connection)
    return (
        select(
            executions.c.id,
            executions.c.session_id,
            executions.c.status,
            fields[_VARIANT].label("variant"),
        )
        .select_from(executions)
        .join(turns, turns.c.session_id == executions.c.session_id)
        .join(event, true())
        .where(began, is_its_own_turn(), fields[_KIND] == "decided", fields[_NODE] == node)
        .distinct()
    )


def _reached(connection: Connection, began: ColumnElement[bool], goal: str) -> Select[Any]:
    """Return each execution in which an edge led to the goal."""
    event, fields = traced_events(connection)
    return (
        select(executions.c.id)
        .select_from(executions)
        .join(turns, turns.c.session_id == executions.c.session_id)
        .join(event, true())
        .where(began, is_its_own_turn(), fields[_KIND] == "edge", fields[_TARGET] == goal)
        .distinct()
    )


def _sums(chosen: Subquery, reached: Subquery | None) -> Select[Any]:
    session = chosen.c.session_id
    is_reached = false() if reached is None else reached.c.id.is_not(None)
    counts = [
        func.count().label("conversations"),
        func.count(distinct(session)).label("people"),
        func.count(case((is_reached, 1))).label("reached"),
        func.count(distinct(case((is_reached, session)))).label("people_reached"),
        *(
            func.count(case((chosen.c.status == status, 1))).label(status)
            for status in ("completed", "failed", "waiting")
        ),
    ]
    source = chosen if reached is None else chosen.outerjoin(reached, reached.c.id == chosen.c.id)
    return select(chosen.c.variant, *counts).select_from(source).group_by(chosen.c.variant).order_by(chosen.c.variant)
