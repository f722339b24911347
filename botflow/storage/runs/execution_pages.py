"""Which executions a page of a list has: every filter reads an index in the order of the list.

The order is that of their starts, and of their ids for one moment. Executions of a workflow or with a status stand in
the index by version and status, each in that order: a page is the first of all of these. Status alone has no index, for
each one makes every turn that begins or ends an execution write more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, literal, select, tuple_, union_all

from botflow.records.runs import STATUSES, UNDER_WAY, ExecutionFilter
from botflow.storage.tables import executions, organizations, sessions, workflow_versions, workflows

AT_ONCE = 100  # parts of one statement: SQLite takes 500
Order = Literal["newest first", "oldest first"]
LAST_S = datetime(9999, 12, 31, tzinfo=UTC).timestamp()  # an id of another kind may have any bits
PLACE = (executions.c.started_at, executions.c.id)


def page_of(
    connection: Connection,
    wanted: ExecutionFilter,
    order: Order,
    limit: int,
    *,
    after: str | None = None,
    through: str | None = None,
) -> list[UUID]:
    """Return the ids of a page: up to `limit` after the id `after` in this order, up to the id `through`."""
    first_to_last = [column.desc() if order == "newest first" else column.asc() for column in PLACE]
    page = select(*PLACE).where(*_conditions(wanted)).order_by(*first_to_last).limit(limit)
    here = tuple_(*PLACE)
    if after is not None:
        place = _place_of(connection, after)
        page = page.where(here < place if order == "newest first" else here > place)
    if through is not None:
        place = _place_of(connection, through)
        page = page.where(here >= place if order == "newest first" else here <= place)
    if not _is_in_parts(connection, wanted):
        return [id for _, id in connection.execute(page).all()]
    found: list[tuple[datetime, UUID]] = []
    for parts in _parts(connection, wanted, page):
        of_all = union_all(*(select(part.subquery()) for part in parts))
        found += [(at, id) for at, id in connection.execute(of_all).all()]
    found.sort(reverse=order == "newest first")
    return [id for _, id in found[:limit]]


def _is_in_parts(connection: Connection, wanted: ExecutionFilter) -> bool:
    """Say whether the page is made of the pages of each version and status. An organization's list is, unless there is
    only one: then all executions are its own."""
    if wanted.workflow is not None:
        return True
    if wanted.session is not None or wanted.parent is not None:
        return False
    if wanted.status is not None or wanted.under_way:
        return True
    if wanted.organization is None:
        return False
    others = select(organizations.c.id).where(organizations.c.id != wanted.organization).limit(1)
    return connection.execute(others).first() is not None


def _conditions(wanted: ExecutionFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield executions.c.status == wanted.status
    if wanted.under_way:
        yield executions.c.status.in_(UNDER_WAY)
    for column, session in ((executions.c.session_id, wanted.session), (executions.c.parent_session, wanted.parent)):
        if session is not None:
            yield column == (session if wanted.organization is None else _own_session(session, wanted.organization))
    if wanted.started_after is not None:
        yield executions.c.started_at >= wanted.started_after
    if wanted.started_before is not None:
        yield executions.c.started_at < wanted.started_before
    if wanted.top_level:
        yield executions.c.trigger.is_distinct_from("child")
    if wanted.but_branches:
        yield ~_is_branch()
        yield executions.c.trigger.is_distinct_from("fork")


def _own_session(session: int, organization: int) -> ScalarSelect[int]:
    """Return the session's id if it is one of the organization, else NULL: read once, whatever the session holds."""
    own = select(sessions.c.id).join(workflows, workflows.c.id == sessions.c.workflow_id)
    return own.where(sessions.c.id == session, workflows.c.organization_id == organization).scalar_subquery()


def _is_branch() -> ColumnElement[bool]:
    """Match a branch: its execution belongs to the workflow of the one above it."""
    own, above = sessions.alias("own"), sessions.alias("above")
    same = select(above.c.id).join(own, own.c.workflow_id == above.c.workflow_id)
    return same.where(above.c.id == executions.c.parent_session, own.c.id == executions.c.session_id).exists()


def _parts(connection: Connection, wanted: ExecutionFilter, page: Select[Any]) -> Iterator[Sequence[Select[Any]]]:
    """Yield the pages of each version and status that are wanted."""
    versions = connection.execute(_versions(wanted)).scalars().all()
    statuses = UNDER_WAY if wanted.under_way else STATUSES if wanted.status is None else (wanted.status,)
    parts = [
        page.where(executions.c.flow_version == version, executions.c.status == status)
        for version, status in product(versions, statuses)
    ]
    for first in range(0, len(parts), AT_ONCE):
        yield parts[first : first + AT_ONCE]


def _versions(wanted: ExecutionFilter) -> Select[int]:
    ids = select(workflow_versions.c.id)
    if wanted.workflow is not None or wanted.organization is not None:
        ids = ids.join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
    if wanted.workflow is not None:
        ids = ids.where(workflows.c.slug == wanted.workflow)
    if wanted.version is not None:
        ids = ids.where(workflow_versions.c.number == wanted.version)
    if wanted.organization is not None:
        ids = ids.where(workflows.c.organization_id == wanted.organization)
    return ids


def _place_of(connection: Connection, id: str) -> ColumnElement[Any]:
    """Return the place of an execution in the list. One that was pruned meanwhile had its start in its id, too: the
    first 48 bits of a UUID of version 7 are milliseconds since 1970 (RFC 9562)."""
    execution = UUID(id)
    at = connection.execute(select(executions.c.started_at).where(executions.c.id == execution)).scalar()
    if at is None:
        at = datetime.fromtimestamp(min((execution.int >> 80) / 1000, LAST_S), UTC)
    return tuple_(literal(at, executions.c.started_at.type), literal(execution, executions.c.id.type))
