"""The sessions of an organization's workflows, in pages, and one of them. Runs have sessions too, which are not listed.

Pages are in the order of the unique index (workflow, channel, external id): every turn writes `sessions`, so there is
no index for lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from botflow.engine.inbound import RUN
from botflow.storage.service.pages import Order
from botflow.storage.tables import sessions, workflows

_BY_PERSON = Order(columns=(sessions.c.channel, sessions.c.external_id))
_RANGES: tuple[ColumnElement[bool], ...] = (sessions.c.channel < RUN, sessions.c.channel > RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as lists show it. `state` is the engine's."""

    id: int
    workflow: str
    workflow_number: int
    channel: str
    external_id: str
    version: int
    is_active: bool
    is_queued: bool
    parked: bool
    paused: bool
    token_revoked: bool
    turns: int
    state: dict[str, Any]
    wakes_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions to list; None for any. `active`: an execution is under way."""

    workflow: str | None = None
    channel: str | None = None
    active: bool | None = None


def list_sessions(
    connection: Connection, organization: int, wanted: SessionFilter, after: Sequence[Any] | None, limit: int
) -> list[SessionRow]:
    """Return at most `limit` + 1 sessions after (workflow's number, channel, external id).

    A statement for each workflow and for the channels on either side of the runs, until the page is full: each is a
    range of the index, which one statement over all of them is not.
    """
    found: list[SessionRow] = []
    for workflow in _workflows(connection, organization, wanted.workflow, after[0] if after else 0):
        begin = after[1:] if after and after[0] == workflow else None
        for part in _RANGES:
            statement = _sessions(organization).where(sessions.c.workflow_id == workflow, part)
            if wanted.channel is not None:
                statement = statement.where(sessions.c.channel == wanted.channel)
            if wanted.active is not None:
                is_active = sessions.c.flow_version.is_not(None)
                statement = statement.where(is_active if wanted.active else ~is_active)
            rows = connection.execute(_BY_PERSON.page(statement, begin, limit - len(found)))
            found += [_row(row) for row in rows]
            if len(found) > limit:
                return found
    return found


def get_session(connection: Connection, organization: int, session: int) -> SessionRow | None:
    """Return a person's session; None for a run's."""
    row = connection.execute(_sessions(organization).where(sessions.c.id == session)).first()
    return _row(row) if row is not None and row.channel != RUN else None


def find_sessions(
    connection: Connection, organization: int, workflow: str, people: Sequence[tuple[str, str]]
) -> list[SessionRow]:
    """Return the sessions of these people, given as (channel, external id), in a workflow."""
    numbers = list(_workflows(connection, organization, workflow, 0))
    theirs = [and_(sessions.c.channel == channel, sessions.c.external_id == person) for channel, person in people]
    if not numbers or not theirs:
        return []
    statement = _sessions(organization).where(sessions.c.workflow_id == numbers[0], or_(*theirs))
    return [_row(row) for row in connection.execute(statement.order_by(sessions.c.channel))]


def knows_session(connection: Connection, organization: int, number: int) -> bool:
    """Say whether the organization has a session with this number, a run's included."""
    mine = select(sessions.c.id).join(workflows, workflows.c.id == sessions.c.workflow_id)
    mine = mine.where(sessions.c.id == number, workflows.c.organization_id == organization)
    return connection.execute(mine).first() is not None


def knows_workflow(connection: Connection, organization: int, slug: str) -> bool:
    """Whether the organization has this workflow."""
    return bool(_workflows(connection, organization, slug, 0))


def _workflows(connection: Connection, organization: int, slug: str | None, least: int) -> Sequence[int]:
    mine = select(workflows.c.id).where(workflows.c.organization_id == organization, workflows.c.id >= least)
    if slug is not None:
        mine = mine.where(workflows.c.slug == slug)
    return connection.execute(mine.order_by(workflows.c.id)).scalars().all()


def _sessions(organization: int) -> Select[*tuple[Any, ...]]:
    return (
        select(sessions, workflows.c.slug)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.organization_id == organization)
    )


def _row(row: Row[Any]) -> SessionRow:
    return SessionRow(
        id=row.id,
        workflow=row.slug,
        workflow_number=row.workflow_id,
        channel=row.channel,
        external_id=row.external_id,
        version=row.version,
        is_active=row.flow_version is not None,
        is_queued=row.last_seq != row.done_seq,
        parked=row.parked,
        paused=row.paused,
        token_revoked=row.token_revoked,
        turns=row.done_seq,
        state=row.state,
        wakes_at=row.wake_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
