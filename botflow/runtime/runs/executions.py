"""Executions as programs see them: start, read, pause, resume, cancel, retry. The REST API uses this.

Every change is one transaction of the store; a worker that runs a turn of the execution notices it by its fences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import structlog

from botflow.errors import FlowError, RejectedInbound
from botflow.flow.graph import Flow
from botflow.records.runs import (
    ENDED,
    EVERY_EXECUTION,
    Artifact,
    Checkpoint,
    ExecutionFilter,
    ExecutionRecord,
    LifecycleChange,
    Spent,
)
from botflow.runtime.runs.log import Level, LogEntry, log_of
from botflow.runtime.runs.results import Results, find_results
from botflow.runtime.runs.start import StartRequest, TriggeredExecution
from botflow.runtime.runs.steps import Steps, steps_of
from botflow.runtime.runs.triggers import Triggers
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.signals import Hub
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.executions import Executions as ExecutionRows
from botflow.storage.runs.lifecycle import Lifecycle

PAGE = 50
LARGEST_PAGE = 200
READ_TURNS = 2_000  # of one execution, for its steps


class _Refusal(NamedTuple):
    code: str
    status: HTTPStatus
    message: str
    hint: str


_REFUSALS: Mapping[LifecycleChange, _Refusal] = MappingProxyType(
    {
        "unknown": _Refusal(
            code="execution.unknown",
            status=HTTPStatus.NOT_FOUND,
            message="there is no such execution",
            hint="list them with GET /api/v1/executions",
        ),
        "ended": _Refusal(
            code="execution.ended",
            status=HTTPStatus.CONFLICT,
            message="this execution is over",
            hint="one that failed or was cancelled can be retried",
        ),
        "cancelling": _Refusal(
            code="execution.cancelling",
            status=HTTPStatus.CONFLICT,
            message="this execution is being cancelled",
            hint="it ends when its `finally` has run; a cancellation with skipFinally ends it at once",
        ),
        "not_paused": _Refusal(
            code="execution.not_paused",
            status=HTTPStatus.CONFLICT,
            message="this execution is not paused",
            hint="only a paused one can be resumed",
        ),
        "not_ended": _Refusal(
            code="execution.not_ended",
            status=HTTPStatus.CONFLICT,
            message="this execution is not over",
            hint="cancel it first, or wait for its end",
        ),
        "completed": _Refusal(
            code="execution.completed",
            status=HTTPStatus.CONFLICT,
            message="this execution has completed",
            hint='name a checkpoint to take it up from there, "start" for its beginning, or start another',
        ),
        "not_a_run": _Refusal(
            code="execution.not_a_run",
            status=HTTPStatus.CONFLICT,
            message="a conversation is not retried",
            hint="its person's next message starts the next execution",
        ),
        "no_checkpoint": _Refusal(
            code="checkpoint.unknown",
            status=HTTPStatus.NOT_FOUND,
            message="there is no such checkpoint",
            hint='see the execution\'s checkpoints, or say "start"',
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionDetail:
    """An execution, what it has used, and its checkpoints (newest first)."""

    record: ExecutionRecord
    spent: Spent
    checkpoints: tuple[Checkpoint, ...]


class Executions:
    """One method per operation on executions. Refusals are RejectedInbounds with stable codes. `ended` is told of an
    execution that was cancelled: its workflow's slug, its status and its id."""

    def __init__(
        self,
        *,
        store: ExecutionRows,
        lifecycle: Lifecycle,
        artifacts: Artifacts,
        triggers: Triggers,
        flows: Flows,
        hub: Hub,
        ended: Callable[[str, str, str], None] = lambda workflow, status, execution: None,
    ) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._artifacts = artifacts
        self._triggers = triggers
        self._flows = flows
        self._hub = hub
        self._ended = ended
        self._log = structlog.get_logger("botflow.executions")

    async def start(self, request: StartRequest) -> TriggeredExecution:
        """Start a workflow; with a key that was used before, return the execution that it started."""
        started = await self._triggers.start(request)
        self._log.info("execution_queued", execution=started.execution_id, workflow=request.workflow)
        return started

    async def get(self, execution: str) -> ExecutionDetail:
        record = await self._record(execution)
        return ExecutionDetail(
            record=record,
            spent=await self._store.spent(record),
            checkpoints=tuple(await self._lifecycle.checkpoints(record.session)),
        )

    async def page(
        self, wanted: ExecutionFilter = EVERY_EXECUTION, *, before: str | None = None, limit: int = PAGE
    ) -> list[ExecutionRecord]:
        """Return executions, newest first; `before` is the id of the last one on the previous page."""
        if before is not None:
            _check_id(before)
        return await self._store.page(min(limit, LARGEST_PAGE), wanted, before=before)

    async def results(self, wanted: ExecutionFilter, base: str) -> Results:
        """Read which variables the results have; `Results` then yields them page by page. `base` completes the
        addresses of visitors' files."""
        return await find_results(self._store, wanted, base)

    async def children(
        self, execution: str, *, status: str | None = None, before: str | None = None, limit: int = LARGEST_PAGE
    ) -> list[ExecutionRecord]:
        """Return the runs that it started, newest first; `before` is the id of the last one on the previous page."""
        record = await self._record(execution)
        return await self.page(ExecutionFilter(parent=record.session, status=status), before=before, limit=limit)

    async def steps(self, execution: str) -> Steps:
        record = await self._record(execution)
        turns = await self._store.turns(record, READ_TURNS)
        under_way = None if record.status in ENDED else await self._store.under_way(record)
        return steps_of(turns, under_way, await self._flow(record), status=record.status)

    async def log(self, execution: str, *, level: Level = "debug", after: int = 0) -> Sequence[LogEntry]:
        """Return the log lines of up to 200 turns after the version `after`, oldest first."""
        record = await self._record(execution)
        return log_of(await self._store.turns(record, LARGEST_PAGE, after), level)

    async def artifacts(self, execution: str) -> list[Artifact]:
        await self._record(execution)
        return await self._artifacts.all_of(execution)

    async def artifact(self, execution: str, key: str) -> tuple[Artifact, bytes]:
        await self._record(execution)
        found = await self._artifacts.load(execution, key)
        if found is None:
            raise RejectedInbound(
                "there is no such artifact", code="artifact.unknown", hint="list the execution's artifacts", status=404
            )
        return found

    # -- changes

    async def pause(self, execution: str) -> ExecutionRecord:
        """Pause it until it is resumed; a turn under way is abandoned, and runs again after that."""
        return await self._changed(execution, "paused", await self._lifecycle.pause(_check_id(execution)))

    async def resume(self, execution: str) -> ExecutionRecord:
        """Resume a paused execution; overdue timers fire."""
        return await self._changed(execution, "resumed", await self._lifecycle.resume(_check_id(execution)))

    async def cancel(self, execution: str, *, skip_finally: bool = False) -> ExecutionRecord:
        """Cancel it and its children; an ask under way is abandoned within two seconds.

        An execution with a `finally` to run is `cancelling` until that has run, for at most five minutes; with
        `skip_finally` it ends at once. Cancelling it once more changes nothing.
        """
        change = await self._lifecycle.cancel(_check_id(execution), skip_finally=skip_finally)
        if change == "repeated":
            return await self._record(execution)
        record = await self._changed(execution, "cancelled", change)
        if record.status == "cancelling":
            self._hub.claimable()
        else:
            self._ended(record.workflow, "cancelled", record.id)
        return record

    async def retry(
        self, execution: str, *, checkpoint: int | None = None, from_start: bool = False
    ) -> ExecutionRecord:
        """Run an ended execution again: from its last checkpoint, from the one named, or from its start."""
        change = await self._lifecycle.retry(_check_id(execution), checkpoint, from_start=from_start)
        return await self._changed(execution, "retried", change)

    # -- helpers

    async def _record(self, execution: str) -> ExecutionRecord:
        record = await self._store.read(_check_id(execution))
        if record is None:
            raise _refused("unknown")
        return record

    async def _changed(self, execution: str, what: str, change: LifecycleChange) -> ExecutionRecord:
        if change != "changed":
            raise _refused(change)
        record = await self._record(execution)
        self._log.info("execution_changed", execution=execution, workflow=record.workflow, change=what)
        self._hub.wake((record.session,))
        return record

    async def _flow(self, record: ExecutionRecord) -> Flow | None:
        try:
            return await self._flows.version(record.flow_version)
        except FlowError:
            return None


def _check_id(execution: str) -> str:
    try:
        return str(UUID(execution))
    except ValueError:
        raise _refused("unknown") from None


def _refused(change: LifecycleChange) -> RejectedInbound:
    refusal = _REFUSALS[change]
    return RejectedInbound(refusal.message, code=refusal.code, hint=refusal.hint, status=refusal.status)
