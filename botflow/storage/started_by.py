"""Who starts a conversation: the session with the node, and how many conversations have started each other before."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from botflow.flow.policy import Budgets
from botflow.records.sessions import SessionKey
from botflow.storage.engines.dialects import clock_time
from botflow.storage.spending import Amount, Person, message_scopes, reserve
from botflow.storage.tables import executions, sessions, workflows

CHAIN = "startedBy"  # in the metadata of an execution
LENGTH = "conversations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """The session that starts a conversation: its key, its workflow's id in documents, our address there, and its
    execution."""

    key: SessionKey
    slug: str
    organization: int
    address: str
    execution: str


def starter_of(connection: Connection, session: int) -> Starter:
    """Return what is known of the session that starts a conversation."""
    of_workflow = workflows.c.id == sessions.c.workflow_id
    columns = (sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id, sessions.c.state)
    found = select(*columns, workflows.c.slug, workflows.c.organization_id).join(workflows, of_workflow)
    row = connection.execute(found.where(sessions.c.id == session)).one()
    latest = (
        select(executions.c.id)
        .where(executions.c.session_id == session)
        .order_by(executions.c.started_at.desc(), executions.c.id.desc())
        .limit(1)
    )
    return Starter(
        key=SessionKey(row.workflow_id, row.channel, row.external_id),
        slug=row.slug,
        organization=row.organization_id,
        address=row.state.get("address", ""),
        execution=str(connection.execute(latest).scalar() or ""),
    )


def chain_length(connection: Connection, session: int, most: int) -> int:
    """Return how many conversations have started each other, up to the one that this session belongs to: a run between
    two of them is passed over. At most `most` sessions are looked at."""
    for _ in range(most + 1):
        latest = (
            select(executions.c.metadata, executions.c.parent_session)
            .where(executions.c.session_id == session)
            .order_by(executions.c.started_at.desc(), executions.c.id.desc())
            .limit(1)
        )
        row = connection.execute(latest).first()
        if row is None:
            return 0
        started = (row.metadata or {}).get(CHAIN)
        length = started.get(LENGTH) if isinstance(started, dict) else None
        if isinstance(length, int):
            return length
        if row.parent_session is None:
            return 0
        session = row.parent_session
    return most


def reserve_visitor(connection: Connection, session: int, starter: Starter, budgets: Budgets) -> None:
    """Count a start as a message that an anonymous visitor causes; OverBudget beyond the workflow's bounds."""
    person = Person(
        organization=starter.organization,
        session=session,
        channel=starter.key.channel,
        address=starter.key.external_id,
    )
    now = clock_time(connection)
    scopes = message_scopes(budgets, person, starter.key, now, is_stranger=False, is_elsewhere=True)
    reserve(connection, scopes, Amount(segments=1))
