"""Runs: their start, their effects, their schedules and campaigns, and the sessions that publications move."""

from __future__ import annotations

from dataclasses import dataclass

from botflow.runtime.assembly.base import Base
from botflow.runtime.events.sender import WebhookSender
from botflow.runtime.events.signatures import WebhookSafe
from botflow.runtime.events.teller import EventTeller
from botflow.runtime.publications.mover import PublicationMover
from botflow.runtime.runs.campaigns.campaigns import Campaigns
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.executions import Executions
from botflow.runtime.runs.handoff_notices import handoff_url
from botflow.runtime.runs.schedules.schedules import Schedules
from botflow.runtime.runs.starts.triggers import Triggers


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The parts that start, change and follow executions."""

    triggers: Triggers
    executions: Executions
    carrier: Carrier
    schedules: Schedules
    campaigns: Campaigns
    mover: PublicationMover
    webhooks: WebhookSender
    teller: EventTeller


def runs_of(base: Base) -> Runs:
    database, wake = base.database, base.hub.claimable
    options = base.options
    webhooks = WebhookSender(
        WebhookSafe(options.keyring), base.clock, options.settings.botflow_webhook_networks, options.known_secrets
    )
    observers = [observer for plugin in base.plugins for observer in plugin.observers]
    triggers = Triggers(database.engine, wake, base.channels, base.tracing)
    return Runs(
        triggers=triggers,
        executions=Executions(
            engine=database.engine,
            triggers=triggers,
            flows=base.flows,
            hub=base.hub,
            ended=base.measurements.turns.ended,
        ),
        carrier=Carrier(
            store=database.effects,
            engine=database.engine,
            flows=base.flows,
            node_types=base.node_types,
            wake=wake,
            channels=base.channels,
            timing=base.options.timing,
            handoff_url=handoff_url(options.settings),
        ),
        schedules=Schedules(database.engine, base.flows, wake),
        campaigns=Campaigns(database.engine, base.flows, base.channels, wake),
        webhooks=webhooks,
        teller=EventTeller(database.engine, base.owner, base.clock, webhooks, observers),
        mover=PublicationMover(database.engine, base.flows, base.node_types, base.clock, wake),
    )
