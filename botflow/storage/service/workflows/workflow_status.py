"""A workflow's status as the command line changes it: with its entry in the audit log, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, select

from botflow.records.access import Principal
from botflow.records.workflows import WorkflowStatus
from botflow.storage.service.audit_log import record_change
from botflow.storage.tables import workflows
from botflow.storage.workflow_versions import set_status

ACTOR = "command line"


def set_status_from_command_line(connection: Connection, slug: str, status: WorkflowStatus) -> bool:
    """Write the status; False when there is no such workflow."""
    columns = select(workflows.c.organization_id, workflows.c.status)
    former = connection.execute(columns.where(workflows.c.slug == slug).with_for_update()).first()
    if former is None:
        return False
    if former.status != status:
        set_status(connection, slug, status)
        who = Principal(organization=former.organization_id, actor=ACTOR, scopes=frozenset())
        statuses = {"before": {"status": former.status}, "after": {"status": status}}
        record_change(connection, who, "workflow.status", f"workflow:{slug}", **statuses)
    return True
