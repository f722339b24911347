"""Starting workflows and telling events in transactions of its own, for a process that serves."""

from __future__ import annotations

from botflow.runtime.runs.emit import Event, emit
from botflow.runtime.runs.start import StartRequest, TriggeredExecution, start
from botflow.storage.engines.engine import Engine


class Triggers:
    """Starts workflows in transactions of its own, on botflow's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def start(self, request: StartRequest) -> TriggeredExecution:
        """See `start` in start.py."""
        async with self._engine.write() as connection:
            run = await connection.run_sync(start, request)
            if run.is_new:
                await self._engine.defer_advances(connection, [run.session])
        return TriggeredExecution(run.execution, run.status)

    async def emit(self, event: Event) -> list[TriggeredExecution]:
        """See `emit` in emit.py."""
        async with self._engine.write() as connection:
            runs = await connection.run_sync(emit, event)
            await self._engine.defer_advances(connection, [run.session for run in runs if run.is_new])
        return [TriggeredExecution(run.execution, run.status) for run in runs]
