"""What everything else stands on: the database, Redis, the channels, the flows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botflow.clock import Clock
from botflow.engine.node_type import NodeType
from botflow.interfaces import Channel, Model
from botflow.nodes import built_in
from botflow.plugins import Plugin, installed_plugins, node_types_of, secret_settings
from botflow.runtime.accounts import Accounts
from botflow.runtime.asks.perform import models_of
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.database_clock import DatabaseClock
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing.opening import open_tracing, tracing_secrets
from botflow.runtime.tracing.tracing import Tracing
from botflow.runtime.turns.rendering import channels_by_name
from botflow.runtime.turns.signals import Hub
from botflow.runtime.vault import Vault
from botflow.storage.contacts import Contacts
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database, open_database
from botflow.storage.decisions import Decisions

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
    accounts: Accounts
    measurements: Measurements
    tracing: Tracing


async def open_base(options: RuntimeOptions, stack: AsyncExitStack) -> Base:
    """Connect to database, Redis and providers, and serve the flows."""
    settings = options.settings
    plugins = [*installed_plugins(), *options.plugins]
    kinds = node_types_of(plugins, built_in())
    options.known_secrets.add_settings(
        (
            *settings.secrets(),
            *secret_settings(plugins, options.environment),
            *tracing_secrets(options.environment),
        )
    )
    owner = secrets.token_hex(6)
    database = await open_database(
        settings.botflow_database_url,
        migrate=options.migrate,
        shared=options.engine,
        connections=settings.botflow_database_connections,
        name=f"botflow {options.role} {owner}",
    )
    stack.push_async_callback(database.close)
    clock = DatabaseClock(options.clock, database.now)
    await clock.measure()
    redis = await _open_redis(options, database, stack)
    channels = await _open_channels(plugins, options, clock, stack)
    flows = Flows(database.flows, kinds)
    await flows.publish(options.flows, restores=options.restores)
    await flows.refresh()
    tracing = open_tracing(options.environment, flows, owner)
    stack.push_async_callback(tracing.close)
    hub = Hub(redis or database.signals)
    hub.on_flows_changed(flows.changed)
    if options.flows:
        hub.flows_changed()
    models = models_of(plugins, options.environment)
    vault = Vault(Credentials(database.engine), options.keyring, options.known_secrets)
    accounts = Accounts(
        engine=database.engine,
        safe=vault.safe,
        plugins=plugins,
        models=models,
        known_secrets=options.known_secrets,
        clock=clock,
        networks=settings.botflow_webhook_networks,
        settings={plugin.name: plugin.fields_of(options.environment) for plugin in plugins if plugin.node_types},
        sends=options.sends,
    )
    stack.push_async_callback(accounts.close)
    return Base(
        options=options,
        owner=owner,
        plugins=plugins,
        node_types=kinds,
        database=database,
        clock=clock,
        redis=redis,
        channels=channels,
        models=models,
        flows=flows,
        hub=hub,
        decisions=Decisions(database.engine),
        contacts=Contacts(database.engine),
        vault=vault,
        accounts=accounts,
        measurements=Measurements(flows.slug_of, flows.node_type_of),
        tracing=tracing,
    )


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
