"""The composition root: settings in, a running Runtime out. The only place, with the command line, that names classes.

Constructors store; this context manager opens, starts and, in reverse order, stops.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from botflow.clock import Clock, SystemClock
from botflow.crash_points import Reach, unobserved
from botflow.engine.node_type import NodeType
from botflow.flow.graph import Flow
from botflow.interfaces import Channel, SharedCounter
from botflow.nodes import built_in
from botflow.plugins import Plugin, installed_plugins, node_types_of
from botflow.runtime.asks.actions import Actions
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asks, models_of
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.delivery.sender import Outbox
from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.runtime.jobs import jobs_app
from botflow.runtime.process.background import background
from botflow.runtime.process.backlog import BacklogWatch
from botflow.runtime.process.database_clock import DatabaseClock
from botflow.runtime.process.metrics import Metrics
from botflow.runtime.process.overload import Bounds, Overload
from botflow.runtime.process.tick import Tick, forgetting_step, recovery_steps
from botflow.runtime.process.worker import SupervisedWorker, WorkerOptions, WorkerWatch
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.schedules import Schedules
from botflow.runtime.runs.triggers import Triggers
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.advance import Advance
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.committer import Committer
from botflow.runtime.turns.parts import channels_by_name
from botflow.runtime.turns.receive import Conversation
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub
from botflow.runtime.vault import Vault
from botflow.settings import Settings
from botflow.storage.contacts import Contacts
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database, open_database
from botflow.storage.decisions import Decisions
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.jobs import JobTable
from botflow.storage.spending import Spending
from botflow.storage.turns.bursts import BurstRows

if TYPE_CHECKING:
    from botflow.storage.cache.redis import RedisLink


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """What to run. `flows` are compiled flows with their bundles of documents; each becomes its workflow's version.

    `secret_key` signs callback addresses. `worker` is None in a process that leaves jobs to others. `plugins` come on
    top of the installed ones. `bounds` say when to refuse messages. `reach` is for crash tests.
    """

    settings: Settings
    secret_key: str
    flows: Sequence[tuple[Flow, dict[str, Any]]] = ()
    worker: WorkerOptions | None = field(default_factory=WorkerOptions)
    migrate: bool = True
    plugins: Sequence[Plugin] = ()
    clock: Clock = field(default_factory=SystemClock)
    bounds: Bounds = field(default_factory=Bounds)
    reach: Reach = unobserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A running botflow: what web and command line stand on."""

    settings: Settings
    clock: Clock
    flows: Flows
    conversation: Conversation
    database: Database
    hub: Hub
    channels: Mapping[str, Channel]
    callbacks: CallbackUrls
    node_types: Mapping[str, NodeType]
    watch: WorkerWatch
    decisions: Decisions
    contacts: Contacts
    triggers: Triggers
    executions: Executions
    vault: Vault
    overload: Overload
    metrics: Metrics
    worker: SupervisedWorker | None = None  # this process's own
    counter: SharedCounter | None = None

    async def ready(self) -> dict[str, str]:
        """Return what each needed part says of itself: "ok", or what is wrong."""
        if not await self.database.ready():
            return {"database": "not reachable, or its migrations are not applied"}
        worker = "ok" if await self.watch.reachable() else "no worker is reachable"
        return {"database": "ok", "worker": worker}

    async def worker_ready(self) -> dict[str, str]:
        """Return what each part that this process's worker needs says of itself."""
        database = "ok" if await self.database.ready() else "not reachable, or its migrations are not applied"
        is_alive = self.worker is not None and self.worker.is_alive
        return {"database": database, "worker": "ok" if is_alive else "this worker does not reach its jobs"}


def node_types(plugins: Sequence[Plugin] = ()) -> Mapping[str, NodeType]:
    """Return every node type there is: built in, installed, and those of `plugins`."""
    return node_types_of([*installed_plugins(), *plugins], built_in())


@asynccontextmanager
async def open_runtime(options: RuntimeOptions) -> AsyncIterator[Runtime]:
    """Open everything, serve the given flows, and run the background work until the block ends.

    UsageError says which setting is wrong; ProviderError that the database is away. Redis may be away: it is a cache.
    """
    settings = options.settings
    plugins = [*installed_plugins(), *options.plugins]
    kinds = node_types_of(plugins, built_in())
    async with AsyncExitStack() as stack:
        database = await open_database(settings.botflow_database_url, migrate=options.migrate)
        stack.push_async_callback(database.close)
        clock = DatabaseClock(options.clock, database.now)
        await clock.measure()
        redis = await _open_redis(settings, database, stack)
        channels = await _open_channels(plugins, settings, clock, stack)
        models = models_of(plugins, settings)
        for model in models:
            stack.push_async_callback(model.close)
        flows = Flows(database.flows, kinds)
        await flows.publish(options.flows)
        await flows.refresh()
        hub = Hub(redis or database.signals)
        hub.on_flows_changed(flows.changed)
        if options.flows:
            hub.flows_changed()
        hot = HotSessions(database.sessions, redis)
        committer = Committer(database.sessions)
        callbacks = CallbackUrls(settings.botflow_public_url, options.secret_key, flows.slug_of)
        decisions, contacts, rows = Decisions(database.engine), Contacts(database.engine), GateRows(database.engine)
        gate = ConsentGate(rows, contacts, flows)
        consent = ConsentKeeper(contacts, gate, rows, database.outbox, channels)
        vault = Vault(Credentials(database.engine), options.secret_key)
        asks = Asks(
            models=models,
            transcripts=database.transcripts,
            actions=Actions(
                node_types=kinds,
                artifacts=database.artifacts,
                executions=database.executions,
                credential=vault.fields_for_run,
            ),
            spend=ModelSpend(Spending(database.engine), decisions),
            log=structlog.get_logger("botflow.asks"),
        )
        bursts = Bursts(BurstRows(database.engine), hub, options.reach)
        stack.push_async_callback(bursts.close)
        advance = Advance(
            inbox=database.inbox,
            hot=hot,
            flows=flows,
            hub=hub,
            asks=asks,
            node_types=kinds,
            channels=channels,
            consent=consent,
            bursts=bursts,
            reach=options.reach,
        )
        connector = database.jobs_connector()
        table = JobTable(connector)
        backlog = BacklogWatch(table)
        metrics = Metrics(table, backlog, database.census)
        overload = Overload(backlog, options.bounds, metrics.count_shed)
        metrics.watch_in_flight(lambda: overload.in_flight)
        conversation = Conversation(
            sessions=database.sessions,
            inbox=database.inbox,
            outbox=database.outbox,
            hot=hot,
            committer=committer,
            flows=flows,
            hub=hub,
            node_types=kinds,
            channels=channels,
            clock=clock,
            consent=consent,
            bursts=bursts,
            reach=options.reach,
            check_queue=overload.check_queue,
        )
        outbox = Outbox(database.outbox, channels, status_url=callbacks.of, clock=clock, gate=gate, reach=options.reach)
        carrier = Carrier(store=database.effects, flows=flows, node_types=kinds, reach=options.reach)
        triggers = Triggers(database.engine)
        executions = Executions(
            store=database.executions,
            lifecycle=database.lifecycle,
            artifacts=database.artifacts,
            triggers=triggers,
            flows=flows,
            hub=hub,
        )
        app = jobs_app(connector, advance=advance, carry_out=carrier, clock=clock)
        await stack.enter_async_context(app.open_async())
        loops = {"committer": committer.run, "hub": hub.run, "flows": flows.run, "clock": clock.run}
        await stack.enter_async_context(background(loops))
        worker = None
        if options.worker is not None:
            steps = [*recovery_steps(database.timers, table), *carrier.steps(), *(outbox.steps() if channels else ())]
            steps += Schedules(database.engine, flows).steps()
            if options.worker.keep_s:
                steps.append(forgetting_step(table, options.worker.keep_s))
            worker = SupervisedWorker(app, table, Tick(steps), options.worker)
            await stack.enter_async_context(worker.running())
        yield Runtime(
            settings=settings,
            clock=clock,
            flows=flows,
            conversation=conversation,
            database=database,
            hub=hub,
            channels=channels,
            callbacks=callbacks,
            node_types=kinds,
            watch=WorkerWatch(table),
            decisions=decisions,
            contacts=contacts,
            triggers=triggers,
            executions=executions,
            vault=vault,
            overload=overload,
            metrics=metrics,
            worker=worker,
            counter=redis,
        )


async def _open_redis(settings: Settings, database: Database, stack: AsyncExitStack) -> RedisLink | None:
    """Return the link to Redis, None when no URL is set; the driver is imported only then."""
    if settings.botflow_redis_url is None:
        return None
    from botflow.storage.cache.redis import open_redis

    redis = open_redis(settings.botflow_redis_url, await database.identity())
    stack.push_async_callback(redis.close)
    return redis


async def _open_channels(
    plugins: Sequence[Plugin], settings: Settings, clock: Clock, stack: AsyncExitStack
) -> Mapping[str, Channel]:
    made = [plugin.channel(settings, clock) for plugin in plugins if plugin.channel is not None]
    channels = [channel for channel in made if channel is not None]
    for channel in channels:
        stack.push_async_callback(channel.close)
    return channels_by_name(channels)
