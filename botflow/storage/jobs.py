"""The table of jobs as a worker uses it, the same on Postgres and SQLite.

A claim is (job, attempts): whoever puts a job back raises its attempts, so all that the former owner does afterwards
finds no row. Statements are Postgres texts; the SQLite connector knows their twins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, LiteralString, get_args

from procrastinate.connector import BaseAsyncConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from botflow.errors import ProviderError
from botflow.storage import jobs_postgres as statements

STATEMENT_S = 5.0

Queue = Literal["turns", "executions", "effects"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
TURNS: Queue = "turns"  # conversations' turns
EXECUTIONS: Queue = "executions"  # the turns of runs that nobody talks to
EFFECTS: Queue = "effects"  # what follows a commit besides messages
ADVANCE = "advance"  # the task of both queues of turns
CARRY_OUT = "carry_out"  # the task of the queue of effects

Priority = Literal["low", "normal", "high", "critical"]
PRIORITIES: Mapping[Priority, int] = MappingProxyType({"low": -10, "normal": 0, "high": 10, "critical": 20})
# Somebody waits for the answer to a message. Timers that are due by the thousand keep nobody waiting, nor do runs of
# ordinary priority.
MESSAGE_PRIORITY = PRIORITIES["high"]
TIMER_PRIORITY = PRIORITIES["normal"]

COUNTED = 50_000  # more jobs than this are not counted, only their beginning


def turn_lock(session: int, *, again: bool = False, timer: bool = False) -> str:
    """Return the lock of a session's turns.

    `again` is the second one, for when a stuck job holds the first. `timer` is the third: a message's job, which also
    runs what a timer left there, must not stand behind the job of the timer, which may wait for long.
    """
    return f"session:{session}" + (":timer" if timer else ":again" if again else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What became of jobs that were to be finished: how many were still theirs, and whether a lock let others go."""

    count: int
    freed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The jobs of one queue and priority. `oldest_s` is the age of the oldest that only lacks a worker, 0 if none."""

    queue: str
    priority: int
    waiting: int
    running: int
    oldest_s: float


class JobTable:
    """Jobs and workers; every method is one statement of at most five seconds, and fails as ProviderError."""

    def __init__(self, connector: BaseAsyncConnector) -> None:
        self._connector = connector

    async def claim(self, worker: int, limit: int, queues: Sequence[str] = QUEUES) -> list[Job]:
        """Take up to `limit` due jobs of these queues, the highest priority first and then the oldest.

        No other worker can take the same ones, nor one of their locks.
        """
        rows = await self._rows(statements.CLAIM, worker_id=worker, limit=limit, queues=list(queues))
        return sorted((Job.from_row(row) for row in rows), key=lambda job: (-job.priority, job.id or 0))

    async def finish(self, jobs: Sequence[Job], *, failed: Set[int] = frozenset(), keep: bool = False) -> Finished:
        """Delete the jobs among these that their claims still hold; with `keep` they go to `finished_jobs`.

        `failed` are the numbers of those that were given up.
        """
        ids, attempts = [job.id for job in jobs], [job.attempts for job in jobs]
        given_up = [job.id for job in jobs if job.id in failed]
        rows = await self._rows(statements.FINISH, ids=ids, attempts=attempts, failed=given_up, keep=keep)
        return Finished(count=len(rows), freed=any(row["more"] for row in rows))

    async def put_back(self, job: Job, retry_at: datetime | None) -> bool:
        """Let the job run again, at once or from `retry_at`; False when its claim no longer holds."""
        return bool(await self._rows(statements.PUT_BACK, job_id=job.id, attempts=job.attempts, retry_at=retry_at))

    async def beat(self, worker: int, running: Iterable[int]) -> int:
        """Say that the worker lives and put back jobs it holds but does not run; return how many those were.

        Such a job is one whose claim's answer or whose end got lost on the way.
        """
        return len(await self._rows(statements.BEAT, worker_id=worker, running=list(running)))

    async def put_back_stalled(self, after_s: float, limit: int) -> int:
        """Put back jobs whose worker has not given a sign of life for this long; return how many."""
        return len(await self._rows(statements.PUT_BACK_STALLED, after_s=after_s, limit=limit))

    async def forget(self, older_than_s: float, limit: int) -> int:
        """Delete finished jobs that were kept for longer than this; return how many."""
        return len(await self._rows(statements.FORGET, older_than_s=older_than_s, limit=limit))

    async def workers(self, within_s: float) -> int:
        """Return how many workers gave a sign of life within this time."""
        rows = await self._rows(statements.WORKERS, within_s=within_s)
        return int(rows[0]["workers"])

    async def backlog(self) -> list[Backlog]:
        """Return what waits and runs by queue and priority, of the oldest 50,000 jobs."""
        return [Backlog(**row) for row in await self._rows(statements.BACKLOG, limit=COUNTED)]

    async def depth(self) -> dict[tuple[str, str], int]:
        """Return the number of jobs by (queue, status)."""
        rows = await self._rows(statements.DEPTH)
        return {(row["queue"], row["status"]): row["jobs"] for row in rows}

    async def _rows(self, statement: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        try:
            async with asyncio.timeout(STATEMENT_S):
                return await self._connector.execute_query_all_async(statement, **arguments)
        except TimeoutError as failure:
            raise ProviderError("the job tables did not answer", code="jobs.timeout", retryable=True) from failure
        except ConnectorException as failure:
            cause = failure.__cause__ or failure
            raise ProviderError(f"the job tables failed: {cause}", code="jobs.failed", retryable=True) from failure
