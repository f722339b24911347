"""The table of jobs as a worker uses it, the same on Postgres and SQLite.

A claim is (job, attempts): whoever puts a job back raises its attempts, so all that the former owner does afterwards
finds no row. Statements are Postgres texts; the SQLite connector knows their twins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from procrastinate.connector import BaseAsyncConnector
from procrastinate.jobs import Job

from botflow.storage import jobs_postgres as statements

TURNS = "turns"  # the queue of the task `advance`
SENDS = "sends"  # the queue of the task `send`
ADVANCE = "advance"
SEND = "send"


def turn_lock(session: int, *, again: bool = False) -> str:
    """Return the lock of a session's turns; `again` is the second one, for when a stuck job holds the first."""
    return f"session:{session}:again" if again else f"session:{session}"


def send_lock(session: int) -> str:
    """Return the lock of a session's sends."""
    return f"send:{session}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What became of jobs that were to be finished: how many were still theirs, and whether a lock let others go."""

    count: int
    freed: bool


class JobTable:
    """Jobs and workers; every method is one statement; errors are procrastinate's ConnectorException."""

    def __init__(self, connector: BaseAsyncConnector) -> None:
        self._connector = connector

    async def claim(self, worker: int, limit: int) -> list[Job]:
        """Take up to `limit` due jobs, oldest first; no other worker can take the same ones, nor one of their locks."""
        rows = await self._connector.execute_query_all_async(statements.CLAIM, worker_id=worker, limit=limit)
        return sorted((Job.from_row(row) for row in rows), key=lambda job: (-job.priority, job.id or 0))

    async def finish(self, jobs: Sequence[Job]) -> Finished:
        """Delete jobs that this claim still holds."""
        ids, attempts = [job.id for job in jobs], [job.attempts for job in jobs]
        rows = await self._connector.execute_query_all_async(statements.FINISH, ids=ids, attempts=attempts)
        return Finished(count=len(rows), freed=any(row["more"] for row in rows))

    async def put_back(self, job: Job, retry_at: datetime | None) -> bool:
        """Let the job run again, at once or from `retry_at`; False when this claim no longer holds it."""
        rows = await self._connector.execute_query_all_async(
            statements.PUT_BACK, job_id=job.id, attempts=job.attempts, retry_at=retry_at
        )
        return bool(rows)

    async def beat(self, worker: int, running: Iterable[int]) -> int:
        """Say that the worker lives and put back jobs it holds but does not run; return how many those were.

        Such a job is one whose claim's answer or whose end got lost on the way.
        """
        rows = await self._connector.execute_query_all_async(statements.BEAT, worker_id=worker, running=list(running))
        return len(rows)

    async def put_back_stalled(self, after_s: float, limit: int) -> int:
        """Put back jobs whose worker has not given a sign of life for this long; return how many."""
        rows = await self._connector.execute_query_all_async(statements.PUT_BACK_STALLED, after_s=after_s, limit=limit)
        return len(rows)

    async def any_worker(self, within_s: float) -> bool:
        """Say whether some worker gave a sign of life within this time."""
        row = await self._connector.execute_query_one_async(statements.ANY_WORKER, within_s=within_s)
        return bool(row["lives"])

    async def depth(self) -> dict[tuple[str, str], int]:
        """Return the number of jobs by (queue, status)."""
        rows = await self._connector.execute_query_all_async(statements.DEPTH)
        return {(row["queue"], row["status"]): row["jobs"] for row in rows}
