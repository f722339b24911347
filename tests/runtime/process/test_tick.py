"""The tick's loops: fenced from each other, quick to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from botflow.runtime.process.tick import Step, Tick
from tests.runtime.job_places import until


@asynccontextmanager
async def ticking(tick: Tick) -> AsyncIterator[None]:
    task = asyncio.create_task(tick.run())
    yield
    tick.stop()
    await asyncio.wait_for(task, 10)


def counting(times: list[int]) -> Callable[[], Awaitable[bool]]:
    async def run() -> bool:
        times.append(len(times))
        return False

    return run


async def test_a_failing_step_is_logged_and_runs_again_and_the_others_go_on() -> None:
    failures: list[int] = []
    times: list[int] = []

    async def failing() -> bool:
        failures.append(len(failures))
        raise RuntimeError("the database is away")

    steps = (Step(name="failing", run=failing), Step(name="counting", run=counting(times)))
    with capture_logs() as logs:
        async with ticking(Tick(steps, every_s=0.001)):
            await until(lambda: len(failures) > 2 and len(times) > 2)
    assert {(line["event"], line["step"]) for line in logs} == {("tick_failed", "failing")}


async def test_a_hanging_step_is_cut_off_and_holds_up_nobody() -> None:
    hung: list[int] = []
    times: list[int] = []

    async def hanging() -> bool:
        hung.append(len(hung))
        await asyncio.Event().wait()
        return False

    steps = (Step(name="hanging", run=hanging, timeout_s=0.05), Step(name="counting", run=counting(times)))
    with capture_logs():
        async with ticking(Tick(steps, every_s=0.001)):
            await until(lambda: len(times) > 5 and len(hung) > 1)


async def test_a_step_that_did_all_one_piece_may_hold_runs_again_at_once() -> None:
    left = [3, 2, 1]

    async def draining() -> bool:
        left.pop()
        return bool(left)

    async with ticking(Tick((Step(name="draining", run=draining),), every_s=3600)):
        await until(lambda: not left)


async def test_a_stop_waits_for_the_step_that_runs_and_not_for_the_pause() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> bool:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()
        return False

    async with ticking(Tick((Step(name="slow", run=slow),), every_s=3600)):
        await begun.wait()
    assert ended.is_set()
