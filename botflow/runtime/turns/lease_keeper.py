"""Keeping leases: this process beats, claims waiting inbounds, and frees the inbounds of dead processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

import structlog

from botflow.clock import Clock
from botflow.errors import ProviderError
from botflow.records.leases import Share, Worker
from botflow.records.queues import EXECUTIONS, QUEUES, TURNS, QueueName
from botflow.records.turns import TurnId
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.process.tick import Step
from botflow.runtime.process.timing import Timing
from botflow.runtime.turns.quarantine import ALONE_S
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.storage.turns.store import LeaseStore

CAUTIOUS_S = 60.0  # after a death, timers run with counted attempts: one may be the cause

_log = structlog.get_logger("botflow.leases")


class LeaseKeeper:
    """Beats for this process, and claims inbounds for its session tasks. `queues` is empty if it only serves.
    `cannot_run` returns the versions whose turns are left to other processes; `claimed` is told the attempt of each
    inbound that is claimed."""

    def __init__(
        self,
        *,
        owner: str,
        queues: Collection[QueueName],
        store: LeaseStore,
        sessions: SessionTasks,
        clock: Clock,
        timing: Timing,
        cannot_run: Callable[[], Collection[int]] = tuple,
        claimed: Callable[[int], None] = lambda attempt: None,
    ) -> None:
        self._owner = owner
        self._queues = queues
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._timing = timing
        self._cannot_run = cannot_run
        self._claimed = claimed
        self._beaten_s = float("-inf")
        self._cautious_until_s = float("-inf")
        self._judges_from_s = float("-inf")
        self._unknown: frozenset[TurnId] = frozenset()
        self.others = 0  # other processes that take turns
        self._workers: tuple[Worker, ...] = ()  # all other processes that live
        self.share = Share()

    @property
    def is_alive(self) -> bool:
        """Whether a beat of this process reached the database recently."""
        return self._clock.monotonic_s() - self._beaten_s < 3 * self._timing.beat_s

    def not_taken(self) -> list[QueueName]:
        """Return the queues that no living process takes."""
        return [queue for queue in QUEUES if not any(queue in worker.queues for worker in self._all_workers())]

    def cannot_be_run(self, versions: Iterable[int]) -> set[int]:
        """Return those of the versions that no living process can run."""
        workers = [worker for worker in self._all_workers() if worker.queues & {TURNS, EXECUTIONS}]
        return {version for version in versions if all(version in worker.cannot_run for worker in workers)}

    def live_workers(self) -> Sequence[Worker]:
        """Return what each living process takes, this one included, as of the last beat."""
        return self._all_workers()

    def _all_workers(self) -> tuple[Worker, ...]:
        return (*self._workers, Worker(frozenset(self._queues), frozenset(self._cannot_run())))

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
                log_failure(_log, "beat_failed", failure)

    async def beat(self) -> datetime:
        """Renew every lease of this process; end attempts whose lease is lost, and release leases without a task.

        A statement may have leased an inbound although its answer was lost. Two beats must find such a lease, since the
        answer may still be on its way. Returns the database's time.
        """
        leases = self._sessions.leases()
        cannot_run = self._cannot_run()
        beat = await self._store.beat(self._owner, self._queues, leases, self._timing.dead_after_s, cannot_run)
        now_s = self._clock.monotonic_s()
        if self._was_away(now_s):
            self._judges_from_s = now_s + self._timing.dead_after_s
        self._beaten_s = now_s
        self.others = beat.others
        self._workers = beat.workers
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
        """Free the inbounds of dead processes.

        After an outage of the database, or a pause of this process, all others may look dead, and be beating again a
        moment later; their attempts would be taken from them, and counted.
        """
        now_s = self._clock.monotonic_s()
        if now_s < self._judges_from_s or self._was_away(now_s):
            return
        dead = await self._store.recover(self._owner, self._timing.dead_after_s)
        if dead:
            _log.warning("processes_died", count=dead)
            self._cautious_until_s = self._clock.monotonic_s() + CAUTIOUS_S

    def _was_away(self, now_s: float) -> bool:
        """Whether this process itself has not beaten for so long that it counts as dead."""
        return float("-inf") < self._beaten_s < now_s - self._timing.dead_after_s

    async def _recover(self) -> bool:
        await self.recover()
        return False

    async def _claim(self) -> bool:
        """Claim as many inbounds as there is room for; True when there may be more."""
        with self._sessions.places(self._sessions.room) as places:
            if not places:
                return False  # SessionTasks wakes this step when it has room
            leases = await self._store.claim(self._owner, places, self._queues, without=self._cannot_run())
            for lease in leases:
                self._claimed(lease.queued.attempt)
                self._sessions.start(lease)
        return len(leases) == places and self._sessions.room > 0

    async def _claim_suspect(self) -> bool:
        """Claim one inbound whose attempts died twice, and begin no other such inbound at the same time."""
        async with self._sessions.quarantine.alone():
            without = self._cannot_run()
            leases = await self._store.claim(self._owner, 1, self._queues, suspects=True, without=without)
            for lease in leases:
                self._claimed(lease.queued.attempt)
                await asyncio.wait({self._sessions.start(lease)}, timeout=ALONE_S)
        return bool(leases)
