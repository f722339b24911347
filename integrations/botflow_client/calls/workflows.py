"""Workflows. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from typing import Literal

from botflow_client.models.workflows import Workflow
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class WorkflowsCalls(Caller):
    """Workflows."""

    def get_workflows_by_organization(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        status: Literal["draft", "active", "inactive", "paused", "archived"] | None = None,
        execution_mode: Literal["persistent", "single"] | None = None,
        name: str | None = None,
        sort: Literal["id", "-id", "name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None,
    ) -> Pages[Workflow]:
        """List the workflows of your organization. It needs the scope `workflows:read`."""
        return self._list(
            Workflow,
            "/api/v1/workflows",
            {
                "cursor": cursor,
                "limit": limit,
                "status": status,
                "executionMode": execution_mode,
                "name": name,
                "sort": sort,
            },
        )

    def get_workflow(self, workflow: str | int) -> Workflow:
        """Read a workflow. It needs the scope `workflows:read`."""
        return self._call(Workflow, make_request("GET", f"/api/v1/workflows/{segment(workflow)}"))

    def activate_workflow(
        self, workflow: str | int, *, version: int | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Workflow:
        """Put a workflow into service; with a version, serve that version to new executions, too. It needs the scope
        `workflows:write`.
        """
        return self._call(
            Workflow,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/activate",
                body={"version": version},
                idempotency_key=idempotency_key,
            ),
        )

    def deactivate_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service: it takes no messages and starts nothing. Conversations stay where they
        are. It needs the scope `workflows:write`.
        """
        return self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/deactivate", idempotency_key=idempotency_key),
        )

    def pause_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service for a while. It needs the scope `workflows:write`."""
        return self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/pause", idempotency_key=idempotency_key),
        )

    def archive_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service for good. Nothing is deleted. It needs the scope `workflows:write`."""
        return self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/archive", idempotency_key=idempotency_key),
        )


class AsyncWorkflowsCalls(AsyncCaller):
    """Workflows."""

    def get_workflows_by_organization(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        status: Literal["draft", "active", "inactive", "paused", "archived"] | None = None,
        execution_mode: Literal["persistent", "single"] | None = None,
        name: str | None = None,
        sort: Literal["id", "-id", "name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None,
    ) -> AsyncPages[Workflow]:
        """List the workflows of your organization. It needs the scope `workflows:read`."""
        return self._list(
            Workflow,
            "/api/v1/workflows",
            {
                "cursor": cursor,
                "limit": limit,
                "status": status,
                "executionMode": execution_mode,
                "name": name,
                "sort": sort,
            },
        )

    async def get_workflow(self, workflow: str | int) -> Workflow:
        """Read a workflow. It needs the scope `workflows:read`."""
        return await self._call(Workflow, make_request("GET", f"/api/v1/workflows/{segment(workflow)}"))

    async def activate_workflow(
        self, workflow: str | int, *, version: int | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Workflow:
        """Put a workflow into service; with a version, serve that version to new executions, too. It needs the scope
        `workflows:write`.
        """
        return await self._call(
            Workflow,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/activate",
                body={"version": version},
                idempotency_key=idempotency_key,
            ),
        )

    async def deactivate_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service: it takes no messages and starts nothing. Conversations stay where they
        are. It needs the scope `workflows:write`.
        """
        return await self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/deactivate", idempotency_key=idempotency_key),
        )

    async def pause_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service for a while. It needs the scope `workflows:write`."""
        return await self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/pause", idempotency_key=idempotency_key),
        )

    async def archive_workflow(self, workflow: str | int, *, idempotency_key: str | None = None) -> Workflow:
        """Take a workflow out of service for good. Nothing is deleted. It needs the scope `workflows:write`."""
        return await self._call(
            Workflow,
            make_request("POST", f"/api/v1/workflows/{segment(workflow)}/archive", idempotency_key=idempotency_key),
        )
