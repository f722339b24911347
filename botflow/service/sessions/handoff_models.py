"""What lists show of handoffs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from pydantic import JsonValue
from sqlalchemy import Connection

from botflow.engine.handoffs import PRIORITIES, Priority
from botflow.service.cursors import page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.storage.service.sessions import handoff_pages
from botflow.storage.service.sessions.handoff_pages import HandoffFilter, HandoffRow
from botflow.storage.service.sessions.session_pages import knows_workflow

HandoffState = Literal["waiting", "claimed", "opted_out", "returned", "timed_out", "cancelled"]
_OPEN = "priority"
_ENDED = "-endedAt"


class Handoff(Shown):
    """A conversation that waits for a person, or that a person has or had. `nodeId` and `queue` are null when a person
    took it over unasked. `summary` holds variables of the flow, and `results` names those that the person may fill in.
    `opted_out`: its contact wants no messages, and so it waits for nobody until they want them again."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    state: HandoffState
    queue: str | None
    priority: Priority
    node_id: str | None
    note: str
    summary: dict[str, JsonValue]
    results: list[str]
    person: str | None
    claimed_by: str | None
    requested_at: datetime
    claimed_at: datetime | None
    first_claimed_at: datetime | None
    ended_at: datetime | None
    returned_note: str | None


def read_handoffs(
    connection: Connection, organization: int, wanted: HandoffFilter, cursor: str | None, limit: int
) -> Page[Handoff]:
    """Return a page of handoffs: open ones by urgency and age, ended ones from the latest on. RejectedInbound
    `workflow.unknown`."""
    if wanted.workflow is not None and not knows_workflow(connection, organization, slug_in(wanted.workflow)):
        raise unknown_workflow(wanted.workflow)
    if wanted.state == "ended":
        after = read_cursor(cursor, _ENDED, (datetime, int, int))
        found = handoff_pages.list_handoffs(connection, organization, wanted, after, limit)
        return page_of(found, limit, _ENDED, lambda row: (row.ended_at, row.session, row.version), shown_handoff)
    after = read_cursor(cursor, _OPEN, (int, datetime, int, int))
    found = handoff_pages.list_handoffs(connection, organization, wanted, after, limit)
    return page_of(
        found, limit, _OPEN, lambda row: (row.priority, row.requested_at, row.session, row.version), shown_handoff
    )


def shown_handoff(row: HandoffRow) -> Handoff:
    """Return a handoff as the API shows it."""
    return Handoff(
        id=f"{row.session}.{row.version}",
        session=str(row.session),
        workflow=row.workflow,
        channel=row.channel,
        external_id=row.external_id,
        state=_state(row),
        queue=row.queue or None,
        priority=PRIORITIES[row.priority],
        node_id=row.node or None,
        note=row.note,
        summary=row.summary,
        results=row.results,
        person=row.person,
        claimed_by=row.claimed_by,
        requested_at=row.requested_at,
        claimed_at=row.claimed_at,
        first_claimed_at=row.first_claimed_at,
        ended_at=row.ended_at,
        returned_note=row.returned_note,
    )


def _state(row: HandoffRow) -> HandoffState:
    if row.outcome is not None:
        return cast(HandoffState, row.outcome)
    if row.parked:
        return "opted_out"
    return "claimed" if row.person is not None else "waiting"
