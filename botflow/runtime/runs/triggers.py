"""Starts workflows and emits events in transactions of its own, for a serving process."""

from __future__ import annotations

from collections.abc import Callable

from botflow.interfaces import Channels
from botflow.runtime.runs.emit import Event, emit
from botflow.runtime.runs.start import NO_CHANNELS, StartRequest, TriggeredExecution, start
from botflow.storage.engines.engine import Engine


class Triggers:
    """Starts workflows in transactions of its own, on botflow's database; `wake` says that a run can be claimed."""

    def __init__(self, engine: Engine, wake: Callable[[], None], channels: Channels = NO_CHANNELS) -> None:
        self._engine = engine
        self._wake = wake
        self._channels = channels

    async def start(self, request: StartRequest) -> TriggeredExecution:
        """See `start` in start.py."""
        run = await self._engine.write(start, request, self._channels)
        self._wake()
        return TriggeredExecution(run.execution, run.status)

    async def emit(self, event: Event) -> list[TriggeredExecution]:
        """See `emit` in emit.py."""
        runs = await self._engine.write(emit, event)
        self._wake()
        return [TriggeredExecution(run.execution, run.status) for run in runs]
