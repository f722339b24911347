"""What people think of an organization's messages: in pages, the newest first, and counted by what said them.

The list's order has an index, and so has that of one workflow. What was taken back is in neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, literal_column, select

from botflow.engine.inbound import CHAT
from botflow.records.feedback import FeedbackValue
from botflow.storage.service.pages import Order
from botflow.storage.tables import feedback, outbounds, sessions, workflow_versions, workflows

ORDER = Order(
    columns=(feedback.c.created_at, feedback.c.session_id, feedback.c.version, feedback.c.index), descending=True
)
_IS_GIVEN: ColumnElement[bool] = literal_column("feedback.value IS NOT NULL")  # worded like the partial indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFilter:
    """Which feedback; None for any. It was given at `after` or later, and earlier than `before`."""

    workflow: str | None = None
    node: str | None = None
    value: FeedbackValue | None = None
    external_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None

    def conditions(self, organization: int) -> Iterator[ColumnElement[bool]]:
        yield feedback.c.organization_id == organization
        yield _IS_GIVEN
        if self.workflow is not None:
            named = _workflows(organization).where(workflows.c.slug == self.workflow)
            yield feedback.c.workflow_id == named.scalar_subquery()
        if self.node is not None:
            yield feedback.c.node == self.node
        if self.value is not None:
            yield feedback.c.value == self.value
        if self.external_id is not None:
            theirs = (sessions.c.channel == CHAT, sessions.c.external_id == self.external_id)
            everywhere = sessions.c.workflow_id.in_(_workflows(organization))  # so that the unique index is used
            yield feedback.c.session_id.in_(select(sessions.c.id).where(everywhere, *theirs))
        if self.after is not None:
            yield feedback.c.created_at >= self.after
        if self.before is not None:
            yield feedback.c.created_at < self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """Feedback with the message that it is about. `number` is that of the workflow's version."""

    session: int
    version: int
    index: int
    workflow: str
    channel: str
    external_id: str
    node: str
    number: int | None
    value: FeedbackValue
    comment: str | None
    body: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCount:
    """How many values there are of the messages of one node in one version; `node` "" and `number` 0 for those of no
    node."""

    workflow: str
    node: str
    number: int
    up: int
    down: int


def list_feedback(
    connection: Connection, organization: int, wanted: FeedbackFilter, after: Sequence[Any] | None, limit: int
) -> list[FeedbackRow]:
    """Return at most `limit` + 1 of them after the one with these values of its order."""
    return [_row(row) for row in connection.execute(page_of_feedback(organization, wanted, after, limit))]


def page_of_feedback(
    organization: int, wanted: FeedbackFilter, after: Sequence[Any] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """Return the query of `list_feedback`."""
    about = outbounds.c
    is_about = (about.session_id == feedback.c.session_id) & (about.version == feedback.c.version)
    statement = (
        select(
            feedback,
            workflows.c.slug,
            sessions.c.channel,
            sessions.c.external_id,
            workflow_versions.c.number,
            about.body,
        )
        .join(outbounds, is_about & (about.index == feedback.c.index))
        .join(sessions, sessions.c.id == feedback.c.session_id)
        .join(workflows, workflows.c.id == feedback.c.workflow_id)
        .outerjoin(workflow_versions, workflow_versions.c.id == feedback.c.flow_version)
        .where(*wanted.conditions(organization))
    )
    if after is not None:  # so that the index is read from there on
        statement = statement.where(feedback.c.created_at <= after[0])
    return ORDER.page(statement, after, limit)


def count_feedback(
    connection: Connection, organization: int, wanted: FeedbackFilter, after: Sequence[Any] | None, limit: int
) -> list[FeedbackCount]:
    """Return at most `limit` + 1 counts by workflow, node and version, after the one with these three."""
    number = func.coalesce(workflow_versions.c.number, 0).label("number")
    given = (func.count(case((feedback.c.value == value, 1))).label(value) for value in ("up", "down"))
    key = (workflows.c.slug.label("workflow"), feedback.c.node, number)
    counted = (
        select(*key, *given)
        .join(workflows, workflows.c.id == feedback.c.workflow_id)
        .outerjoin(workflow_versions, workflow_versions.c.id == feedback.c.flow_version)
        .where(*wanted.conditions(organization))
        .group_by(*key)
        .subquery()
    )
    order = Order(columns=(counted.c.workflow, counted.c.node, counted.c.number))
    return [FeedbackCount(**row._mapping) for row in connection.execute(order.page(select(counted), after, limit))]


def _workflows(organization: int) -> Select[int]:
    return select(workflows.c.id).where(workflows.c.organization_id == organization)


def _row(row: Row[Any]) -> FeedbackRow:
    place = {"session": row.session_id, "version": row.version, "index": row._mapping["index"]}
    names = ("channel", "external_id", "node", "number", "value", "comment", "body", "created_at", "updated_at")
    return FeedbackRow(**place, workflow=row.slug, **{name: row._mapping[name] for name in names})
