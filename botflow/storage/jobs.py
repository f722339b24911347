"""The table of jobs as a worker uses it, the same on Postgres and SQLite.

A claim is (job, attempts): whoever puts a job back raises its attempts, so all that the former owner does afterwards
finds no row. Statements are Postgres texts; the SQLite connector knows their twins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from procrastinate.connector import BaseAsyncConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from botflow.errors import ProviderError
from botflow.storage import jobs_postgres as statements

STATEMENT_S = 5.0

TURNS = "turns"  # the queue of the task `advance`
ADVANCE = "advance"


def turn_lock(session: int, *, again: bool = False) -> str:
    """Return the lock of a session's turns; `again` is the second one, for when a stuck job holds the first."""
    return f"session:{session}:again" if again else f"session:{session}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What became of jobs that were to be finished: how many were still theirs, and whether a lock let others go."""

    count: int
    freed: bool


class JobTable:
    """Jobs and workers; every method is one statement of at most five seconds, and fails as ProviderError."""

    def __init__(self, connector: BaseAsyncConnector) -> None:
        self._connector = connector

    async def claim(self, worker: int, limit: int) -> list[Job]:
        """Take up to `limit` due jobs, oldest first; no other worker can take the same ones, nor one of their locks."""
        rows = await self._rows(statements.CLAIM, worker_id=worker, limit=limit)
        return sorted((Job.from_row(row) for row in rows), key=lambda job: (-job.priority, job.id or 0))

    async def finish(self, jobs: Sequence[Job]) -> Finished:
        """Delete the jobs among these that their claims still hold."""
        ids, attempts = [job.id for job in jobs], [job.attempts for job in jobs]
        rows = await self._rows(statements.FINISH, ids=ids, attempts=attempts)
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

    async def any_worker(self, within_s: float) -> bool:
        """Say whether some worker gave a sign of life within this time."""
        rows = await self._rows(statements.ANY_WORKER, within_s=within_s)
        return bool(rows[0]["lives"])

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
