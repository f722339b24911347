"""Deletes, once a day, what organizations keep no longer by their own decision. One process does it for each of them.

The deployment's own age is not obeyed here: `botflow db prune --older-than` is for operators, who know their backups.
"""

from __future__ import annotations

import asyncio
import random
import threading
from dataclasses import asdict

import structlog

from botflow.errors import ProviderError
from botflow.runtime.process.failure_facts import log_failure
from botflow.storage.engines.engine import Engine
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from botflow.storage.retention.retentions import claim_pruning

LOOK_S = 600.0


class DailyPruning:
    """Looks every ten minutes for an organization whose day is over; the deletions run in a thread."""

    def __init__(self, engine: Engine, url: str, policy: Policy) -> None:
        self._engine = engine
        self._url = url
        self._policy = policy
        self._log = structlog.get_logger("botflow.retention")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S * random.uniform(0.5, 1.5))  # so that processes do not look together
            try:
                while await self.prune_next():
                    pass
            except ProviderError as failure:
                log_failure(self._log, "pruning_failed", failure)

    async def prune_next(self) -> bool:
        """Prune one organization that is due; False when there is none. One that fails is due again in a day."""
        organization = await self._engine.write(claim_pruning)
        if organization is None:
            return False
        stopped = threading.Event()
        try:
            pruned = await asyncio.to_thread(
                prune, self._url, self._policy, organization=organization, is_stopped=stopped.is_set
            )
        finally:
            stopped.set()  # the thread of a process that stops ends with its transaction
        self._log.info("pruned", organization=organization, **asdict(pruned))
        return True
