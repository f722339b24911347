"""What this process keeps of people in its memory, to be fast: it is dropped when a person is erased, and every day.

The copies of sessions are dropped by their ids. The others do not know whose they are, so all of them go: that costs a
few reads, and erasures are rare. A signal says so at once. It may be lost, or come from a command that sends none, so
every process also looks twice a minute whether an erasure has begun or ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from botflow.clock import Clock
from botflow.records.leases import Seen
from botflow.runtime.erasures.text_caches import clear_text_caches
from botflow.runtime.process.tick import Step
from botflow.storage.erasure.ledger import Look

STEP = "forget"
LOOK_S = 30.0
EVERY_S = 86_400.0


class ProcessMemory:
    """Forgets what this process keeps of people: `of_sessions`, and all that `others` drop."""

    def __init__(
        self,
        of_sessions: Callable[[Sequence[int]], None],
        others: Sequence[Callable[[], None]],
        *,
        look: Callable[[], Awaitable[Look]],
        clock: Clock,
    ) -> None:
        self._of_sessions = of_sessions
        self._others = (*others, clear_text_caches)
        self._look = look
        self._clock = clock
        self._seen: Look | None = None
        self._looked_s = float("-inf")
        self._emptied_s = clock.monotonic_s()

    def steps(self) -> tuple[Step, ...]:
        return (Step(name=STEP, run=self.look, is_due=self._is_time),)

    def forget(self, sessions: Sequence[int]) -> None:
        """Drop the copies of erased sessions, and all that may be about their person."""
        self._of_sessions(sessions)
        for drop in self._others:
            drop()
        self._emptied_s = self._clock.monotonic_s()

    async def look(self) -> bool:
        """Drop all if an erasure has begun or ended since the last look, or a day is over."""
        self._looked_s = self._clock.monotonic_s()
        seen = await self._look()
        is_old = self._looked_s - self._emptied_s >= EVERY_S
        if is_old or (self._seen is not None and seen != self._seen):
            self.forget(())
        self._seen = seen
        return False

    def _is_time(self, seen: Seen) -> bool:
        return self._clock.monotonic_s() - self._looked_s >= LOOK_S
