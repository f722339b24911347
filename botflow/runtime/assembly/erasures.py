"""Erasing persons: the steps in the database and the caches, and the requests to providers."""

from __future__ import annotations

from dataclasses import dataclass

from botflow.runtime.assembly.base import Base
from botflow.runtime.assembly.turns import Turns
from botflow.runtime.erasures.eraser import BackgroundEraser, Eraser
from botflow.runtime.erasures.provider_redaction import ProviderRedaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureWork:
    """The parts that erase persons."""

    eraser: BackgroundEraser
    providers: ProviderRedaction


def erasures_of(base: Base, turns: Turns) -> ErasureWork:
    engine, keyring, hub = base.database.engine, base.options.keyring, base.hub
    hub.on_erased(turns.hot.forget_sessions)
    eraser = Eraser(engine.write, keyring, cache=base.redis, forget=hub.erased)
    return ErasureWork(
        eraser=BackgroundEraser(eraser, base.clock, hub.claimable),
        providers=ProviderRedaction(engine, base.channels, base.accounts, keyring, base.clock),
    )
