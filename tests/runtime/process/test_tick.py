"""The tick: one look says which steps are due; the steps are fenced from each other, and quick to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter

import pytest
from structlog.testing import capture_logs

from botflow.errors import ProviderError
from botflow.records.leases import Seen
from botflow.runtime.process.tick import Step, Tick
from botflow.runtime.process.worker import ticking
from botflow.storage.database import Database
from tests.runtime.until import until

QUICK_S = 0.001


@dataclass(slots=True)
class Sight:
    """What a look at the database says, and how often somebody looked."""

    seen: Seen = field(default_factory=Seen)
    looks: int = 0
    is_away: bool = False

    async def look(self) -> Seen:
        self.looks += 1
        if self.is_away:
            raise ProviderError("away", code="database.unavailable")
        return self.seen


@asynccontextmanager
async def running(tick: Tick) -> AsyncIterator[None]:
    task = asyncio.create_task(tick.run())
    yield
    tick.stop()
    await asyncio.wait_for(task, 10)


def always(seen: Seen) -> bool:
    return True


def never(seen: Seen) -> bool:
    return False


def counting(times: list[int]) -> Callable[[], Awaitable[bool]]:
    async def run() -> bool:
        times.append(len(times))
        return False

    return run


# -- looking


async def test_an_idle_process_asks_one_question_in_each_of_its_looks(database: Database) -> None:
    """Whatever may have to be done, none of the steps asks a question of its own while there is nothing to do."""
    asked: list[int] = []

    async def look() -> Seen:
        asked.append(len(asked))
        return await database.leases.look("me", 10.0)

    names = ("timers", "claimable", "suspects", "orphans", "effects", "outbounds", "schedules")
    ran: list[int] = []
    steps = [Step(name=name, run=counting(ran), is_due=attrgetter(name)) for name in names]
    async with running(Tick(look, steps, every_s=0.3)):
        await asyncio.sleep(1.0)
    assert ran == []
    assert 2 <= len(asked) <= 5  # one now, and one in each 0.3 s, give or take a tenth


async def test_only_what_is_due_runs() -> None:
    sight, timers, claims = Sight(seen=Seen(timers=True)), [0], [0]
    steps = (
        Step(name="fire", run=counting(timers), is_due=lambda seen: seen.timers),
        Step(name="claim", run=counting(claims), is_due=lambda seen: seen.claimable),
    )
    async with running(Tick(sight.look, steps, every_s=QUICK_S)):
        await until(lambda: len(timers) > 3)
    assert claims == [0]


async def test_a_look_that_is_wanted_now_does_not_wait_for_the_next_one() -> None:
    sight, times = Sight(), [0]
    tick = Tick(
        sight.look, (Step(name="claim", run=counting(times), is_due=lambda seen: seen.claimable),), every_s=3600
    )
    async with running(tick):
        await until(lambda: sight.looks == 1)
        sight.seen = Seen(claimable=True)
        tick.look_now()
        await until(lambda: len(times) == 2)
    assert sight.looks == 2


async def test_a_signal_that_comes_while_the_process_looks_is_not_lost() -> None:
    """What it speaks of may have been written after the look has read."""
    looks: list[int] = []
    first, go_on = asyncio.Event(), asyncio.Event()

    async def look() -> Seen:
        looks.append(len(looks))
        first.set()
        await go_on.wait()
        return Seen()

    tick = Tick(look, (), every_s=3600)
    async with running(tick):
        await first.wait()
        tick.look_now()
        go_on.set()
        await until(lambda: len(looks) == 2)


async def test_a_step_that_is_woken_while_it_runs_runs_again() -> None:
    runs: list[int] = []
    first, go_on = asyncio.Event(), asyncio.Event()

    async def claim() -> bool:
        runs.append(len(runs))
        first.set()
        await go_on.wait()
        return False

    tick = Tick(Sight().look, (Step(name="claim", run=claim, is_due=never),), every_s=3600)
    async with running(tick):
        tick.wake("claim")
        await first.wait()
        tick.wake("claim")
        go_on.set()
        await until(lambda: len(runs) == 2)


async def test_many_signals_at_once_cost_few_looks() -> None:
    sight = Sight()
    tick = Tick(sight.look, (), every_s=3600)
    async with running(tick):
        for _ in range(200):
            tick.look_now()
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.1)
    assert 2 <= sight.looks <= 20  # never two within a fiftieth of a second


async def test_a_step_that_is_woken_runs_without_a_look() -> None:
    sight, times, others = Sight(), [0], [0]
    steps = (
        Step(name="claim", run=counting(times), is_due=never),
        Step(name="other", run=counting(others), is_due=never),
    )
    tick = Tick(sight.look, steps, every_s=3600)
    async with running(tick):
        await until(lambda: sight.looks == 1)
        tick.wake("claim", "a step that this process does not have")
        await until(lambda: len(times) == 2)
    assert (sight.looks, others) == (1, [0])


async def test_a_look_that_fails_is_logged_and_tried_again() -> None:
    sight, times = Sight(is_away=True), [0]
    with capture_logs() as logs:
        async with running(Tick(sight.look, (Step(name="x", run=counting(times), is_due=always),), every_s=QUICK_S)):
            await until(lambda: sight.looks > 2)
            assert times == [0]
            sight.is_away = False
            await until(lambda: len(times) > 1)
    assert {(line["event"], line["code"]) for line in logs} == {("look_failed", "database.unavailable")}


async def test_a_tick_that_dies_begins_again() -> None:
    """A look fails with what nobody foresaw."""
    looks: list[int] = []

    async def look() -> Seen:
        looks.append(len(looks))
        if len(looks) == 1:
            raise RuntimeError("nobody foresaw this")
        return Seen()

    with capture_logs() as logs:
        async with ticking(Tick(look, (), every_s=QUICK_S)):
            await until(lambda: len(looks) > 2)
    assert [line["event"] for line in logs] == ["tick_died"]


# -- steps


async def test_a_failing_step_is_logged_and_runs_again_and_the_others_go_on() -> None:
    failures: list[int] = []
    times: list[int] = []

    async def failing() -> bool:
        failures.append(len(failures))
        if len(failures) % 2:
            raise ProviderError("away", code="database.unavailable")
        raise RuntimeError("nobody foresaw this")

    steps = (
        Step(name="failing", run=failing, is_due=always),
        Step(name="counting", run=counting(times), is_due=always),
    )
    with capture_logs() as logs:
        async with running(Tick(Sight().look, steps, every_s=QUICK_S)):
            await until(lambda: len(failures) > 3 and len(times) > 2)
    assert {(line["event"], line["step"]) for line in logs} == {("tick_failed", "failing")}


async def test_a_hanging_step_is_cut_off_and_holds_up_nobody() -> None:
    hung: list[int] = []
    times: list[int] = []

    async def hanging() -> bool:
        hung.append(len(hung))
        await asyncio.Event().wait()
        return False

    steps = (
        Step(name="hanging", run=hanging, timeout_s=0.05, is_due=always),
        Step(name="counting", run=counting(times), is_due=always),
    )
    with capture_logs():
        async with running(Tick(Sight().look, steps, every_s=QUICK_S)):
            await until(lambda: len(times) > 5 and len(hung) > 1)


async def test_a_step_that_did_all_one_piece_may_hold_runs_again_at_once() -> None:
    left = [3, 2, 1]

    async def draining() -> bool:
        left.pop()
        return bool(left)

    sight = Sight()
    async with running(Tick(sight.look, (Step(name="draining", run=draining, is_due=always),), every_s=3600)):
        await until(lambda: not left)
    assert sight.looks == 1


async def test_a_stop_waits_for_the_step_that_runs_and_not_for_the_pause() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> bool:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()
        return True

    async with running(Tick(Sight().look, (Step(name="slow", run=slow, is_due=always),), every_s=3600)):
        await begun.wait()
    assert ended.is_set()


async def test_a_step_that_ignores_the_stop_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.process.worker.STOP_S", 0.2)
    begun = asyncio.Event()

    async def endless() -> bool:
        begun.set()
        await asyncio.Event().wait()
        return False

    with capture_logs() as logs:
        async with (
            asyncio.timeout(5),
            ticking(Tick(Sight().look, (Step(name="endless", run=endless, is_due=always),), every_s=3600)),
        ):
            await begun.wait()
    assert [line["event"] for line in logs] == ["tick_stop_late"]
