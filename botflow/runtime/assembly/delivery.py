"""Sending: the gate of consent, the sender, and the addresses for delivery reports."""

from __future__ import annotations

from dataclasses import dataclass

from botflow.runtime.assembly.base import Base
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.delivery.sender import Pace, Sender
from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.storage.consent_turns import ConsentTurns
from botflow.storage.delivery.gate_facts import GateRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The parts that deliver committed messages to recipients."""

    callbacks: CallbackUrls
    consent: ConsentKeeper
    sender: Sender


def delivery_of(base: Base) -> Delivery:
    database, options = base.database, base.options
    rows = GateRows(database.engine)
    database.outbox.on_change = base.measurements.delivered
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
            base.accounts,
            status_url=callbacks.of,
            clock=base.clock,
            gate=gate,
            known_secrets=options.known_secrets,
            pace=Pace.of(options.timing),
            tracing=base.tracing,
        ),
    )
