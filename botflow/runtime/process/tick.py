"""What must happen without being asked for: due waits, turns without an owner, jobs without a worker, unsent messages.

Each step has a loop of its own, so one that fails or hangs never holds up another. A step works in small bounded
pieces on rows it locks, so any number of processes may run it at once, and one that was stopped may go on at any time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from botflow.errors import ProviderError
from botflow.interfaces import TimerStore
from botflow.runtime.job_worker import STALLED_S
from botflow.storage.jobs import JobTable

EVERY_S = 1.0
STEP_S = 5.0
LIMIT = 200
# Thousands of timers may be due at one instant. They are let into the queue as fast as they leave it, so few for each
# worker that between them a message finds its way: rows that are not fired yet cost nothing.
TIMERS_AT_ONCE = 16
TIMER_PAUSE_S = 0.05
TIMER_LOOKS = 40

_log = structlog.get_logger("botflow.tick")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do every second. `run` returns True when it did as much as one piece may hold: then again at once.

    After `timeout_s` it is cancelled, so it must leave nothing half done.
    """

    name: str
    run: Callable[[], Awaitable[bool]]
    timeout_s: float = STEP_S


def forgetting_step(table: JobTable, keep_s: float) -> Step:
    """Return the step that deletes finished jobs which have been kept for `keep_s`."""

    async def forget_finished() -> bool:
        return await table.forget(keep_s, LIMIT) >= LIMIT

    return Step(name="forget_finished_jobs", run=forget_finished)


def recovery_steps(timers: TimerStore, table: JobTable) -> tuple[Step, ...]:
    """Return the steps that recover lost work."""

    async def fire_due_waits() -> bool:
        fired = await timers.fire_due_waits(TIMERS_AT_ONCE)
        if len(fired) < TIMERS_AT_ONCE:
            return False
        most = TIMERS_AT_ONCE * max(1, await table.workers(STALLED_S))
        for _ in range(TIMER_LOOKS):
            if await timers.waiting_timeouts(most) < most:
                break
            await asyncio.sleep(TIMER_PAUSE_S)
        return True

    async def defer_orphans() -> bool:
        return len(await timers.defer_orphans(LIMIT)) >= LIMIT

    async def put_back_stalled() -> bool:
        return await table.put_back_stalled(STALLED_S, LIMIT) >= LIMIT

    return (
        Step(name="fire_due_waits", run=fire_due_waits),
        Step(name="defer_orphans", run=defer_orphans),
        Step(name="put_back_stalled_jobs", run=put_back_stalled),
    )


class Tick:
    """Runs its steps every second until `stop()`."""

    def __init__(self, steps: Sequence[Step], *, every_s: float = EVERY_S) -> None:
        self._steps = tuple(steps)
        self._every_s = every_s
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Let every step finish what it is doing, then end `run`."""
        self._stopped.set()

    async def run(self) -> None:
        """Run until stopped."""
        async with asyncio.TaskGroup() as loops:
            for step in self._steps:
                loops.create_task(self._repeat(step), name=f"tick {step.name}")

    async def _repeat(self, step: Step) -> None:
        while not self._stopped.is_set():
            if await self._run(step):
                continue
            # Uneven pauses keep many processes from looking at the same rows at the same moment.
            pause_s = self._every_s * random.uniform(0.9, 1.1)
            try:
                async with asyncio.timeout(pause_s):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def _run(self, step: Step) -> bool:
        try:
            async with asyncio.timeout(step.timeout_s):
                return await step.run()
        except ProviderError as failure:
            _log.warning("tick_failed", step=step.name, code=failure.code)
            return False
        except Exception:  # noqa: BLE001 -- the fence: a step's failure is logged, and it runs again in a second
            _log.exception("tick_failed", step=step.name)
            return False
