"""Executions: listed, started, followed, and changed. All of them are those of the caller's organization."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection

from botflow.engine.inbound import RUN
from botflow.records.access import Principal
from botflow.records.runs import ExecutionFilter
from botflow.runtime.app import Runtime
from botflow.runtime.runs.log import Level, log_of
from botflow.runtime.runs.refusals import messages_of_session, unknown_artifact
from botflow.runtime.runs.starts.callers_connection import AnyConnection, work_on
from botflow.runtime.runs.starts.emit import Event
from botflow.runtime.runs.starts.start import StartRequest, TriggeredExecution, start_with
from botflow.service.cursors import PAGE, cursor_of, page_of, read_cursor
from botflow.service.executions.execution import Execution
from botflow.service.executions.execution_models import (
    ExecutionDetails,
    ExecutionTraces,
    QueuedExecution,
    ShownArtifact,
    ShownLogEntry,
    StartedByEvent,
    StartedExecution,
    TriggerResult,
)
from botflow.service.executions.operator_outcomes import completed, failed
from botflow.service.models import Page
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.service.sessions.sessions import SessionMessage, read_messages, session_number, unknown_session
from botflow.storage.runs.artifacts import delete_artifact
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.sessions import session_pages

Sort = Literal["startedAt", "-startedAt"]
_LAST_LINE = 2**31 - 1
_EVERY = ExecutionFilter()


class Executions:
    """The executions of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runs = runtime.executions.on_behalf(caller)
        self._triggers = runtime.triggers.within(caller.organization)
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    # -- lists

    async def get_executions(
        self,
        wanted: ExecutionFilter = _EVERY,
        *,
        sort: Sort = "-startedAt",
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Execution]:
        """Return a page of executions."""
        after = read_cursor(cursor, sort, (str,))
        order: Literal["newest first", "oldest first"] = "newest first" if sort == "-startedAt" else "oldest first"
        before = str(after[0]) if after is not None else None
        found = await self._runs.page(wanted, before=before, limit=limit + 1, order=order)
        return page_of(found, limit, sort, lambda record: (record.id,), Execution.of)

    async def get_executions_by_workflow_id(
        self, workflow_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Execution]:
        """Return a page of a workflow's executions, the newest first. RejectedInbound `workflow.unknown`."""
        if not await self._engine.read(session_pages.knows_workflow, self._caller.organization, slug_in(workflow_id)):
            raise unknown_workflow(workflow_id)
        return await self.get_executions(ExecutionFilter(workflow=workflow_id), cursor=cursor, limit=limit)

    async def get_executions_by_session_id(
        self, session_id: int | str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Execution]:
        """Return a page of a session's executions, the newest first. RejectedInbound `session.unknown`."""
        number = session_number(str(session_id))
        if not await self._engine.read(session_pages.knows_session, self._caller.organization, number):
            raise unknown_session(str(session_id))
        return await self.get_executions(ExecutionFilter(session=number), cursor=cursor, limit=limit)

    async def get_active_executions(
        self, workflow_id: str | None = None, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Execution]:
        """Return a page of the executions that have not ended, the newest first."""
        wanted = ExecutionFilter(workflow=workflow_id, under_way=True)
        return await self.get_executions(wanted, cursor=cursor, limit=limit)

    async def get_children(
        self, execution_id: str, *, status: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Execution]:
        """Return a page of the runs that an execution started, the newest first."""
        after = read_cursor(cursor, "children", (str,))
        before = str(after[0]) if after is not None else None
        found = await self._runs.children(execution_id, status=status, before=before, limit=limit + 1)
        return page_of(found, limit, "children", lambda record: (record.id,), Execution.of)

    # -- one of them

    async def get_execution(self, execution_id: str) -> ExecutionDetails:
        """RejectedInbound `execution.unknown` (404), also for another organization's."""
        return ExecutionDetails.of_detail(await self._runs.get(execution_id))

    async def get_execution_traces(self, execution_id: str) -> ExecutionTraces:
        """Return its steps, one for each visit of a node, and which of them can be forked."""
        return ExecutionTraces.of(await self._runs.steps(execution_id))

    async def get_execution_logs(
        self, execution_id: str, *, level: Level = "debug", cursor: str | None = None, limit: int = PAGE
    ) -> Page[ShownLogEntry]:
        """Return a page of its log lines of this level and above, oldest first. A page may have less than `limit`, and
        another one after it."""
        version, index = read_cursor(cursor, level, (int, int)) or (1, -1)
        turns = await self._runs.turns(execution_id, after=version - 1, limit=limit)
        lines = [line for line in log_of(turns, level) if (line.version, line.index) > (version, index)]
        if len(lines) > limit or len(turns) < limit:
            return page_of(lines, limit, level, lambda line: (line.version, line.index), ShownLogEntry.of)
        items = [ShownLogEntry.of(line) for line in lines]
        return Page(items=items, next=cursor_of(level, (turns[-1].version, _LAST_LINE)))

    async def get_execution_messages(
        self, execution_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[SessionMessage]:
        """Return a page of the messages of a run or a fork, the newest first, in whole turns. RejectedInbound
        `execution.is_conversation` (409): its session has them."""
        record = (await self._runs.get(execution_id)).record
        if record.channel != RUN:
            raise messages_of_session()
        return await self._engine.read(read_messages, record.session, cursor, limit)

    async def get_execution_artifacts(
        self, execution_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[ShownArtifact]:
        """Return a page of its artifacts, by their keys."""
        after = read_cursor(cursor, "artifacts", (str,))
        found = await self._runs.artifacts(execution_id, after=after[0] if after else None, limit=limit + 1)
        return page_of(found, limit, "artifacts", lambda artifact: (artifact.key,), ShownArtifact.of)

    async def get_artifact(self, execution_id: str, key: str) -> tuple[ShownArtifact, bytes]:
        """RejectedInbound `artifact.unknown` (404)."""
        artifact, content = await self._runs.artifact(execution_id, key)
        return ShownArtifact.of(artifact), content

    async def delete_artifact(self, execution_id: str, key: str) -> None:
        """Delete an artifact for good. RejectedInbound `artifact.unknown` (404), also for a part of the execution's
        state, which goes with the execution."""
        await self._runs.get(execution_id)
        await self._engine.write(self._delete_artifact, execution_id, key)

    def _delete_artifact(self, connection: Connection, execution_id: str, key: str) -> None:
        if not delete_artifact(connection, execution_id, key):
            raise unknown_artifact()
        record_change(connection, self._caller, "artifact.deleted", f"execution:{execution_id}", before={"key": key})

    # -- starts

    async def create_execution(self, request: StartRequest) -> StartedExecution:
        """Start a workflow; with a key that was used before, return the execution that it started."""
        started = await self._runs.start(request)
        return StartedExecution.model_validate({"id": started.execution_id, "status": started.status})

    async def execute_workflow(self, workflow_id: str, inputs: Any = None) -> QueuedExecution:
        """Queue a run of a workflow, and return its ids at once."""
        started = await self._runs.start(StartRequest(workflow=workflow_id, input=inputs))
        session = (await self._runs.get(started.execution_id)).record.session
        return QueuedExecution(execution_id=started.execution_id, job_id=f"{session}.1")

    async def trigger_workflow(
        self,
        workflow_id: str,
        user_name: str = "",
        input: Any = None,
        version: int | None = None,
        connection: AnyConnection | None = None,
    ) -> TriggerResult:
        """Start a workflow for a user, and return at once; on a `connection` of SQLAlchemy's it starts when that
        transaction commits, or not at all."""
        request = StartRequest(
            workflow=workflow_id,
            organization=self._caller.organization,
            user_name=user_name,
            input=input,
            version=version,
        )
        if connection is None:
            return _triggered(await self._runs.start(request))
        return _triggered(await work_on(connection, partial(start_with, request=request)))

    async def emit_event(self, name: str, payload: Any = None, key: str = "") -> StartedByEvent:
        """Start every active workflow that listens for the event, each once."""
        event = Event(name=name, payload=payload, key=key, organization=self._caller.organization)
        started = await self._triggers.emit(event, self._caller)
        shown = [TriggerResult(execution_id=each.execution_id, status=each.status) for each in started]
        return StartedByEvent(executions=shown)

    # -- changes

    async def start_execution(self, execution_id: str) -> Execution:
        """Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is."""
        return Execution.of(await self._runs.begin_now(execution_id))

    async def complete_execution(self, execution_id: str, output_data: Any = None) -> Execution:
        """End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits for
        are cancelled, and a parent that waits for it gets the output."""
        return Execution.of(await self._runs.end_as(execution_id, completed(output_data)))

    async def fail_execution(self, execution_id: str, error_message: str, error_data: Any = None) -> Execution:
        """End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for are
        cancelled, and a parent that waits for it is told."""
        return Execution.of(await self._runs.end_as(execution_id, failed(error_message, error_data)))

    async def update_current_node(self, execution_id: str, current_node_id: str) -> Execution:
        """Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and
        digressions that it is in are left, and the runs that it waits for are cancelled."""
        return Execution.of(await self._runs.move(execution_id, current_node_id))

    async def pause_execution(self, execution_id: str) -> Execution:
        """Pause it until it is resumed. A turn under way is abandoned, and runs again after that."""
        return Execution.of(await self._runs.pause(execution_id))

    async def resume_execution(self, execution_id: str) -> Execution:
        """Resume a paused execution; timers that came due meanwhile fire."""
        return Execution.of(await self._runs.resume(execution_id))

    async def cancel_execution(self, execution_id: str, *, skip_finally: bool = False) -> Execution:
        """Cancel it, the runs that it waits for, and what is queued. It is `cancelling` until its `finally` has run;
        with `skip_finally` it ends at once."""
        return Execution.of(await self._runs.cancel(execution_id, skip_finally=skip_finally))

    async def retry_execution(self, execution_id: str, checkpoint: int | Literal["start"] | None = None) -> Execution:
        """Run an ended execution again: from its last checkpoint, from the one named, or from its start."""
        if checkpoint == "start":
            return Execution.of(await self._runs.retry(execution_id, from_start=True))
        return Execution.of(await self._runs.retry(execution_id, checkpoint=checkpoint))


def _triggered(started: TriggeredExecution) -> TriggerResult:
    """A pending execution is one that runs in the background, for who has started it."""
    status = "running" if started.status == "pending" else started.status
    return TriggerResult(execution_id=started.execution_id, status=status)
