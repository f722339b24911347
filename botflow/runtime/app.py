"""The composition root: settings in, a running Runtime out. Only here and in the command line are classes chosen.

Constructors store; this context manager opens, starts and, in reverse order, stops. `open_runtime` makes the parts in
the order of their dependencies; each function of `assembly` makes one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from botflow.clock import Clock
from botflow.engine.node_type import NodeType
from botflow.interfaces import Channel, CredentialModule, Model, OptionsSource
from botflow.nodes import built_in
from botflow.plugins import Plugin, credential_modules, installed_plugins, node_types_of, option_sources
from botflow.runtime.accounts import Accounts
from botflow.runtime.asks.route_learning import RouteLearning
from botflow.runtime.assembly.background import tick_of, waker_of, watches_of
from botflow.runtime.assembly.base import open_base
from botflow.runtime.assembly.delivery import delivery_of
from botflow.runtime.assembly.erasures import erasures_of
from botflow.runtime.assembly.receiver import receiver_of
from botflow.runtime.assembly.runs import runs_of
from botflow.runtime.assembly.turns import open_turns
from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.runtime.erasures.eraser import BackgroundEraser
from botflow.runtime.events.sender import WebhookSender
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.background import background
from botflow.runtime.process.believed_keys import BelievedKeys
from botflow.runtime.process.daily_pruning import DailyPruning
from botflow.runtime.process.event_loop_lag import watch_lag
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.metrics import Metrics
from botflow.runtime.process.overload import Overload
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.unknown_accounts import UnknownAccounts
from botflow.runtime.process.worker import ticking
from botflow.runtime.publications.mover import PublicationMover
from botflow.runtime.readiness import Readiness
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.starts.triggers import Triggers
from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing.tracing import Tracing
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.signals import Hub
from botflow.runtime.vault import Vault
from botflow.settings import Settings
from botflow.storage.contacts import Contacts
from botflow.storage.database import Database
from botflow.storage.retention.cutoffs import Policy

if TYPE_CHECKING:
    from botflow.storage.cache.redis import RedisLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A running botflow, as the web layer and the command line use it."""

    settings: Settings
    clock: Clock
    timing: Timing
    flows: Flows
    receiver: Receiver
    database: Database
    hub: Hub
    channels: Mapping[str, Channel]
    models: Sequence[Model]
    callbacks: CallbackUrls
    node_types: Mapping[str, NodeType]
    keeper: LeaseKeeper
    contacts: Contacts
    triggers: Triggers
    executions: Executions
    mover: PublicationMover
    eraser: BackgroundEraser
    vault: Vault
    webhooks: WebhookSender
    accounts: Accounts
    credential_modules: Mapping[str, CredentialModule]
    option_sources: Mapping[str, OptionsSource]
    overload: Overload
    metrics: Metrics
    measurements: Measurements
    readiness: Readiness
    tracing: Tracing
    counter: RedisLink | None = None
    believed_keys: BelievedKeys = field(default_factory=BelievedKeys)
    unknown_accounts: UnknownAccounts = field(default_factory=UnknownAccounts)


def node_types(plugins: Sequence[Plugin] = ()) -> Mapping[str, NodeType]:
    """Return all node types: built in, installed, and those of `plugins`."""
    return node_types_of([*installed_plugins(), *plugins], built_in())


@asynccontextmanager
async def open_runtime(options: RuntimeOptions) -> AsyncIterator[Runtime]:
    """Open everything, serve the given flows, and run the background work until the block ends.

    UsageError says which setting is wrong; ProviderError that the database is away. Redis may be away: it is a cache.
    """
    async with AsyncExitStack() as stack:
        base = await open_base(options, stack)
        delivery = delivery_of(base)
        turns = await open_turns(base, delivery, stack)
        runs = runs_of(base)
        erasures = erasures_of(base, delivery, turns)
        metrics, overload, check_queue = watches_of(base, turns.keeper)
        metrics.watch_working(lambda: turns.sessions.running)
        tick = tick_of(base, delivery, turns, runs, erasures)
        base.hub.on_claimable(tick.look_now)
        turns.sessions.on_room(lambda: tick.wake("claim"))
        turns.on_committed.listener = waker_of(options, base.hub, delivery.sender, tick)
        receiver = receiver_of(base, delivery, turns, check_queue)
        await turns.keeper.open()
        loops = {"hub": base.hub.run, "flows": base.flows.run, "clock": base.clock.run, "leases": turns.keeper.run}
        loops["routes"] = RouteLearning(base.flows, base.models, base.node_types).run
        loops["retention"] = DailyPruning(
            base.database.engine,
            options.settings.botflow_database_url,
            Policy(longest_days=options.settings.botflow_longest_retention_days),
        ).run
        loops["lag"] = partial(watch_lag, base.measurements.lagged)
        await stack.enter_async_context(background(loops))
        stack.push_async_callback(base.hub.flush)  # the signals of the stop itself
        stack.push_async_callback(turns.sessions.stop, options.timing.grace_s)
        await stack.enter_async_context(ticking(tick))
        yield Runtime(
            settings=options.settings,
            clock=base.clock,
            timing=options.timing,
            flows=base.flows,
            receiver=receiver,
            database=base.database,
            hub=base.hub,
            channels=base.channels,
            models=base.models,
            callbacks=delivery.callbacks,
            node_types=base.node_types,
            keeper=turns.keeper,
            contacts=base.contacts,
            triggers=runs.triggers,
            executions=runs.executions,
            mover=runs.mover,
            eraser=erasures.eraser,
            vault=base.vault,
            webhooks=runs.webhooks,
            accounts=base.accounts,
            credential_modules=credential_modules(base.plugins),
            option_sources=option_sources(base.plugins),
            overload=overload,
            metrics=metrics,
            measurements=base.measurements,
            readiness=Readiness(base.database, turns.keeper, base.flows, receiver.refusals),
            tracing=base.tracing,
            counter=base.redis,
        )
