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

from sqlalchemy import ColumnElement, Connection, Select, literal, select, tuple_, union_all

from botflow.records.runs import STATUSES, ExecutionFilter
from botflow.storage.tables import executions, sessions, workflow_versions, workflows

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
    is_by_session = wanted.session is not None or wanted.parent is not None
    if wanted.workflow is None and (wanted.status is None or is_by_session):
        return [id for _, id in connection.execute(page).all()]
    found: list[tuple[datetime, UUID]] = []
    for parts in _parts(connection, wanted, page):
        of_all = union_all(*(select(part.subquery()) for part in parts))
        found += [(at, id) for at, id in connection.execute(of_all).all()]
    found.sort(reverse=order == "newest first")
    return [id for _, id in found[:limit]]


def _conditions(wanted: ExecutionFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (executions.c.status, wanted.status),
        (executions.c.session_id, wanted.session),
        (executions.c.parent_session, wanted.parent),
    ):
        if value is not None:
            yield column == value
    if wanted.started_after is not None:
        yield executions.c.started_at >= wanted.started_after
    if wanted.started_before is not None:
        yield executions.c.started_at < wanted.started_before
    if wanted.top_level:
        yield executions.c.trigger.is_distinct_from("child")
    if wanted.but_branches:
        yield ~_is_branch()


def _is_branch() -> ColumnElement[bool]:
    """Match a branch: its execution belongs to the workflow of the one above it."""
    own, above = sessions.alias("own"), sessions.alias("above")
    same = select(above.c.id).join(own, own.c.workflow_id == above.c.workflow_id)
    return same.where(above.c.id == executions.c.parent_session, own.c.id == executions.c.session_id).exists()


def _parts(connection: Connection, wanted: ExecutionFilter, page: Select[Any]) -> Iterator[Sequence[Select[Any]]]:
    """Yield the pages of each version and status that are wanted."""
    ids = select(workflow_versions.c.id)
    if wanted.workflow is not None:
        ids = ids.join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
        ids = ids.where(workflows.c.slug == wanted.workflow)
    versions = connection.execute(ids).scalars().all()
    statuses = STATUSES if wanted.status is None else (wanted.status,)
    parts = [
        page.where(executions.c.flow_version == version, executions.c.status == status)
        for version, status in product(versions, statuses)
    ]
    for first in range(0, len(parts), AT_ONCE):
        yield parts[first : first + AT_ONCE]


def _place_of(connection: Connection, id: str) -> ColumnElement[Any]:
    """Return the place of an execution in the list. One that was pruned meanwhile had its start in its id, too: the
    first 48 bits of a UUID of version 7 are milliseconds since 1970 (RFC 9562)."""
    execution = UUID(id)
    at = connection.execute(select(executions.c.started_at).where(executions.c.id == execution)).scalar()
    if at is None:
        at = datetime.fromtimestamp(min((execution.int >> 80) / 1000, LAST_S), UTC)
    return tuple_(literal(at, executions.c.started_at.type), literal(execution, executions.c.id.type))
