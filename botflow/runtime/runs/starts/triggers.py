"""Starts workflows and emits events in transactions of its own, for a serving process."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

from sqlalchemy import Connection

from botflow.interfaces import Channels
from botflow.records.access import Principal
from botflow.records.runs import StartedRun
from botflow.runtime.runs.starts.emit import Event, emit
from botflow.runtime.runs.starts.missed_calls import CallStart, start_after_call
from botflow.runtime.runs.starts.start import NO_CHANNELS, StartRequest, TriggeredExecution, start
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing
from botflow.storage.engines.engine import Engine, WholeEngine
from botflow.storage.service.audit_log import record_change


class Triggers:
    """Starts workflows in transactions of its own, on botflow's database; `wake` says that a run can be claimed."""

    def __init__(
        self,
        engine: WholeEngine,
        wake: Callable[[], None],
        channels: Channels = NO_CHANNELS,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._whole = engine
        self._engine: Engine = engine
        self._wake = wake
        self._channels = channels
        self._tracing = tracing

    def within(self, organization: int) -> Triggers:
        """Return the same for an organization's calls, which change rows of that organization alone."""
        theirs = copy(self)
        theirs._engine = self._whole.within(organization)
        return theirs

    async def start(self, request: StartRequest, caller: Principal | None = None) -> TriggeredExecution:
        """See `start` in start.py. Its caller, if it is not this process, is named in the audit log."""
        traced = replace(request, trace=self._tracing.context())
        run = await self._engine.write(_start, traced, self._channels, caller)
        self._wake()
        return TriggeredExecution(run.execution, run.status)

    async def start_after_call(self, start: CallStart) -> None:
        """See `start_after_call` in missed_calls.py; who is busy or has opted out is left alone."""
        begun = await self._engine.write(start_after_call, replace(start, trace=self._tracing.context()))
        if isinstance(begun, StartedRun) and begun.is_new:
            self._wake()

    async def emit(self, event: Event, caller: Principal | None = None) -> list[TriggeredExecution]:
        """See `emit` in emit.py, and `start` about its caller."""
        runs = await self._engine.write(_emit, replace(event, trace=self._tracing.context()), caller)
        self._wake()
        return [TriggeredExecution(run.execution, run.status) for run in runs]


def _start(connection: Connection, request: StartRequest, channels: Channels, caller: Principal | None) -> StartedRun:
    run = start(connection, request, channels)
    if caller is not None and run.is_new:
        started = {"workflow": request.workflow, "trigger": request.trigger}
        record_change(connection, caller, "execution.started", f"execution:{run.execution}", after=started)
    return run


def _emit(connection: Connection, event: Event, caller: Principal | None) -> list[StartedRun]:
    runs = emit(connection, event)
    if caller is not None:
        started = {"executions": [run.execution for run in runs if run.is_new]}
        record_change(connection, caller, "event.emitted", f"event:{event.name}", after=started)
    return runs
