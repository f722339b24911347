"""The background work of a process: one query a second tells which of its loops have something to do.

Each step has a loop of its own, so one that fails or hangs never delays another. A step works in small bounded pieces,
each fenced, so any number of processes may run it at once, and a frozen process may continue at any time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from botflow.errors import ProviderError
from botflow.records.leases import Seen
from botflow.runtime.process.failure_facts import log_failure

STEP_S = 5.0
GAP_S = 0.02  # between two looks, however many signals ask for one

_log = structlog.get_logger("botflow.tick")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One kind of work, run when `is_due` is true for the last look; again while `run` returns True.

    After `timeout_s` it is cancelled, so it must not leave work half done.
    """

    name: str
    run: Callable[[], Awaitable[bool]]
    is_due: Callable[[Seen], bool]
    timeout_s: float = STEP_S


class Tick:
    """Looks every `every_s`, and at once when asked to, until `stop()`; runs the steps that are due."""

    def __init__(self, look: Callable[[], Awaitable[Seen]], steps: Sequence[Step], *, every_s: float) -> None:
        self._look = look
        self._steps = tuple(steps)
        self._every_s = every_s
        self._wanted = {step.name: asyncio.Event() for step in steps}
        self._look_now = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let every step finish its present work, then end `run`."""
        self._stopped.set()
        self._look_now.set()
        for wanted in self._wanted.values():
            wanted.set()

    def look_now(self) -> None:
        """Look at once: another process has signalled that there is something to do."""
        self._look_now.set()

    def wake(self, *names: str) -> None:
        """Run these steps now, if this process has them."""
        for name in names:
            if (wanted := self._wanted.get(name)) is not None:
                wanted.set()

    async def run(self) -> None:
        """Run until stopped."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._keep_looking(), name="tick look")
            for step in self._steps:
                loops.create_task(self._repeat(step), name=f"tick {step.name}")

    async def _keep_looking(self) -> None:
        while not self._stopped.is_set():
            self._look_now.clear()
            try:
                seen = await self._look()
            except ProviderError as failure:
                log_failure(_log, "look_failed", failure)
            else:
                self.wake(*(step.name for step in self._steps if step.is_due(seen)))
            await asyncio.sleep(GAP_S)
            # Random pauses keep processes from querying the same rows at the same moment.
            try:
                async with asyncio.timeout(self._every_s * random.uniform(0.9, 1.1)):
                    await self._look_now.wait()
            except TimeoutError:
                continue

    async def _repeat(self, step: Step) -> None:
        wanted = self._wanted[step.name]
        while True:
            await wanted.wait()
            if self._stopped.is_set():
                return
            wanted.clear()
            if await self._run(step):
                wanted.set()

    async def _run(self, step: Step) -> bool:
        try:
            async with asyncio.timeout(step.timeout_s):
                return await step.run()
        except ProviderError as failure:
            log_failure(_log, "tick_failed", failure, step=step.name)
            return False
        except Exception:  # noqa: BLE001 -- the fence: a step's failure is logged, and it runs again when it is due
            _log.exception("tick_failed", step=step.name)
            return False
