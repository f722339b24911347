"""The parts of a running process, in the order of their dependencies; each function makes one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from botflow.clock import Clock
from botflow.engine.node_type import NodeType
from botflow.interfaces import Channel, Model
from botflow.nodes import built_in
from botflow.plugins import Plugin, installed_plugins, node_types_of, secret_settings
from botflow.records.leases import Seen
from botflow.records.queues import EFFECTS, EXECUTIONS, TURNS
from botflow.records.turns import TurnCommit, TurnId
from botflow.runtime.asks.actions import Actions
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asks, models_of
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.delivery.sender import SENDERS, Pace, Sender
from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.database_clock import DatabaseClock
from botflow.runtime.process.metrics import Metrics
from botflow.runtime.process.overload import BacklogWatch, Overload
from botflow.runtime.process.tick import Step, Tick
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.schedules import Schedules
from botflow.runtime.runs.triggers import Triggers
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.failure_log import FailureLog
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.outcomes import Outcomes
from botflow.runtime.turns.rendering import channels_by_name
from botflow.runtime.turns.run import TurnRunner
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.signals import Hub
from botflow.runtime.turns.timers import DueTimers
from botflow.runtime.vault import Vault
from botflow.storage.consent_turns import ConsentTurns
from botflow.storage.contacts import Contacts
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database, open_database
from botflow.storage.decisions import Decisions
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.spending import Spending
from botflow.storage.turns.bursts import BurstRows

if TYPE_CHECKING:
    from botflow.storage.cache.redis import RedisLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The parts that all others need. `owner` is this process's name in the database, new at every start."""

    options: RuntimeOptions
    owner: str
    plugins: Sequence[Plugin]
    node_types: Mapping[str, NodeType]
    database: Database
    clock: DatabaseClock
    redis: RedisLink | None
    channels: Mapping[str, Channel]
    models: Sequence[Model]
    flows: Flows
    hub: Hub
    decisions: Decisions
    contacts: Contacts
    vault: Vault


async def open_base(options: RuntimeOptions, stack: AsyncExitStack) -> Base:
    """Connect to database, Redis and providers, and serve the flows."""
    settings = options.settings
    plugins = [*installed_plugins(), *options.plugins]
    kinds = node_types_of(plugins, built_in())
    options.known_secrets.add_settings((*settings.secrets(), *secret_settings(plugins, options.environment)))
    database = await open_database(settings.botflow_database_url, migrate=options.migrate, shared=options.engine)
    stack.push_async_callback(database.close)
    clock = DatabaseClock(options.clock, database.now)
    await clock.measure()
    redis = await _open_redis(options, database, stack)
    channels = await _open_channels(plugins, options, clock, stack)
    flows = Flows(database.flows, kinds)
    await flows.publish(options.flows)
    await flows.refresh()
    hub = Hub(redis or database.signals)
    hub.on_flows_changed(flows.changed)
    if options.flows:
        hub.flows_changed()
    return Base(
        options=options,
        owner=secrets.token_hex(6),
        plugins=plugins,
        node_types=kinds,
        database=database,
        clock=clock,
        redis=redis,
        channels=channels,
        models=models_of(plugins, options.environment),
        flows=flows,
        hub=hub,
        decisions=Decisions(database.engine),
        contacts=Contacts(database.engine),
        vault=Vault(Credentials(database.engine), options.keyring, options.known_secrets),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The parts that deliver committed messages to recipients."""

    callbacks: CallbackUrls
    consent: ConsentKeeper
    sender: Sender


def delivery_of(base: Base) -> Delivery:
    database, options = base.database, base.options
    rows = GateRows(database.engine)
    gate = ConsentGate(rows, base.contacts, base.flows, base.channels)
    callbacks = CallbackUrls(options.settings.botflow_public_url, options.keyring, base.flows.slug_of)
    return Delivery(
        callbacks=callbacks,
        consent=ConsentKeeper(
            base.contacts,
            ConsentTurns(database.engine, database.turns),
            gate,
            rows,
            database.outbox,
            base.channels,
        ),
        sender=Sender(
            database.outbox,
            base.channels,
            status_url=callbacks.of,
            clock=base.clock,
            gate=gate,
            known_secrets=options.known_secrets,
            pace=Pace.of(options.timing),
        ),
    )


class Committed:
    """Called after each commit: logs its failures, and calls the listener, so that others in the process know of it."""

    def __init__(self, failures: FailureLog) -> None:
        self.listener: Callable[[TurnCommit], None] = lambda commit: None
        self._failures = failures

    def __call__(self, commit: TurnCommit, turn: TurnId) -> None:
        self._failures.log(commit, turn)
        self.listener(commit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The parts that run turns."""

    hot: HotSessions
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
    on_committed, outcomes = Committed(FailureLog(base.flows)), Outcomes()
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
        bursts=bursts,
        outcomes=outcomes,
        on_committed=on_committed,
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
        clock=base.clock,
        on_committed=on_committed,
    )
    return Turns(hot=hot, bursts=bursts, sessions=sessions, keeper=keeper, timers=timers, on_committed=on_committed)


def _asks(base: Base, stack: AsyncExitStack) -> Asks:
    """Return the performer of asks: models, actions, the conversation's history."""
    database = base.database
    models = base.models
    for model in models:
        stack.push_async_callback(model.close)
    return Asks(
        models=models,
        transcripts=database.transcripts,
        actions=Actions(
            node_types=base.node_types,
            artifacts=database.artifacts,
            executions=database.executions,
            credential=base.vault.fields_for_run,
            known_secrets=base.options.known_secrets,
        ),
        spend=ModelSpend(Spending(database.engine), base.decisions),
        known_secrets=base.options.known_secrets,
        log=structlog.get_logger("botflow.asks"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The parts that start, change and follow executions."""

    triggers: Triggers
    executions: Executions
    carrier: Carrier
    schedules: Schedules


def runs_of(base: Base) -> Runs:
    database, wake = base.database, base.hub.claimable
    triggers = Triggers(database.engine, wake, base.channels)
    return Runs(
        triggers=triggers,
        executions=Executions(
            store=database.executions,
            lifecycle=database.lifecycle,
            artifacts=database.artifacts,
            triggers=triggers,
            flows=base.flows,
            hub=base.hub,
        ),
        carrier=Carrier(
            store=database.effects,
            flows=base.flows,
            node_types=base.node_types,
            wake=wake,
            timing=base.options.timing,
        ),
        schedules=Schedules(database.engine, base.flows, wake),
    )


def watches_of(base: Base, keeper: LeaseKeeper) -> tuple[Metrics, Overload, Callable[[], Any]]:
    """Return the metrics, the overload guard, and the check of a message before it is accepted."""
    backlog = BacklogWatch(base.database.census)
    metrics = Metrics(backlog, base.database.census, lambda: keeper.workers)
    overload = Overload(backlog, base.options.bounds, metrics.count_shed)
    metrics.watch_in_flight(lambda: overload.in_flight)
    return metrics, overload, overload.check_queue


def tick_of(base: Base, delivery: Delivery, turns: Turns, runs: Runs) -> Tick:
    """Return the tick with this process's background steps, which depend on its queues."""
    timing, leases = base.options.timing, base.database.leases
    queues = base.options.queues
    steps: list[Step] = [*turns.keeper.steps()]
    if {TURNS, EXECUTIONS} & set(queues):
        steps += turns.timers.steps()
    if queues:
        steps += [*runs.schedules.steps(), *(delivery.sender.steps() if base.channels else ())]
    if EFFECTS in queues:
        steps += runs.carrier.steps()

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


async def _open_redis(options: RuntimeOptions, database: Database, stack: AsyncExitStack) -> RedisLink | None:
    """Return the link to Redis, None when no URL is set; the driver is imported only then."""
    if options.settings.botflow_redis_url is None:
        return None
    from botflow.storage.cache.redis import open_redis

    redis = open_redis(options.settings.botflow_redis_url, await database.identity(), options.keyring)
    stack.push_async_callback(redis.close)
    return redis


async def _open_channels(
    plugins: Sequence[Plugin], options: RuntimeOptions, clock: Clock, stack: AsyncExitStack
) -> Mapping[str, Channel]:
    """Return the provider of each channel; without their settings when no message may leave this machine."""
    environment = options.environment if options.sends else {}
    made = [plugin.open_channel(environment, clock) for plugin in plugins]
    channels = [channel for channel in made if channel is not None]
    for channel in channels:
        stack.push_async_callback(channel.close)
    return channels_by_name(channels)
