"""An execution and its session, locked for a change from outside, and the rows that such a change writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from botflow.engine.inbound import RUN
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.session_locks import lock_with_queue
from botflow.storage.tables import executions, inbounds, sessions, workflows
from botflow.storage.turns.row_mapping import is_new


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedExecution:
    """An execution and its session, both locked until the end of the transaction."""

    id: UUID
    session: int
    status: str
    is_run: bool
    version: int
    flow_version: int
    state: Mapping[str, Any]


def lock_execution(connection: Connection, execution: str, organization: int | None) -> LockedExecution | None:
    """Lock the session and its queued inbounds. None without such an execution, or for one of another organization than
    this."""
    session = connection.execute(_session_of(execution, organization)).scalar()
    if session is None:
        return None
    row = lock_with_queue(connection, session, sessions.c.version, sessions.c.channel, sessions.c.state)
    assert row is not None, "executions outlive no session"
    columns = (executions.c.status, executions.c.flow_version)
    found = connection.execute(select(*columns).where(executions.c.id == UUID(execution))).one()
    return LockedExecution(
        id=UUID(execution),
        session=session,
        status=found.status,
        is_run=row.channel == RUN,
        version=row.version,
        flow_version=found.flow_version,
        state=row.state,
    )


def _session_of(execution: str, organization: int | None) -> Select[int]:
    named = select(executions.c.session_id).where(executions.c.id == UUID(execution))
    if organization is None:
        return named
    owned = named.join(sessions, sessions.c.id == executions.c.session_id)
    owned = owned.join(workflows, workflows.c.id == sessions.c.workflow_id)
    return owned.where(workflows.c.organization_id == organization)


def queued_of(session: int) -> tuple[ColumnElement[bool], ...]:
    """Match the session's inbounds that no turn has answered."""
    return (inbounds.c.session_id == session, is_new())


def set_session(connection: Connection, found: LockedExecution, **columns: Any) -> None:
    """Change the session; its version moves, which fences a turn under way."""
    connection.execute(
        update(sessions).where(sessions.c.id == found.session).values(version=found.version + 1, **columns)
    )


def set_execution(connection: Connection, found: LockedExecution, **columns: Any) -> None:
    connection.execute(update(executions).where(executions.c.id == found.id).values(**columns))


def queue_inbound(connection: Connection, found: LockedExecution, **columns: Any) -> None:
    """Queue an inbound behind all others of the session, to be claimed at once; `columns` are its content."""
    counted = update(sessions).where(sessions.c.id == found.session).values(last_seq=sessions.c.last_seq + 1)
    seq = connection.execute(counted.returning(sessions.c.last_seq)).scalar_one()
    row = inbound_row(found, seq, **columns)
    connection.execute(insert(inbounds).values(**{"priority": MESSAGE_PRIORITY, **row}))


def inbound_row(found: LockedExecution, seq: int, **columns: Any) -> dict[str, Any]:
    """Return the row of an inbound that has not been tried."""
    return {
        "session_id": found.session,
        "seq": seq,
        "received_at": now(),
        "seed": new_seed(),
        "attempt": 0,
        "state": "new",
        **columns,
    }
