"""The handoffs of an organization, in pages, and one of them: open ones by urgency and age, ended ones from the latest
on. Both orders have an index of their own, which holds only such rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, literal_column, select

from botflow.storage.service.pages import Order
from botflow.storage.tables import handoffs, sessions, workflows

HandoffChoice = Literal["open", "waiting", "claimed", "ended"]
OPEN_ORDER = Order(
    columns=(handoffs.c.priority, handoffs.c.requested_at, handoffs.c.session_id, handoffs.c.version),
)
ENDED_ORDER = Order(columns=(handoffs.c.ended_at, handoffs.c.session_id, handoffs.c.version), descending=True)
# Worded like the partial indexes.
_IS_OPEN: ColumnElement[bool] = literal_column("handoffs.ended_at IS NULL")
_HAS_ENDED: ColumnElement[bool] = literal_column("handoffs.ended_at IS NOT NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRow:
    """A handoff as lists show it. `parked`: its contact has opted out."""

    session: int
    version: int
    workflow: str
    channel: str
    external_id: str
    parked: bool
    node: str
    queue: str
    priority: int
    note: str
    summary: dict[str, Any]
    results: list[str]
    requested_at: datetime
    person: str | None
    claimed_by: str | None
    claimed_at: datetime | None
    first_claimed_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    returned_note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffFilter:
    """Which handoffs to list; None for any queue or workflow."""

    state: HandoffChoice = "open"
    queue: str | None = None
    workflow: str | None = None


def list_handoffs(
    connection: Connection, organization: int, wanted: HandoffFilter, after: Sequence[Any] | None, limit: int
) -> list[HandoffRow]:
    """Return at most `limit` + 1 handoffs after the one with these values of its order."""
    return [_row(row) for row in connection.execute(page_of_handoffs(organization, wanted, after, limit))]


def page_of_handoffs(
    organization: int, wanted: HandoffFilter, after: Sequence[Any] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """Return the query of `list_handoffs`."""
    statement = _handoffs(organization).where(*_of_state(wanted.state))
    if wanted.queue is not None:
        statement = statement.where(handoffs.c.queue == wanted.queue)
    if wanted.workflow is not None:
        statement = statement.where(workflows.c.slug == wanted.workflow)
    order = ENDED_ORDER if wanted.state == "ended" else OPEN_ORDER
    return order.page(statement, after, limit)


def get_handoff(connection: Connection, organization: int, session: int, version: int) -> HandoffRow | None:
    """Return one handoff; None for another organization's."""
    one = _handoffs(organization).where(handoffs.c.session_id == session, handoffs.c.version == version)
    row = connection.execute(one).first()
    return _row(row) if row is not None else None


def _of_state(state: HandoffChoice) -> tuple[ColumnElement[bool], ...]:
    match state:
        case "open":
            return (_IS_OPEN,)
        case "waiting":
            return (_IS_OPEN, handoffs.c.person.is_(None), ~sessions.c.parked)
        case "claimed":
            return (_IS_OPEN, handoffs.c.person.is_not(None))
        case "ended":
            return (_HAS_ENDED,)


def _handoffs(organization: int) -> Select[*tuple[Any, ...]]:
    return (
        select(handoffs, workflows.c.slug, sessions.c.channel, sessions.c.external_id, sessions.c.parked)
        .join(sessions, sessions.c.id == handoffs.c.session_id)
        .join(workflows, workflows.c.id == handoffs.c.workflow_id)
        .where(handoffs.c.organization_id == organization)
    )


def _row(row: Row[Any]) -> HandoffRow:
    names = ("version", "node", "queue", "priority", "note", "summary", "results", "requested_at", "person")
    ends = ("claimed_by", "claimed_at", "first_claimed_at", "ended_at", "outcome", "returned_note")
    return HandoffRow(
        session=row.session_id,
        workflow=row.slug,
        channel=row.channel,
        external_id=row.external_id,
        parked=row.parked,
        **{name: row._mapping[name] for name in (*names, *ends)},
    )
