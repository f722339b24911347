"""Keeping leases: this process beats, claims waiting inbounds, and frees the inbounds of dead processes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime

import structlog

from botflow.clock import Clock
from botflow.errors import ProviderError
from botflow.records.leases import Share
from botflow.records.queues import QueueName
from botflow.records.turns import TurnId
from botflow.runtime.process.tick import Step
from botflow.runtime.process.timing import Timing
from botflow.runtime.turns.quarantine import ALONE_S
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.storage.turns.store import LeaseStore

CAUTIOUS_S = 60.0  # after a death, timers run with counted attempts: one may be the cause

_log = structlog.get_logger("botflow.leases")


class LeaseKeeper:
    """Beats for this process, and claims inbounds for its session tasks. `queues` is empty if it only serves."""

    def __init__(
        self,
        *,
        owner: str,
        queues: Collection[QueueName],
        store: LeaseStore,
        sessions: SessionTasks,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._owner = owner
        self._queues = queues
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._timing = timing
        self._beaten_s = float("-inf")
        self._cautious_until_s = float("-inf")
        self._unknown: frozenset[TurnId] = frozenset()
        self.others = 0  # other processes that take turns
        self.share = Share()

    @property
    def is_alive(self) -> bool:
        """Whether a beat of this process reached the database recently."""
        return self._clock.monotonic_s() - self._beaten_s < 3 * self._timing.beat_s

    @property
    def is_worker_reachable(self) -> bool:
        """Whether a process takes conversations' turns: this one, or another that beats."""
        return self.is_alive and ("turns" in self._queues or self.others > 0)

    @property
    def workers(self) -> int:
        """How many processes take conversations' turns."""
        return self.others + ("turns" in self._queues)

    @property
    def is_cautious(self) -> bool:
        """Whether a process has died recently, so that every attempt must be counted before it begins."""
        return self._clock.monotonic_s() < self._cautious_until_s

    async def open(self) -> None:
        """Beat for the first time, and free the inbounds of dead processes. ProviderError when the database is away.

        Another process's row may be that of one that has died unnoticed: its cause of death, perhaps a timer that kills
        its process, may come next here. Nothing is begun uncounted before that process has beaten, or counts as dead.
        """
        await self.beat()
        await self.recover()
        if self.others:
            until_s = self._clock.monotonic_s() + 2 * self._timing.dead_after_s
            self._cautious_until_s = max(self._cautious_until_s, until_s)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(self._timing.beat_s)
            try:
                await self.beat()
            except ProviderError as failure:
                _log.warning("beat_failed", code=failure.code)

    async def beat(self) -> datetime:
        """Renew every lease of this process; end attempts whose lease is lost, and release leases without a task.

        A statement may have leased an inbound although its answer was lost. Two beats must find such a lease, since the
        answer may still be on its way. Returns the database's time.
        """
        leases = self._sessions.leases()
        beat = await self._store.beat(self._owner, self._queues, leases, self._timing.dead_after_s)
        self._beaten_s = self._clock.monotonic_s()
        self.others = beat.others
        self.share = Share(beat.before, beat.others + 1)
        self._sessions.lose(lease for lease in leases if lease.turn in beat.lost)
        unknown = frozenset(turn for turn in beat.unknown if not self._sessions.is_running(turn.session))
        if stray := unknown & self._unknown:
            _log.warning("leases_let_go", count=len(stray))
            await self._store.let_go(self._owner, sorted(stray))
        self._unknown = unknown - stray
        return beat.now

    def steps(self) -> tuple[Step, ...]:
        """Return the steps for the tick: recover, and claim if this process takes turns."""
        if not {"turns", "executions"} & set(self._queues):
            return (Step(name="recover", run=self._recover, is_due=lambda seen: seen.orphans),)
        return (
            Step(name="recover", run=self._recover, is_due=lambda seen: seen.orphans),
            Step(name="claim", run=self._claim, is_due=lambda seen: seen.claimable),
            Step(name="claim_suspect", run=self._claim_suspect, is_due=lambda seen: seen.suspects, timeout_s=30.0),
        )

    async def recover(self) -> None:
        """Free the inbounds of dead processes."""
        dead = await self._store.recover(self._owner, self._timing.dead_after_s)
        if dead:
            _log.warning("processes_died", count=dead)
            self._cautious_until_s = self._clock.monotonic_s() + CAUTIOUS_S

    async def _recover(self) -> bool:
        await self.recover()
        return False

    async def _claim(self) -> bool:
        """Claim as many inbounds as there is room for; True when there may be more."""
        with self._sessions.places(self._sessions.room) as places:
            if not places:
                return False  # SessionTasks wakes this step when it has room
            leases = await self._store.claim(self._owner, places, self._queues)
            for lease in leases:
                self._sessions.start(lease)
        return len(leases) == places and self._sessions.room > 0

    async def _claim_suspect(self) -> bool:
        """Claim one inbound whose attempts died twice, and begin no other such inbound at the same time."""
        async with self._sessions.quarantine.alone():
            leases = await self._store.claim(self._owner, 1, self._queues, suspects=True)
            for lease in leases:
                await asyncio.wait({self._sessions.start(lease)}, timeout=ALONE_S)
        return bool(leases)
