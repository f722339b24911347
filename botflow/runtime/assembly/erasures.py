"""Erasing persons: the steps in the database and the caches, and the requests to providers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from botflow.engine.node_type import Remembers
from botflow.runtime.assembly.base import Base
from botflow.runtime.assembly.delivery import Delivery
from botflow.runtime.assembly.turns import Turns
from botflow.runtime.erasures.eraser import BackgroundEraser, Eraser
from botflow.runtime.erasures.process_memory import ProcessMemory
from botflow.runtime.erasures.provider_redaction import ProviderRedaction
from botflow.storage.erasure.ledger import look


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureWork:
    """The parts that erase persons."""

    eraser: BackgroundEraser
    memory: ProcessMemory
    providers: ProviderRedaction


def erasures_of(base: Base, delivery: Delivery, turns: Turns) -> ErasureWork:
    engine, keyring, hub = base.database.engine, base.options.keyring, base.hub
    nodes = [each.forget for each in base.node_types.values() if isinstance(each, Remembers)]
    memory = ProcessMemory(
        turns.hot.forget_sessions,
        [engine.forget_values, turns.values.forget, delivery.consent.forget, *nodes],
        look=partial(engine.read, look),
        clock=base.clock,
    )
    hub.on_erased(memory.forget)
    eraser = Eraser(engine.write, keyring, cache=base.redis, forget=hub.erased)
    return ErasureWork(
        eraser=BackgroundEraser(eraser, base.clock, hub.claimable),
        memory=memory,
        providers=ProviderRedaction(engine, base.channels, base.accounts, keyring, base.clock),
    )
