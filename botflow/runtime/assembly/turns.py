"""Taking turns: the runner, the tasks of sessions, timers, and the keeper of leases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog

from botflow.records.turns import TurnCommit, TurnId
from botflow.runtime.asks.actions import Actions
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asks
from botflow.runtime.asks.recorded_answers import RecordedAnswers
from botflow.runtime.assembly.base import Base
from botflow.runtime.assembly.delivery import Delivery
from botflow.runtime.process.database_clock import DatabaseClock
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.tracing.tracing import Tracing
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.runtime.turns.kept_values import KeptValueStore
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.outcomes import Outcomes
from botflow.runtime.turns.run import TurnRunner
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.timers import DueTimers
from botflow.runtime.turns.turn_log import TurnLog
from botflow.storage.reaching import permit
from botflow.storage.spending import Spending
from botflow.storage.turns.bursts import BurstRows


class Committed:
    """Called after each commit: counts, logs and traces the turn, and calls the listener, so that others in the process
    know of it."""

    def __init__(self, turns: TurnLog, measurements: Measurements, clock: DatabaseClock, tracing: Tracing) -> None:
        self.listener: Callable[[TurnCommit], None] = lambda commit: None
        self._turns = turns
        self._measurements = measurements
        self._clock = clock
        self._tracing = tracing

    def __call__(self, commit: TurnCommit, turn: TurnId) -> None:
        seconds = self._clock.seconds_since(commit.inbound.received_at)
        self._measurements.committed(commit, seconds)
        self._turns.log(commit, turn, seconds)
        if self._tracing.is_on:
            self._tracing.committed(commit, turn, seconds)
        self.listener(commit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The parts that run turns."""

    hot: HotSessions
    values: KeptValueStore
    contacts: ContactReader
    bursts: Bursts
    sessions: SessionTasks
    keeper: LeaseKeeper
    timers: DueTimers
    on_committed: Committed


async def open_turns(base: Base, delivery: Delivery, stack: AsyncExitStack) -> Turns:
    database, options = base.database, base.options
    hot = HotSessions(database.turns, base.redis)
    bursts = Bursts(BurstRows(database.engine), base.hub)
    stack.push_async_callback(bursts.close)
    on_committed = Committed(TurnLog(base.flows), base.measurements, base.clock, base.tracing)
    outcomes = Outcomes()
    contacts = ContactReader(database.engine, base.channels)
    values = KeptValueStore(database.artifacts)
    runner = TurnRunner(
        owner=base.owner,
        turns=database.turns,
        hot=hot,
        flows=base.flows,
        hub=base.hub,
        asks=_asks(base, stack),
        node_types=base.node_types,
        channels=base.channels,
        consent=delivery.consent,
        contacts=contacts,
        bursts=bursts,
        outcomes=outcomes,
        values=values,
        on_committed=on_committed,
        measurements=base.measurements,
        tracing=base.tracing,
    )
    sessions = SessionTasks(
        owner=base.owner,
        runner=runner,
        leases=database.leases,
        hub=base.hub,
        outcomes=outcomes,
        concurrency=options.worker.concurrency if options.worker is not None else 0,
    )
    keeper = LeaseKeeper(
        owner=base.owner,
        queues=options.queues,
        store=database.leases,
        sessions=sessions,
        clock=base.clock,
        timing=options.timing,
        cannot_run=base.flows.cannot_run,
        claimed=base.measurements.claimed,
    )
    timers = DueTimers(
        turns=database.turns,
        leases=database.leases,
        timers=database.timers,
        keeper=keeper,
        hot=hot,
        flows=base.flows,
        hub=base.hub,
        node_types=base.node_types,
        channels=base.channels,
        contacts=contacts,
        clock=base.clock,
        on_committed=on_committed,
        tracing=base.tracing,
    )
    return Turns(
        hot=hot,
        values=values,
        contacts=contacts,
        bursts=bursts,
        sessions=sessions,
        keeper=keeper,
        timers=timers,
        on_committed=on_committed,
    )


def _asks(base: Base, stack: AsyncExitStack) -> Asks:
    """Return the performer of asks: models, actions, the conversation's history."""
    database = base.database
    for model in base.models:
        stack.push_async_callback(model.close)
    return Asks(
        accounts=base.accounts,
        transcripts=database.transcripts,
        actions=Actions(
            node_types=base.node_types,
            artifacts=database.artifacts,
            executions=database.executions,
            credential=base.vault.fields_for_run,
            is_home=base.vault.is_home,
            accounts=base.accounts,
            files=database.files,
            known_secrets=base.options.known_secrets,
            networks=base.options.settings.botflow_flow_networks,
            permit=lambda *place: database.engine.write(permit, *place),
        ),
        recorded=RecordedAnswers(database.engine),
        spend=ModelSpend(Spending(database.engine), base.decisions),
        known_secrets=base.options.known_secrets,
        measurements=base.measurements,
        log=structlog.get_logger("botflow.asks"),
        tracing=base.tracing,
    )
