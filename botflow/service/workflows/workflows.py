"""Workflows: listed, put into service and out of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.graph import ExecutionMode
from botflow.records.access import Principal
from botflow.records.workflows import WorkflowStatus
from botflow.runtime.app import Runtime
from botflow.service.credentials.credential_uses import check_credentials_of_active
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import workflow_pages
from botflow.storage.service.workflows.workflow_pages import SORTS, WorkflowFilter, WorkflowRow, sort_values
from botflow.storage.workflow_versions import set_status

Sort = Literal["id", "-id", "name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"]


class Workflow(Shown):
    """A workflow. `version` is the number of the version that new executions get, null while none was published;
    `revision` counts the edits of its draft."""

    id: str
    name: str
    status: WorkflowStatus
    execution_mode: ExecutionMode
    version: int | None
    revision: int
    under_way: int
    created_at: datetime
    updated_at: datetime


class Workflows:
    """The workflows of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._flows = runtime.flows
        self._log = structlog.get_logger("botflow.service")
        self._caller = caller

    async def get_workflows_by_organization(
        self,
        *,
        status: str | None = None,
        execution_mode: str | None = None,
        name: str | None = None,
        sort: Sort = "id",
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Workflow]:
        """Return a page of workflows. `name` is a part of the name, in any case."""
        after = read_cursor(cursor, sort, SORTS[sort.removeprefix("-")][1])
        wanted = WorkflowFilter(status=status, mode=execution_mode, name=name)
        organization = self._caller.organization
        found = await self._engine.read(workflow_pages.list_workflows, organization, wanted, sort, after, limit)
        return page_of(found, limit, sort, lambda row: sort_values(row, sort), _shown)

    async def get_active_workflows(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[Workflow]:
        """Return a page of the workflows in service."""
        return await self.get_workflows_by_organization(status="active", cursor=cursor, limit=limit)

    async def get_workflow(self, workflow: str) -> Workflow:
        """RejectedInbound `workflow.unknown` (404), also for another organization's."""
        row = await self._engine.read(workflow_pages.get_workflow, self._caller.organization, slug_in(workflow))
        if row is None:
            raise unknown_workflow(workflow)
        return _shown(row)

    async def activate_workflow(self, workflow: str) -> Workflow:
        """Put a workflow into service: timers that came due meanwhile fire now.

        RejectedInbound `workflow.not_published` (409) for one without a version; FlowProblems for credentials that it
        names and may not use.
        """
        return await self._set_status(workflow, "active")

    async def deactivate_workflow(self, workflow: str) -> Workflow:
        """Take a workflow out of service: it takes no messages and starts nothing; conversations stay as they are."""
        return await self._set_status(workflow, "inactive")

    async def pause_workflow(self, workflow: str) -> Workflow:
        """Like `deactivate_workflow`; the status says that it is for a while."""
        return await self._set_status(workflow, "paused")

    async def archive_workflow(self, workflow: str) -> Workflow:
        """Like `deactivate_workflow`; the status says that it is for good. Nothing is deleted."""
        return await self._set_status(workflow, "archived")

    async def _set_status(self, workflow: str, status: WorkflowStatus) -> Workflow:
        changed = await self._engine.write(self._change_status, slug_in(workflow), status)
        self._log.info("workflow_status_set", workflow=workflow, status=status)
        await self._flows.refresh()
        return _shown(changed)

    def _change_status(self, connection: Connection, slug: str, status: WorkflowStatus) -> WorkflowRow:
        organization = self._caller.organization
        before = workflow_pages.get_workflow(connection, organization, slug)
        if before is None:
            raise unknown_workflow(slug)
        if before.version is None and status != "archived":
            raise RejectedInbound(
                f"{slug!r} has never been published",
                code="workflow.not_published",
                hint=f"publish its draft with POST /api/v1/workflows/{slug}/publish, which puts it into service, too",
                status=409,
            )
        if before.status != status:
            if status == "active":
                check_credentials_of_active(connection, organization, slug)
            set_status(connection, slug, status)
            record_change(
                connection,
                self._caller,
                "workflow.status",
                f"workflow:{slug}",
                before={"status": before.status},
                after={"status": status},
            )
        after = workflow_pages.get_workflow(connection, organization, slug)
        assert after is not None, "it was there in this transaction"
        return after


def _shown(row: WorkflowRow) -> Workflow:
    return Workflow.model_validate(
        {
            "id": row.slug,
            "name": row.name,
            "status": row.status,
            "execution_mode": row.mode,
            "version": row.version,
            "revision": row.revision,
            "under_way": row.under_way,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
    )
