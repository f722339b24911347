"""The sessions that this process runs: one task for each, which runs one leased inbound after the other.

FINISH leases the session's next inbound, so one task serves a session until nothing is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import structlog

from botflow.engine.turn import Turn
from botflow.errors import ProviderError
from botflow.log_facts import LogFacts, log_facts, log_with
from botflow.records.leases import Lease, LeaseId
from botflow.records.turns import Receipt, TurnId
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.turns.first_step import Paused
from botflow.runtime.turns.outcomes import Outcomes
from botflow.runtime.turns.quarantine import Quarantine
from botflow.runtime.turns.run import ATTEMPTS, TurnRunner, pause_before
from botflow.runtime.turns.serving import Next, Serving
from botflow.runtime.turns.signals import Hub
from botflow.storage.turns.store import LeaseStore

CUT_OFF_S = 2.0  # how long a cancelled turn may take to end
OUTAGE_PAUSES_S = (0.1, 0.5, 2.0)  # while the database is away; then the lease is given back by a beat


class SessionTasks:
    """Runs the leases of this process, one at a time per session. `start` returns at once; `stop` ends them."""

    def __init__(
        self,
        *,
        owner: str,
        runner: TurnRunner,
        leases: LeaseStore,
        hub: Hub,
        outcomes: Outcomes,
        concurrency: int,
    ) -> None:
        self._owner = owner
        self._runner = runner
        self._leases = leases
        self._hub = hub
        self._outcomes = outcomes
        self._concurrency = concurrency
        self._serving: dict[int, Serving] = {}
        self._kept = 0  # places reserved for leases that are being requested
        self._is_stopping = False
        self._on_room: Callable[[], None] = lambda: None
        self.quarantine = Quarantine()
        self._log = structlog.get_logger("botflow.turns")

    @property
    def room(self) -> int:
        """How many more sessions this process may run; 0 if it runs no turns, or stops."""
        return 0 if self._is_stopping else max(0, self._concurrency - len(self._serving) - self._kept)

    @contextmanager
    def places(self, most: int) -> Iterator[int]:
        """Reserve up to `most` places for the length of the block, while the leases for them are requested: two
        concurrent requests must not count on the same room. Yields their number."""
        kept = min(most, self.room)
        self._kept += kept
        try:
            yield kept
        finally:
            self._kept -= kept

    @property
    def running(self) -> int:
        """How many sessions this process works on."""
        return len(self._serving)

    def on_room(self, callback: Callable[[], None]) -> None:
        """Call this when a process that was full has room again."""
        self._on_room = callback

    def is_running(self, session: int) -> bool:
        """True if this process runs the session now, so that another inbound of it must wait."""
        return session in self._serving

    def leases(self) -> list[LeaseId]:
        """Return the leases that this process runs, for a beat."""
        return [serving.lease for serving in self._serving.values() if serving.lease is not None]

    def start(self, lease: Lease, begun: Paused | Turn | None = None) -> asyncio.Task[None]:
        """Run a lease, and the next inbounds of its session. `begun` is the turn as far as its receiver computed it.

        A task that has just committed the session's former turn, or is looking for its next inbound, goes on with the
        lease: the claim that brought it was faster. One that stands in the suspects' line has taken nothing, and ends:
        it may wait for this very claim. A lease whose inbound has been begun again since is ignored.
        """
        session = lease.session.id
        former = self._serving.get(session)
        if former is not None and former.task is not None and not former.is_lost and not former.is_in_line:
            if former.lease is None or (former.is_finishing and former.lease.turn != lease.queued.id):
                former.claimed = lease
                return former.task
            if former.lease.turn == lease.queued.id and former.lease.attempt > lease.queued.attempt:
                return former.task
        serving = Serving(session, LeaseId(lease.queued.id, lease.queued.attempt), is_last=self._is_stopping)
        self._serving[session] = serving
        serving.task = asyncio.create_task(self._serve(serving, lease, begun), name=f"session {session}")
        if former is not None and former.task is not None:  # else we would not have got this lease
            former.is_lost = True
            former.task.cancel()
        return serving.task

    def look(self, session: int) -> None:
        """Run the next inbound of a session, if this process does not run the session already and has room."""
        if self.room and session not in self._serving:
            serving = self._serving[session] = Serving(session)
            serving.task = asyncio.create_task(self._serve(serving, "begin again"), name=f"session {session}")

    def outcome(self, turn: TurnId) -> asyncio.Future[Receipt | None] | None:
        """Return the future outcome of a turn that this process runs or will run next: its receipt, or None when the
        process has lost its session. Returns None when the session is not run here at all."""
        serving = self._serving.get(turn.session)
        if serving is None or (serving.lease is not None and turn.seq < serving.lease.turn.seq):
            return None  # an earlier turn has no outcome here any more
        return self._outcomes.of(turn)

    def lose(self, leases: Iterable[LeaseId]) -> None:
        """End these attempts: their inbounds belong to other processes, or were cancelled."""
        for lease in leases:
            serving = self._serving.get(lease.turn.session)
            if serving is not None and serving.lease == lease and not serving.is_finishing and serving.task:
                session, seq = lease.turn
                self._log.info("attempt_lost", session=session, seq=seq, attempt=lease.attempt)
                serving.is_lost = True
                serving.task.cancel()

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more, wait up to `grace_s` for running turns, cancel the rest, and release every lease."""
        self._is_stopping = True
        for serving in self._serving.values():
            serving.is_last = True
        tasks = [serving.task for serving in self._serving.values() if serving.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                _, stubborn = await asyncio.wait(late, timeout=CUT_OFF_S)
                if stubborn:  # an action that ignores its cancellation; its turn is fenced
                    self._log.error("turns_stop_late", count=len(stubborn))
        try:
            released = await self._leases.release(self._owner)
        except ProviderError as failure:  # then others notice by its missing beats
            log_failure(self._log, "leases_not_released", failure)
            return
        if released or tasks:  # a turn that ended meanwhile has left the next inbounds of its session
            self._hub.claimable()

    # -- a session's task

    async def _serve(self, serving: Serving, following: Next, begun: Paused | Turn | None = None) -> None:
        was_full = self.room == 0
        # Of the request that has begun this task, if it runs the request's own inbound; the later ones are others'.
        inherited = log_facts() if isinstance(following, Lease) else {}
        try:
            while following is not None:
                log_with(LogFacts({**inherited, "session": serving.session}))
                inherited = {}
                if isinstance(following, Lease):
                    following, begun = await self._runner.attempt(serving, following, begun), None
                elif following == "give back":
                    following = None
                    await self._give_back(serving)
                else:
                    serving.lease = None
                    following = await self._look(serving, again=following == "begin again")
                claimed, serving.claimed = serving.claimed, None
                if claimed is not None and not isinstance(following, Lease):
                    following = claimed
        except ProviderError as failure:  # the next beats find a lease of ours without a task
            log_failure(self._log, "session_left", failure, session=serving.session)
        except asyncio.CancelledError:
            if not serving.is_lost:
                raise
        except Exception:  # noqa: BLE001 -- the fence of a session: a beat releases its lease, and it counts
            self._log.exception("session_left", session=serving.session)
        finally:
            if self._serving.get(serving.session) is serving:
                del self._serving[serving.session]
                self._outcomes.leave(serving.session)
            if was_full or self.room == 1:
                self._on_room()

    async def _give_back(self, serving: Serving) -> None:
        """Leave the session to another process, which can run its version."""
        assert serving.lease is not None
        await self._leases.give_back(self._owner, serving.lease)
        self._hub.claimable()

    async def _look(self, serving: Serving, *, again: bool) -> Next:
        """Take the session's next inbound; with `again` also one that this process holds already.

        One whose attempts died twice is begun alone: it may crash the process, and the turns that run beside it would
        end, and be given up, with it.
        """
        lease = await self._take(serving.session, suspects=False, again=again)
        if lease is not None or serving.claimed is not None:
            return lease
        if not await self._leases.has_suspects(serving.session) or serving.claimed is not None:
            return None
        serving.is_in_line = True
        await pause_before(ATTEMPTS)  # outside the quarantine, where others wait
        async with self.quarantine.alone():
            serving.is_in_line = False
            lease = await self._take(serving.session, suspects=True, again=again)
            return None if lease is None else await self._runner.attempt(serving, lease)

    async def _take(self, session: int, *, suspects: bool, again: bool) -> Lease | None:
        for pause_s in OUTAGE_PAUSES_S:
            if self._is_stopping:
                return None
            try:
                return await self._leases.take(self._owner, session, suspects=suspects, again=again)
            except ProviderError as failure:
                log_failure(self._log, "session_not_taken", failure, session=session)
            await asyncio.sleep(pause_s)
        return await self._leases.take(self._owner, session, suspects=suspects, again=again)
