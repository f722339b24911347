"""What a process does beside its requests: the tick, the watch over its load, and what wakes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botflow.records.leases import Seen
from botflow.records.queues import EFFECTS, EXECUTIONS, TURNS
from botflow.records.turns import TurnCommit
from botflow.runtime.assembly.base import Base
from botflow.runtime.assembly.delivery import Delivery
from botflow.runtime.assembly.erasures import ErasureWork
from botflow.runtime.assembly.runs import Runs
from botflow.runtime.assembly.turns import Turns
from botflow.runtime.delivery.sender import SENDERS, Sender
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.metrics import Metrics
from botflow.runtime.process.overload import BacklogWatch, Overload
from botflow.runtime.process.tick import Step, Tick
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.signals import Hub


def watches_of(base: Base, keeper: LeaseKeeper) -> tuple[Metrics, Overload, Callable[[], Any]]:
    """Return the metrics, the overload guard, and the check of a message before it is accepted."""
    backlog = BacklogWatch(base.database.census)
    metrics = Metrics(
        backlog, base.database.census, lambda: keeper.workers, base.measurements, base.options.role, base.options.queues
    )
    overload = Overload(backlog, base.options.bounds, metrics.count_shed)
    metrics.watch_in_flight(lambda: overload.in_flight)
    metrics.watch_servers(
        {"database": base.database.engine.outages, **({"redis": base.redis.outages} if base.redis else {})}
    )
    return metrics, overload, overload.check_queue


def tick_of(base: Base, delivery: Delivery, turns: Turns, runs: Runs, erasures: ErasureWork) -> Tick:
    """Return the tick with this process's background steps, which depend on its queues."""
    timing, leases = base.options.timing, base.database.leases
    queues = base.options.queues
    steps: list[Step] = [*turns.keeper.steps(), *erasures.memory.steps()]
    if {TURNS, EXECUTIONS} & set(queues):
        steps += turns.timers.steps()
    if queues:
        steps += [*runs.schedules.steps(), *runs.campaigns.steps(), *(delivery.sender.steps() if base.channels else ())]
    if EFFECTS in queues:
        steps += runs.carrier.steps()
        if base.options.sends:
            steps += runs.teller.steps()
    if TURNS in queues:
        steps += [*runs.mover.steps(), *erasures.eraser.steps(), *erasures.providers.steps()]

    async def look() -> Seen:
        seen = await leases.look(base.owner, timing.dead_after_s)
        base.flows.seen(seen.flows)
        base.hub.seen(seen.others)
        return seen

    return Tick(look, steps, every_s=timing.look_s)


def waker_of(options: RuntimeOptions, hub: Hub, sender: Sender, tick: Tick) -> Callable[[TurnCommit], None]:
    """Return the listener to call after each commit, so that its effects and messages do not wait for the next look."""

    def wake(commit: TurnCommit) -> None:
        if commit.turn.effects:
            if EFFECTS in options.queues:
                tick.wake("carry_out")
            else:
                hub.claimable()
        if any(part.state == "ready" for part in commit.parts):
            sender.said()
            tick.wake(SENDERS[0])

    return wake
