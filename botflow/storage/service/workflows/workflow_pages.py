"""The list of an organization's workflows, in pages, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from botflow.records.runs import UNDER_WAY
from botflow.storage.service.pages import Order
from botflow.storage.tables import executions, workflow_versions, workflows
from botflow.storage.tables.service import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRow:
    """A workflow with what belongs to it. `version` is None while none was published."""

    slug: str
    name: str
    status: str
    mode: str
    version: int | None
    revision: int
    under_way: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFilter:
    """Which workflows to list; None for any."""

    status: str | None = None
    mode: str | None = None
    name: str | None = None  # a part of it, in any case


_UPDATED_AT = func.coalesce(drafts.c.updated_at, workflows.c.in_force_since, workflows.c.created_at)
SORTS: Mapping[str, tuple[tuple[ColumnElement[Any], ...], tuple[type, ...]]] = {
    "id": ((workflows.c.slug,), (str,)),
    "name": ((workflows.c.name, workflows.c.slug), (str, str)),
    "createdAt": ((workflows.c.created_at, workflows.c.slug), (datetime, str)),
    "updatedAt": ((_UPDATED_AT, workflows.c.slug), (datetime, str)),
}


def list_workflows(
    connection: Connection,
    organization: int,
    wanted: WorkflowFilter,
    sort: str,
    after: Sequence[Any] | None,
    limit: int,
) -> list[WorkflowRow]:
    """Return at most `limit` + 1 workflows. `sort` is a key of SORTS, with `-` before it for descending."""
    statement = _workflows().where(workflows.c.organization_id == organization)
    if wanted.status is not None:
        statement = statement.where(workflows.c.status == wanted.status)
    if wanted.mode is not None:
        statement = statement.where(workflows.c.mode == wanted.mode)
    if wanted.name is not None:
        statement = statement.where(workflows.c.name.icontains(wanted.name, autoescape=True))
    order = Order(columns=SORTS[sort.removeprefix("-")][0], descending=sort.startswith("-"))
    return [_row(row) for row in connection.execute(order.page(statement, after, limit))]


def get_workflow(connection: Connection, organization: int, slug: str) -> WorkflowRow | None:
    mine = (workflows.c.organization_id == organization, workflows.c.slug == slug)
    row = connection.execute(_workflows().where(*mine)).first()
    return _row(row) if row is not None else None


def sort_values(row: WorkflowRow, sort: str) -> Sequence[Any]:
    """Return the values of a row by which `sort` orders it."""
    match sort.removeprefix("-"):
        case "id":
            return (row.slug,)
        case "name":
            return (row.name, row.slug)
        case "createdAt":
            return (row.created_at, row.slug)
        case _:
            return (row.updated_at, row.slug)


def _workflows() -> Select[*tuple[Any, ...]]:
    under_way = (
        select(func.count())
        .select_from(executions)
        .join(workflow_versions, workflow_versions.c.id == executions.c.flow_version)
        .where(workflow_versions.c.workflow_id == workflows.c.id, executions.c.status.in_(UNDER_WAY))
        .correlate(workflows)
        .scalar_subquery()
    )
    active = workflow_versions.alias("active")
    columns = (workflows.c.slug, workflows.c.name, workflows.c.status, workflows.c.mode, workflows.c.created_at)
    return (
        select(
            *columns,
            active.c.number.label("version"),
            func.coalesce(drafts.c.revision, 0).label("revision"),
            _UPDATED_AT.label("updated_at"),
            under_way.label("under_way"),
        )
        .outerjoin(drafts, drafts.c.workflow_id == workflows.c.id)
        .outerjoin(active, active.c.id == workflows.c.active_version)
    )


def _row(row: Row[Any]) -> WorkflowRow:
    return WorkflowRow(
        slug=row.slug,
        name=row.name,
        status=row.status,
        mode=row.mode,
        version=row.version,
        revision=row.revision,
        under_way=row.under_way,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
