"""Changes of executions from the command line, which belongs to the whole deployment."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection, select

from botflow.records.access import Principal
from botflow.records.audit import Action
from botflow.records.runs import LifecycleChange
from botflow.storage.service.audit_log import record_change
from botflow.storage.tables import executions, sessions, workflows

ACTOR = "command line"


def organization_of(connection: Connection, execution: str) -> int | None:
    """Return the organization of an execution, None when there is no such execution."""
    try:
        id = UUID(execution)
    except ValueError:
        return None
    own = select(workflows.c.organization_id).join(sessions, sessions.c.workflow_id == workflows.c.id)
    own = own.join(executions, executions.c.session_id == sessions.c.id)
    return connection.execute(own.where(executions.c.id == id)).scalar()


def change_from_command_line(
    connection: Connection, execution: str, action: Action, change: Callable[[Connection, str, None], LifecycleChange]
) -> tuple[LifecycleChange, str]:
    """Make the change with its entry in the audit log; return its outcome, and the execution's status after it."""
    outcome = change(connection, execution, None)
    if outcome == "unknown":
        return outcome, ""
    status, organization = connection.execute(
        select(executions.c.status, workflows.c.organization_id)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(executions.c.id == UUID(execution))
    ).one()
    if outcome == "changed":
        who = Principal(organization=organization, actor=ACTOR, scopes=frozenset())
        record_change(connection, who, action, f"execution:{execution}")
    return outcome, status
