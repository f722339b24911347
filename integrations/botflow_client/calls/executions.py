"""Executions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from botflow_client import inputs
from botflow_client.downloads import AsyncDownload, Download
from botflow_client.models.executions import (
    Execution,
    ExecutionDetails,
    ExecutionTraces,
    QueuedExecution,
    SessionMessage,
    ShownArtifact,
    ShownLogEntry,
    StartedByEvent,
    StartedExecution,
    TriggerResult,
)
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class ExecutionsCalls(Caller):
    """Executions."""

    def get_executions(
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
        """List the executions of your organization, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            "/api/v1/executions",
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

    def get_active_executions(
        self, *, cursor: str | None = None, limit: int | None = None, workflow: str | None = None
    ) -> Pages[Execution]:
        """List the executions that have not ended, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, "/api/v1/executions/active", {"cursor": cursor, "limit": limit, "workflow": workflow}
        )

    def get_executions_by_workflow_id(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Execution]:
        """List a workflow's executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, f"/api/v1/workflows/{segment(workflow)}/executions", {"cursor": cursor, "limit": limit}
        )

    def create_execution(
        self,
        workflow: str | int,
        *,
        input: Any = OMIT,
        priority: Any = OMIT,
        key: str | Omit = OMIT,
        user: str | Omit = OMIT,
        version: int | Omit | None = OMIT,
        external_id: str | Omit = OMIT,
        channel: str | Omit = OMIT,
        address: str | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> StartedExecution:
        """Start a workflow. The execution runs in the background. It needs the scope `executions:write`."""
        return self._call(
            StartedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/executions",
                body={
                    "input": input,
                    "priority": priority,
                    "key": key,
                    "user": user,
                    "version": version,
                    "externalId": external_id,
                    "channel": channel,
                    "address": address,
                    "metadata": metadata,
                },
                idempotency_key=idempotency_key,
            ),
        )

    def get_executions_by_session_id(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Execution]:
        """List a session's executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, f"/api/v1/sessions/{segment(session)}/executions", {"cursor": cursor, "limit": limit}
        )

    def get_execution(self, execution: str | int) -> ExecutionDetails:
        """Read an execution with its values, what it has used, and the checkpoints from which it can be retried. It
        needs the scope `executions:read`.
        """
        return self._call(ExecutionDetails, make_request("GET", f"/api/v1/executions/{segment(execution)}"))

    def get_children(
        self,
        execution: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
    ) -> Pages[Execution]:
        """List the runs that an execution started, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            f"/api/v1/executions/{segment(execution)}/children",
            {"cursor": cursor, "limit": limit, "status": status},
        )

    def get_execution_traces(self, execution: str | int) -> ExecutionTraces:
        """Read an execution's steps: one for each visit of a node. It needs the scope `executions:read`."""
        return self._call(ExecutionTraces, make_request("GET", f"/api/v1/executions/{segment(execution)}/steps"))

    def get_execution_logs(
        self,
        execution: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        level: Literal["debug", "info", "warning", "error"] | None = None,
    ) -> Pages[ShownLogEntry]:
        """List an execution's log lines, oldest first. A page with less than `limit` lines may have another one
        after it: `next` says so. It needs the scope `executions:read`.
        """
        return self._list(
            ShownLogEntry,
            f"/api/v1/executions/{segment(execution)}/logs",
            {"cursor": cursor, "limit": limit, "level": level},
        )

    def get_execution_messages(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[SessionMessage]:
        """List what a run or a fork has heard and said, the newest first, in whole turns. Nothing that a fork says
        is sent: its `state` is `suppressed`. It needs the scope `executions:read`.
        """
        return self._list(
            SessionMessage, f"/api/v1/executions/{segment(execution)}/messages", {"cursor": cursor, "limit": limit}
        )

    def get_execution_artifacts(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[ShownArtifact]:
        """List the large results that are stored with an execution, by their keys. It needs the scope
        `executions:read`.
        """
        return self._list(
            ShownArtifact, f"/api/v1/executions/{segment(execution)}/artifacts", {"cursor": cursor, "limit": limit}
        )

    def get_artifact(self, execution: str | int, key: str | int) -> Download:
        """Read an artifact's bytes, as a download that a browser does not execute. It needs the scope
        `executions:read`.
        """
        return self._download(make_request("GET", f"/api/v1/executions/{segment(execution)}/artifacts/{segment(key)}"))

    def delete_artifact(self, execution: str | int, key: str | int) -> None:
        """Delete an artifact for good. It needs the scope `executions:write`."""
        self._do(make_request("DELETE", f"/api/v1/executions/{segment(execution)}/artifacts/{segment(key)}"))

    def execute_workflow(
        self, workflow: str | int, *, input: Any = OMIT, idempotency_key: str | None = None
    ) -> QueuedExecution:
        """Queue a run of a workflow, and answer with its ids at once. It needs the scope `executions:write`."""
        return self._call(
            QueuedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/execute",
                body={"input": input},
                idempotency_key=idempotency_key,
            ),
        )

    def trigger_workflow(
        self,
        workflow: str | int,
        *,
        user_name: str | Omit = OMIT,
        input: Any = OMIT,
        version: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> TriggerResult:
        """Start a workflow for a user, who may use only the own credentials and the organization's. It needs the
        scope `executions:write`.
        """
        return self._call(
            TriggerResult,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/trigger",
                body={"userName": user_name, "input": input, "version": version},
                idempotency_key=idempotency_key,
            ),
        )

    def emit_event(
        self, *, name: str, payload: Any = OMIT, key: str | Omit = OMIT, idempotency_key: str | None = None
    ) -> StartedByEvent:
        """Start every active workflow with a `trigger.event` for this event, each once. It needs the scope
        `executions:write`.
        """
        return self._call(
            StartedByEvent,
            make_request(
                "POST",
                "/api/v1/events",
                body={"name": name, "payload": payload, "key": key},
                idempotency_key=idempotency_key,
            ),
        )

    def get_execution_status(self, execution: str | int) -> ExecutionDetails:
        """Read an execution, like `/executions/{execution}`. It needs the scope `executions:read`."""
        return self._call(ExecutionDetails, make_request("GET", f"/api/v1/workflows/executions/{segment(execution)}"))

    def start_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is.
        It needs the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/start", idempotency_key=idempotency_key),
        )

    def pause_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Pause an execution until it is resumed. A turn under way is abandoned, and runs again after that. It needs
        the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/pause", idempotency_key=idempotency_key),
        )

    def resume_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Resume a paused execution; timers that came due meanwhile fire. It needs the scope `executions:write`."""
        return self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/resume", idempotency_key=idempotency_key),
        )

    def cancel_execution(
        self, execution: str | int, *, skip_finally: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """Cancel an execution, the runs that it waits for, and what is queued. It is `cancelling` until its
        `finally` has run. Sent again, it changes nothing. It needs the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/cancel",
                body={"skipFinally": skip_finally},
                idempotency_key=idempotency_key,
            ),
        )

    def retry_execution(
        self,
        execution: str | int,
        *,
        attempts: int | Omit = OMIT,
        delay: str | Omit = OMIT,
        backoff: float | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Run an ended execution again. `retries` counts how often. It needs the scope `executions:write`."""
        return self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/retry",
                body={"attempts": attempts, "delay": delay, "backoff": backoff},
                idempotency_key=idempotency_key,
            ),
        )

    def complete_execution(
        self, execution: str | int, *, output: Any = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits
        for are cancelled, and a parent that waits for it gets the output. It needs the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/complete",
                body={"output": output},
                idempotency_key=idempotency_key,
            ),
        )

    def fail_execution(
        self, execution: str | int, *, message: str, data: Any = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for
        are cancelled, and a parent that waits for it is told. It needs the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/fail",
                body={"message": message, "data": data},
                idempotency_key=idempotency_key,
            ),
        )

    def update_current_node(self, execution: str | int, *, node: str) -> Execution:
        """Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and
        digressions that it is in are left, and the runs that it waits for are cancelled. It needs the scope
        `executions:write`.
        """
        return self._call(
            Execution, make_request("PUT", f"/api/v1/executions/{segment(execution)}/node", body={"node": node})
        )

    def fork_execution(
        self,
        execution: str | int,
        *,
        step: int,
        variables: Mapping[str, Any] | Omit = OMIT,
        version: int | Omit | None = OMIT,
        ask_again: Sequence[str] | Omit = OMIT,
        new_questions: Literal["stop", "ask"] | Omit = OMIT,
        messages: Sequence[inputs.ForkMessage] | Omit | None = OMIT,
        key: str | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Begin a new execution before a step of one, with other variables; the original stays as it is. What models
        and actions answered the original, they answer the fork. It sends no message and emits no event, and no
        person can write to it: a fork of a conversation hears what was said after the step, or the messages that are
        given. It needs the scope `executions:write`.
        """
        return self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/fork",
                body={
                    "step": step,
                    "variables": variables,
                    "version": version,
                    "askAgain": ask_again,
                    "newQuestions": new_questions,
                    "messages": messages,
                    "key": key,
                },
                idempotency_key=idempotency_key,
            ),
        )


class AsyncExecutionsCalls(AsyncCaller):
    """Executions."""

    def get_executions(
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
        """List the executions of your organization, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            "/api/v1/executions",
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

    def get_active_executions(
        self, *, cursor: str | None = None, limit: int | None = None, workflow: str | None = None
    ) -> AsyncPages[Execution]:
        """List the executions that have not ended, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, "/api/v1/executions/active", {"cursor": cursor, "limit": limit, "workflow": workflow}
        )

    def get_executions_by_workflow_id(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Execution]:
        """List a workflow's executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, f"/api/v1/workflows/{segment(workflow)}/executions", {"cursor": cursor, "limit": limit}
        )

    async def create_execution(
        self,
        workflow: str | int,
        *,
        input: Any = OMIT,
        priority: Any = OMIT,
        key: str | Omit = OMIT,
        user: str | Omit = OMIT,
        version: int | Omit | None = OMIT,
        external_id: str | Omit = OMIT,
        channel: str | Omit = OMIT,
        address: str | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> StartedExecution:
        """Start a workflow. The execution runs in the background. It needs the scope `executions:write`."""
        return await self._call(
            StartedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/executions",
                body={
                    "input": input,
                    "priority": priority,
                    "key": key,
                    "user": user,
                    "version": version,
                    "externalId": external_id,
                    "channel": channel,
                    "address": address,
                    "metadata": metadata,
                },
                idempotency_key=idempotency_key,
            ),
        )

    def get_executions_by_session_id(
        self, session: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Execution]:
        """List a session's executions, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution, f"/api/v1/sessions/{segment(session)}/executions", {"cursor": cursor, "limit": limit}
        )

    async def get_execution(self, execution: str | int) -> ExecutionDetails:
        """Read an execution with its values, what it has used, and the checkpoints from which it can be retried. It
        needs the scope `executions:read`.
        """
        return await self._call(ExecutionDetails, make_request("GET", f"/api/v1/executions/{segment(execution)}"))

    def get_children(
        self,
        execution: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
    ) -> AsyncPages[Execution]:
        """List the runs that an execution started, the newest first. It needs the scope `executions:read`."""
        return self._list(
            Execution,
            f"/api/v1/executions/{segment(execution)}/children",
            {"cursor": cursor, "limit": limit, "status": status},
        )

    async def get_execution_traces(self, execution: str | int) -> ExecutionTraces:
        """Read an execution's steps: one for each visit of a node. It needs the scope `executions:read`."""
        return await self._call(ExecutionTraces, make_request("GET", f"/api/v1/executions/{segment(execution)}/steps"))

    def get_execution_logs(
        self,
        execution: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        level: Literal["debug", "info", "warning", "error"] | None = None,
    ) -> AsyncPages[ShownLogEntry]:
        """List an execution's log lines, oldest first. A page with less than `limit` lines may have another one
        after it: `next` says so. It needs the scope `executions:read`.
        """
        return self._list(
            ShownLogEntry,
            f"/api/v1/executions/{segment(execution)}/logs",
            {"cursor": cursor, "limit": limit, "level": level},
        )

    def get_execution_messages(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[SessionMessage]:
        """List what a run or a fork has heard and said, the newest first, in whole turns. Nothing that a fork says
        is sent: its `state` is `suppressed`. It needs the scope `executions:read`.
        """
        return self._list(
            SessionMessage, f"/api/v1/executions/{segment(execution)}/messages", {"cursor": cursor, "limit": limit}
        )

    def get_execution_artifacts(
        self, execution: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[ShownArtifact]:
        """List the large results that are stored with an execution, by their keys. It needs the scope
        `executions:read`.
        """
        return self._list(
            ShownArtifact, f"/api/v1/executions/{segment(execution)}/artifacts", {"cursor": cursor, "limit": limit}
        )

    def get_artifact(self, execution: str | int, key: str | int) -> AsyncDownload:
        """Read an artifact's bytes, as a download that a browser does not execute. It needs the scope
        `executions:read`.
        """
        return self._download(make_request("GET", f"/api/v1/executions/{segment(execution)}/artifacts/{segment(key)}"))

    async def delete_artifact(self, execution: str | int, key: str | int) -> None:
        """Delete an artifact for good. It needs the scope `executions:write`."""
        await self._do(make_request("DELETE", f"/api/v1/executions/{segment(execution)}/artifacts/{segment(key)}"))

    async def execute_workflow(
        self, workflow: str | int, *, input: Any = OMIT, idempotency_key: str | None = None
    ) -> QueuedExecution:
        """Queue a run of a workflow, and answer with its ids at once. It needs the scope `executions:write`."""
        return await self._call(
            QueuedExecution,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/execute",
                body={"input": input},
                idempotency_key=idempotency_key,
            ),
        )

    async def trigger_workflow(
        self,
        workflow: str | int,
        *,
        user_name: str | Omit = OMIT,
        input: Any = OMIT,
        version: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> TriggerResult:
        """Start a workflow for a user, who may use only the own credentials and the organization's. It needs the
        scope `executions:write`.
        """
        return await self._call(
            TriggerResult,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/trigger",
                body={"userName": user_name, "input": input, "version": version},
                idempotency_key=idempotency_key,
            ),
        )

    async def emit_event(
        self, *, name: str, payload: Any = OMIT, key: str | Omit = OMIT, idempotency_key: str | None = None
    ) -> StartedByEvent:
        """Start every active workflow with a `trigger.event` for this event, each once. It needs the scope
        `executions:write`.
        """
        return await self._call(
            StartedByEvent,
            make_request(
                "POST",
                "/api/v1/events",
                body={"name": name, "payload": payload, "key": key},
                idempotency_key=idempotency_key,
            ),
        )

    async def get_execution_status(self, execution: str | int) -> ExecutionDetails:
        """Read an execution, like `/executions/{execution}`. It needs the scope `executions:read`."""
        return await self._call(
            ExecutionDetails, make_request("GET", f"/api/v1/workflows/executions/{segment(execution)}")
        )

    async def start_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is.
        It needs the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/start", idempotency_key=idempotency_key),
        )

    async def pause_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Pause an execution until it is resumed. A turn under way is abandoned, and runs again after that. It needs
        the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/pause", idempotency_key=idempotency_key),
        )

    async def resume_execution(self, execution: str | int, *, idempotency_key: str | None = None) -> Execution:
        """Resume a paused execution; timers that came due meanwhile fire. It needs the scope `executions:write`."""
        return await self._call(
            Execution,
            make_request("POST", f"/api/v1/executions/{segment(execution)}/resume", idempotency_key=idempotency_key),
        )

    async def cancel_execution(
        self, execution: str | int, *, skip_finally: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """Cancel an execution, the runs that it waits for, and what is queued. It is `cancelling` until its
        `finally` has run. Sent again, it changes nothing. It needs the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/cancel",
                body={"skipFinally": skip_finally},
                idempotency_key=idempotency_key,
            ),
        )

    async def retry_execution(
        self,
        execution: str | int,
        *,
        attempts: int | Omit = OMIT,
        delay: str | Omit = OMIT,
        backoff: float | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Run an ended execution again. `retries` counts how often. It needs the scope `executions:write`."""
        return await self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/retry",
                body={"attempts": attempts, "delay": delay, "backoff": backoff},
                idempotency_key=idempotency_key,
            ),
        )

    async def complete_execution(
        self, execution: str | int, *, output: Any = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits
        for are cancelled, and a parent that waits for it gets the output. It needs the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/complete",
                body={"output": output},
                idempotency_key=idempotency_key,
            ),
        )

    async def fail_execution(
        self, execution: str | int, *, message: str, data: Any = OMIT, idempotency_key: str | None = None
    ) -> Execution:
        """End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for
        are cancelled, and a parent that waits for it is told. It needs the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/fail",
                body={"message": message, "data": data},
                idempotency_key=idempotency_key,
            ),
        )

    async def update_current_node(self, execution: str | int, *, node: str) -> Execution:
        """Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and
        digressions that it is in are left, and the runs that it waits for are cancelled. It needs the scope
        `executions:write`.
        """
        return await self._call(
            Execution, make_request("PUT", f"/api/v1/executions/{segment(execution)}/node", body={"node": node})
        )

    async def fork_execution(
        self,
        execution: str | int,
        *,
        step: int,
        variables: Mapping[str, Any] | Omit = OMIT,
        version: int | Omit | None = OMIT,
        ask_again: Sequence[str] | Omit = OMIT,
        new_questions: Literal["stop", "ask"] | Omit = OMIT,
        messages: Sequence[inputs.ForkMessage] | Omit | None = OMIT,
        key: str | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Begin a new execution before a step of one, with other variables; the original stays as it is. What models
        and actions answered the original, they answer the fork. It sends no message and emits no event, and no
        person can write to it: a fork of a conversation hears what was said after the step, or the messages that are
        given. It needs the scope `executions:write`.
        """
        return await self._call(
            Execution,
            make_request(
                "POST",
                f"/api/v1/executions/{segment(execution)}/fork",
                body={
                    "step": step,
                    "variables": variables,
                    "version": version,
                    "askAgain": ask_again,
                    "newQuestions": new_questions,
                    "messages": messages,
                    "key": key,
                },
                idempotency_key=idempotency_key,
            ),
        )
