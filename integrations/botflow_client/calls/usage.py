"""Usage. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from botflow_client.models.usage import AiCall, Usage, VariantResults, WorkflowCounts
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class UsageCalls(Caller):
    """Usage."""

    def get_ai_calls(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        model: str | None = None,
        topic: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Pages[AiCall]:
        """List calls of models with prompts and answers, those of the newest execution first. A page with less than
        `limit` calls may have another one after it: `next` says so. It needs the scope `executions:read`.
        """
        return self._list(
            AiCall,
            "/api/v1/ai-calls",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "model": model,
                "topic": topic,
                "after": after,
                "before": before,
            },
        )

    def get_ai_call(self, call: str | int) -> AiCall:
        """Read a call of a model; 404 when it is not recorded. It needs the scope `executions:read`."""
        return self._call(AiCall, make_request("GET", f"/api/v1/ai-calls/{segment(call)}"))

    def get_execution_ai_calls(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[AiCall]:
        """List an execution's calls of models, in their order. It needs the scope `executions:read`."""
        return self._list(
            AiCall, f"/api/v1/executions/{segment(execution)}/ai-calls", {"cursor": cursor, "limit": limit}
        )

    def get_usage(
        self,
        *,
        group_by: Literal["workflow", "node", "model", "day"] | None = None,
        workflow: str | None = None,
        version: int | None = None,
        model: str | None = None,
        topic: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Usage:
        """Sum up calls, tokens and cost of models by workflow, node, model, or day. It needs the scope
        `executions:read`.
        """
        return self._call(
            Usage,
            make_request(
                "GET",
                "/api/v1/usage",
                query={
                    "groupBy": group_by,
                    "workflow": workflow,
                    "version": version,
                    "model": model,
                    "topic": topic,
                    "after": after,
                    "before": before,
                },
            ),
        )

    def get_workflow_counts(
        self,
        workflow: str | int,
        *,
        version: int | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> WorkflowCounts:
        """Count the visits of each node and edge of a version, and who waits at each node now. It needs the scope
        `executions:read`.
        """
        return self._call(
            WorkflowCounts,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/counts",
                query={"version": version, "after": after, "before": before},
            ),
        )

    def get_variant_results(
        self,
        workflow: str | int,
        *,
        node: str,
        goal: str | None = None,
        version: int | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> VariantResults:
        """Count what became of each variant of a split: conversations, people, and how many reached the goal. It
        needs the scope `executions:read`.
        """
        return self._call(
            VariantResults,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/variants",
                query={"node": node, "goal": goal, "version": version, "after": after, "before": before},
            ),
        )


class AsyncUsageCalls(AsyncCaller):
    """Usage."""

    def get_ai_calls(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        model: str | None = None,
        topic: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> AsyncPages[AiCall]:
        """List calls of models with prompts and answers, those of the newest execution first. A page with less than
        `limit` calls may have another one after it: `next` says so. It needs the scope `executions:read`.
        """
        return self._list(
            AiCall,
            "/api/v1/ai-calls",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "model": model,
                "topic": topic,
                "after": after,
                "before": before,
            },
        )

    async def get_ai_call(self, call: str | int) -> AiCall:
        """Read a call of a model; 404 when it is not recorded. It needs the scope `executions:read`."""
        return await self._call(AiCall, make_request("GET", f"/api/v1/ai-calls/{segment(call)}"))

    def get_execution_ai_calls(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[AiCall]:
        """List an execution's calls of models, in their order. It needs the scope `executions:read`."""
        return self._list(
            AiCall, f"/api/v1/executions/{segment(execution)}/ai-calls", {"cursor": cursor, "limit": limit}
        )

    async def get_usage(
        self,
        *,
        group_by: Literal["workflow", "node", "model", "day"] | None = None,
        workflow: str | None = None,
        version: int | None = None,
        model: str | None = None,
        topic: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Usage:
        """Sum up calls, tokens and cost of models by workflow, node, model, or day. It needs the scope
        `executions:read`.
        """
        return await self._call(
            Usage,
            make_request(
                "GET",
                "/api/v1/usage",
                query={
                    "groupBy": group_by,
                    "workflow": workflow,
                    "version": version,
                    "model": model,
                    "topic": topic,
                    "after": after,
                    "before": before,
                },
            ),
        )

    async def get_workflow_counts(
        self,
        workflow: str | int,
        *,
        version: int | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> WorkflowCounts:
        """Count the visits of each node and edge of a version, and who waits at each node now. It needs the scope
        `executions:read`.
        """
        return await self._call(
            WorkflowCounts,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/counts",
                query={"version": version, "after": after, "before": before},
            ),
        )

    async def get_variant_results(
        self,
        workflow: str | int,
        *,
        node: str,
        goal: str | None = None,
        version: int | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> VariantResults:
        """Count what became of each variant of a split: conversations, people, and how many reached the goal. It
        needs the scope `executions:read`.
        """
        return await self._call(
            VariantResults,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/variants",
                query={"node": node, "goal": goal, "version": version, "after": after, "before": before},
            ),
        )
