"""Published versions, as lists show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from botflow.storage.service.pages import Order
from botflow.storage.tables import workflow_versions, workflows

ORDER = Order(columns=(workflow_versions.c.number,), descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version without its documents."""

    number: int
    is_active: bool
    author: str | None
    message: str | None
    created_at: datetime


class ActiveVersion(NamedTuple):
    """The version that new executions get."""

    id: int
    number: int


def active_version(connection: Connection, workflow: int) -> ActiveVersion | None:
    """Return the active version of a workflow, by the id of its row; None before its first publication."""
    versions = select(workflow_versions.c.id, workflow_versions.c.number).join(
        workflows, workflows.c.active_version == workflow_versions.c.id
    )
    row = connection.execute(versions.where(workflows.c.id == workflow)).first()
    return ActiveVersion(row.id, row.number) if row is not None else None


def version_numbers(connection: Connection, workflow: int) -> dict[int, int]:
    """Return the numbers of a workflow's versions, by their ids."""
    mine = select(workflow_versions.c.id, workflow_versions.c.number).where(workflow_versions.c.workflow_id == workflow)
    return {row.id: row.number for row in connection.execute(mine)}


def documents_of(connection: Connection, version: int) -> dict[str, Any]:
    """Return the documents of a version by the id of its row."""
    mine = select(workflow_versions.c.documents).where(workflow_versions.c.id == version)
    return dict(connection.execute(mine).scalar_one())


def find_documents(connection: Connection, organization: int, version: int) -> dict[str, Any]:
    """Return the documents of a version of the organization's by the id of its row; none when it has no such row."""
    mine = select(workflow_versions.c.documents).join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
    owned = mine.where(workflow_versions.c.id == version, workflows.c.organization_id == organization)
    return dict(connection.execute(owned).scalar() or {})


def list_versions(
    connection: Connection, organization: int, slug: str, after: Sequence[Any] | None, limit: int
) -> list[VersionRow]:
    """Return at most `limit` + 1 versions, the newest first."""
    statement = ORDER.page(_versions(organization, slug), after, limit)
    return [_row(row) for row in connection.execute(statement)]


def get_version(
    connection: Connection, organization: int, slug: str, number: int
) -> tuple[VersionRow, dict[str, Any]] | None:
    """Return a version and its documents; None when there is none."""
    statement = _versions(organization, slug).where(workflow_versions.c.number == number)
    row = connection.execute(statement.add_columns(workflow_versions.c.documents)).first()
    return (_row(row), row.documents) if row is not None else None


def get_active_version(
    connection: Connection, organization: int, slug: str
) -> tuple[VersionRow, dict[str, Any]] | None:
    """Return the version that new executions get, and its documents; None while none was published."""
    statement = _versions(organization, slug).where(workflow_versions.c.id == workflows.c.active_version)
    row = connection.execute(statement.add_columns(workflow_versions.c.documents)).first()
    return (_row(row), row.documents) if row is not None else None


def _versions(organization: int, slug: str) -> Select[*tuple[Any, ...]]:
    of_version = workflow_versions.c
    columns = (of_version.number, of_version.author, of_version.message, of_version.created_at)
    return (
        select(*columns, (workflows.c.active_version == of_version.id).label("is_active"))
        .join(workflows, workflows.c.id == of_version.workflow_id)
        .where(workflows.c.organization_id == organization, workflows.c.slug == slug)
    )


def _row(row: Row[Any]) -> VersionRow:
    return VersionRow(
        number=row.number,
        is_active=bool(row.is_active),
        author=row.author,
        message=row.message,
        created_at=row.created_at,
    )
