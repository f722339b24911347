"""Executions as programs see them: start, read, pause, resume, cancel, retry. The service of the API uses this.

Every change is one transaction; a worker that runs a turn of the execution notices it by its fences. `on_behalf` gives
the executions of one caller: those of its organization, and each change is written to the audit log as the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Concatenate, ParamSpec
from uuid import UUID

import structlog
from sqlalchemy import Connection

from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.records.access import Principal
from botflow.records.audit import Action
from botflow.records.runs import (
    ENDED,
    EVERY_EXECUTION,
    Artifact,
    Checkpoint,
    ExecutionFilter,
    ExecutionRecord,
    LifecycleChange,
    Outcome,
    Spent,
    TurnLog,
)
from botflow.runtime.runs.log import Level, LogEntry, log_of
from botflow.runtime.runs.refusals import refused, unknown_artifact
from botflow.runtime.runs.starts.start import StartRequest, TriggeredExecution
from botflow.runtime.runs.starts.triggers import Triggers
from botflow.runtime.runs.steps import Steps, steps_of
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.signals import Hub
from botflow.storage.engines.engine import Engine, WholeEngine
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.changes import lifecycle, operator_changes
from botflow.storage.runs.execution_pages import Order
from botflow.storage.runs.executions import Executions as ExecutionRows
from botflow.storage.service.audit_log import record_change

PAGE = 50
LARGEST_PAGE = 200
READ_TURNS = 2_000  # of one execution, for its steps
_ENDINGS: Mapping[str, Action] = MappingProxyType(
    {"completed": "execution.completed", "failed": "execution.failed", "cancelled": "execution.cancelled"}
)
Given = ParamSpec("Given")
Change = Callable[Concatenate[Connection, str, int | None, Given], LifecycleChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionDetail:
    """An execution, what it has used, when it was last `paused`, `resumed` and `taken_up` again, and its checkpoints
    (newest first)."""

    record: ExecutionRecord
    spent: Spent
    changed_at: Mapping[str, datetime]
    checkpoints: tuple[Checkpoint, ...]


class Executions:
    """One method per operation on executions. Refusals are RejectedInbounds with stable codes. `ended` is told of an
    execution that was ended: its workflow's slug, its status and its id."""

    def __init__(
        self,
        *,
        engine: WholeEngine,
        triggers: Triggers,
        flows: Flows,
        hub: Hub,
        ended: Callable[[str, str, str], None] = lambda workflow, status, execution: None,
    ) -> None:
        self._store = ExecutionRows(engine)
        self._whole = engine
        self._engine: Engine = engine
        self._artifacts = Artifacts(engine)
        self._triggers = triggers
        self._flows = flows
        self._hub = hub
        self._ended = ended
        self._log = structlog.get_logger("botflow.executions")
        self._caller: Principal | None = None  # this process itself
        self._organization: int | None = None  # all of them

    def on_behalf(self, caller: Principal) -> Executions:
        """Return the executions of the caller's organization, changed in the caller's name."""
        theirs = copy(self)
        theirs._caller, theirs._organization = caller, caller.organization
        theirs._engine = engine = self._whole.within(caller.organization)
        theirs._store, theirs._artifacts = ExecutionRows(engine), Artifacts(engine)
        theirs._triggers = self._triggers.within(caller.organization)
        return theirs

    async def start(self, request: StartRequest) -> TriggeredExecution:
        """Start a workflow; with a key that was used before, return the execution that it started."""
        owned = replace(request, organization=self._organization)
        started = await self._triggers.start(owned, self._caller)
        self._log.info("execution_queued", execution=started.execution_id, workflow=request.workflow)
        return started

    async def get(self, execution: str) -> ExecutionDetail:
        record = await self._record(execution)
        return ExecutionDetail(
            record=record,
            spent=await self._store.spent(record),
            changed_at=await self._store.changed_at(record),
            checkpoints=tuple(await self._engine.read(lifecycle.list_checkpoints, record.session)),
        )

    async def page(
        self,
        wanted: ExecutionFilter = EVERY_EXECUTION,
        *,
        before: str | None = None,
        limit: int = PAGE,
        order: Order = "newest first",
    ) -> list[ExecutionRecord]:
        """Return executions in this order; `before` is the id of the last one on the previous page."""
        if before is not None:
            _check_id(before)
        owned = replace(wanted, organization=self._organization)
        return await self._store.page(min(limit, LARGEST_PAGE), owned, before=before, order=order)

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
        return log_of(await self.turns(execution, after=after), level)

    async def turns(self, execution: str, *, after: int = 0, limit: int = LARGEST_PAGE) -> list[TurnLog]:
        """Return up to `limit` turns after the version `after`, oldest first."""
        return await self._store.turns(await self._record(execution), limit, after)

    async def artifacts(self, execution: str, *, after: str | None = None, limit: int = PAGE) -> list[Artifact]:
        """Return up to `limit` artifacts after the key `after`."""
        await self._record(execution)
        return await self._artifacts.page(execution, after, limit)

    async def artifact(self, execution: str, key: str) -> tuple[Artifact, bytes]:
        await self._record(execution)
        found = await self._artifacts.load(execution, key)
        if found is None:
            raise unknown_artifact()
        return found

    # -- changes

    async def pause(self, execution: str) -> ExecutionRecord:
        """Pause it until it is resumed; a turn under way is abandoned, and runs again after that."""
        return await self._changed(execution, "execution.paused", lifecycle.pause)

    async def resume(self, execution: str) -> ExecutionRecord:
        """Resume a paused execution; overdue timers fire."""
        return await self._changed(execution, "execution.resumed", lifecycle.resume)

    async def cancel(self, execution: str, *, skip_finally: bool = False) -> ExecutionRecord:
        """Cancel it and its children; an ask under way is abandoned within two seconds.

        An execution with a `finally` to run is `cancelling` until that has run, for at most five minutes; with
        `skip_finally` it ends at once. Cancelling it once more changes nothing.
        """
        return await self._changed(execution, "execution.cancelled", lifecycle.cancel, skip_finally=skip_finally)

    async def retry(
        self, execution: str, *, checkpoint: int | None = None, from_start: bool = False
    ) -> ExecutionRecord:
        """Run an ended execution again: from its last checkpoint, from the one named, or from its start."""
        return await self._changed(execution, "execution.retried", lifecycle.retry, checkpoint, from_start=from_start)

    async def begin_now(self, execution: str) -> ExecutionRecord:
        """Let a pending execution begin before all others that wait for a worker."""
        return await self._changed(execution, "execution.hurried", operator_changes.begin_now)

    async def end_as(self, execution: str, outcome: Outcome) -> ExecutionRecord:
        """End it at once with this outcome, without its `finally`; the runs that it waits for are cancelled."""
        return await self._changed(execution, _ENDINGS[outcome.status], operator_changes.end_as, outcome)

    async def move(self, execution: str, node: str) -> ExecutionRecord:
        """Let a waiting execution go on at another node of its graph, with its variables."""
        record = await self._record(execution)
        flow = await self._flow(record)

        def has_node(version: int, flow_id: str) -> bool:
            return flow is not None and version == record.flow_version and node in flow.scope(flow_id).nodes

        return await self._changed(execution, "execution.moved", operator_changes.move, node, has_node)

    # -- helpers

    async def _record(self, execution: str) -> ExecutionRecord:
        record = await self._store.read(_check_id(execution), self._organization)
        if record is None:
            raise refused("unknown")
        return record

    async def _changed(
        self,
        execution: str,
        action: Action,
        change: Change[Given],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> ExecutionRecord:
        """Make the change in one transaction with its entry in the audit log, and tell who waits for it."""

        def changed(connection: Connection) -> LifecycleChange:
            outcome = change(connection, _check_id(execution), self._organization, *args, **kwargs)
            if outcome == "changed" and self._caller is not None:
                record_change(connection, self._caller, action, f"execution:{execution}")
            return outcome

        outcome = await self._engine.write(changed)
        if outcome not in ("changed", "repeated"):
            raise refused(outcome)
        record = await self._record(execution)
        if outcome == "changed":
            self._tell(record, action)
        return record

    def _tell(self, record: ExecutionRecord, action: Action) -> None:
        change = action.removeprefix("execution.")
        self._log.info("execution_changed", execution=record.id, workflow=record.workflow, change=change)
        self._hub.wake((record.session,))
        if change in ENDED and record.status in ENDED:
            self._ended(record.workflow, record.status, record.id)
        elif change not in ("paused", "resumed"):
            self._hub.claimable()

    async def _flow(self, record: ExecutionRecord) -> Flow | None:
        try:
            return await self._flows.version(record.flow_version)
        except FlowError:
            return None


def _check_id(execution: str) -> str:
    try:
        return str(UUID(execution))
    except ValueError:
        raise refused("unknown") from None
