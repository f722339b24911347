"""The tasks that jobs run, and when a failed one runs again.

A job carries a session's number and nothing else: what is to be done stands in our own tables, so a superfluous or
repeated job finds nothing and ends. None has a queueing lock: its violation would abort the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from procrastinate import App
from procrastinate.connector import BaseAsyncConnector
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from botflow.clock import Clock
from botflow.storage.jobs import ADVANCE, CARRY_OUT, EFFECTS, TURNS

Task = Callable[[int], Awaitable[None]]


class RetrySoon(BaseRetryStrategy):
    """Run a failed job again after 0.2 s, then ever later, eight times; one that was interrupted by a stop at once.

    The pauses are short because a waiting job holds back its lock. After the last one the tick finds what is undone.
    """

    attempts = 8

    def __init__(self, clock: Clock) -> None:
        self._clock = clock  # as the database shows it: that is what decides when the job is due

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again, or None to give the job up."""
        if not isinstance(exception, Exception):
            return RetryDecision()
        if job.attempts >= self.attempts:
            return None
        pause_s = min(0.2 * 2**job.attempts, 10.0)
        return RetryDecision(retry_at=self._clock.now() + timedelta(seconds=pause_s))


def jobs_app(connector: BaseAsyncConnector, *, advance: Task, carry_out: Task, clock: Clock) -> App:
    """Return procrastinate's app with our tasks; each takes a session's number."""
    app = App(connector=connector)

    @app.task(name=ADVANCE, queue=TURNS, retry=RetrySoon(clock))
    async def advance_task(session: int) -> None:
        await advance(session)

    @app.task(name=CARRY_OUT, queue=EFFECTS, retry=RetrySoon(clock))
    async def carry_out_task(session: int) -> None:
        await carry_out(session)

    return app
