"""Short addresses. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.drafts import WorkflowDraft
from botflow_client.models.executions import Execution, TriggerResult
from botflow_client.models.short_addresses import RunDetails
from botflow_client.models.workflows import Workflow
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class ShortAddressesCalls(Caller):
    """Short addresses."""

    def list_workflows(
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
            "/api/workflows",
            {
                "cursor": cursor,
                "limit": limit,
                "status": status,
                "executionMode": execution_mode,
                "name": name,
                "sort": sort,
            },
        )

    def post_workflow(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> WorkflowDraft:
        """Make a workflow from its document. It needs the scope `workflows:write`."""
        return self._call(
            WorkflowDraft, make_request("POST", "/api/workflows", body=document, idempotency_key=idempotency_key)
        )

    def put_workflow(
        self, workflow: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> WorkflowDraft:
        """Replace a workflow's draft. It needs the scope `workflows:write`."""
        return self._call(
            WorkflowDraft, make_request("PUT", f"/api/workflows/{segment(workflow)}", body=document, if_match=if_match)
        )

    def put_activation(self, workflow: str | int, *, version: int | Omit | None = OMIT) -> Workflow:
        """Put a workflow into service. It needs the scope `workflows:write`."""
        return self._call(
            Workflow, make_request("PUT", f"/api/workflows/{segment(workflow)}/activate", body={"version": version})
        )

    def put_pause(self, workflow: str | int) -> Workflow:
        """Take a workflow out of service for a while. It needs the scope `workflows:write`."""
        return self._call(Workflow, make_request("PUT", f"/api/workflows/{segment(workflow)}/pause"))

    def post_trigger(
        self,
        workflow: str | int,
        *,
        user_name: str | Omit = OMIT,
        input: Any = OMIT,
        version: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> TriggerResult:
        """Start a workflow by hand. It needs the scope `executions:write`."""
        return self._call(
            TriggerResult,
            make_request(
                "POST",
                f"/api/workflows/{segment(workflow)}/trigger",
                body={"userName": user_name, "input": input, "version": version},
                idempotency_key=idempotency_key,
            ),
        )

    def list_workflow_runs(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
        session: int | None = None,
        top_level: bool | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        sort: Literal["startedAt", "-startedAt"] | None = None,
    ) -> Pages[Execution]:
        """List executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            "/api/workflow-runs",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "status": status,
                "session": session,
                "topLevel": top_level,
                "after": after,
                "before": before,
                "sort": sort,
            },
        )

    def get_workflow_run(self, execution: str | int) -> RunDetails:
        """Read an execution with the first hundred lines of its log. It needs the scope `executions:read`."""
        return self._call(RunDetails, make_request("GET", f"/api/workflow-runs/{segment(execution)}"))


class AsyncShortAddressesCalls(AsyncCaller):
    """Short addresses."""

    def list_workflows(
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
            "/api/workflows",
            {
                "cursor": cursor,
                "limit": limit,
                "status": status,
                "executionMode": execution_mode,
                "name": name,
                "sort": sort,
            },
        )

    async def post_workflow(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> WorkflowDraft:
        """Make a workflow from its document. It needs the scope `workflows:write`."""
        return await self._call(
            WorkflowDraft, make_request("POST", "/api/workflows", body=document, idempotency_key=idempotency_key)
        )

    async def put_workflow(
        self, workflow: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> WorkflowDraft:
        """Replace a workflow's draft. It needs the scope `workflows:write`."""
        return await self._call(
            WorkflowDraft, make_request("PUT", f"/api/workflows/{segment(workflow)}", body=document, if_match=if_match)
        )

    async def put_activation(self, workflow: str | int, *, version: int | Omit | None = OMIT) -> Workflow:
        """Put a workflow into service. It needs the scope `workflows:write`."""
        return await self._call(
            Workflow, make_request("PUT", f"/api/workflows/{segment(workflow)}/activate", body={"version": version})
        )

    async def put_pause(self, workflow: str | int) -> Workflow:
        """Take a workflow out of service for a while. It needs the scope `workflows:write`."""
        return await self._call(Workflow, make_request("PUT", f"/api/workflows/{segment(workflow)}/pause"))

    async def post_trigger(
        self,
        workflow: str | int,
        *,
        user_name: str | Omit = OMIT,
        input: Any = OMIT,
        version: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> TriggerResult:
        """Start a workflow by hand. It needs the scope `executions:write`."""
        return await self._call(
            TriggerResult,
            make_request(
                "POST",
                f"/api/workflows/{segment(workflow)}/trigger",
                body={"userName": user_name, "input": input, "version": version},
                idempotency_key=idempotency_key,
            ),
        )

    def list_workflow_runs(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
        session: int | None = None,
        top_level: bool | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        sort: Literal["startedAt", "-startedAt"] | None = None,
    ) -> AsyncPages[Execution]:
        """List executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            "/api/workflow-runs",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "status": status,
                "session": session,
                "topLevel": top_level,
                "after": after,
                "before": before,
                "sort": sort,
            },
        )

    async def get_workflow_run(self, execution: str | int) -> RunDetails:
        """Read an execution with the first hundred lines of its log. It needs the scope `executions:read`."""
        return await self._call(RunDetails, make_request("GET", f"/api/workflow-runs/{segment(execution)}"))
