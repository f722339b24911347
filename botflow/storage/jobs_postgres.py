"""Job tables on Postgres: procrastinate's schema and connector, and our own statements on its tables.

Procrastinate fetches one job per statement and finishes by the job's number alone. Here a worker claims many at once,
and every later step is fenced by the claim (number, attempts): a job that was put back has one attempt more, so a
worker that slept through that can no longer finish what another one runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

LISTEN_RETRY_S = 0.5

_log = structlog.get_logger(__name__)

CLAIM = """
WITH candidate AS (
    SELECT jobs.id
    FROM procrastinate_jobs AS jobs
    WHERE jobs.status = 'todo'
      AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
      AND NOT EXISTS (
          SELECT 1 FROM procrastinate_jobs AS other
          WHERE other.lock = jobs.lock AND other.status = 'doing'
      )
      AND NOT EXISTS (
          SELECT 1 FROM procrastinate_jobs AS other
          WHERE other.lock = jobs.lock AND other.status = 'todo'
            AND (other.priority > jobs.priority OR (other.priority = jobs.priority AND other.id < jobs.id))
      )
    ORDER BY jobs.priority DESC, jobs.id LIMIT %(limit)s
    FOR UPDATE OF jobs SKIP LOCKED
)
UPDATE procrastinate_jobs AS jobs SET status = 'doing', worker_id = %(worker_id)s
FROM candidate WHERE jobs.id = candidate.id
RETURNING jobs.*
"""

FINISH = """
WITH ended AS (
    DELETE FROM procrastinate_jobs AS jobs
    USING unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS own (id, attempts)
    WHERE jobs.id = own.id AND jobs.attempts = own.attempts AND jobs.status = 'doing'
    RETURNING jobs.id, jobs.lock
)
SELECT id, EXISTS (
    SELECT 1 FROM procrastinate_jobs AS next WHERE next.lock = ended.lock AND next.status = 'todo'
) AS more
FROM ended
"""

PUT_BACK = """
UPDATE procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = %(retry_at)s, worker_id = NULL, abort_requested = false
WHERE id = %(job_id)s AND attempts = %(attempts)s AND status = 'doing'
RETURNING id
"""

# The row comes back under its own number when it was pruned while the process was stopped: no foreign key then breaks.
BEAT = """
WITH beat AS (
    INSERT INTO procrastinate_workers (id, last_heartbeat) OVERRIDING SYSTEM VALUE VALUES (%(worker_id)s, now())
    ON CONFLICT (id) DO UPDATE SET last_heartbeat = excluded.last_heartbeat
)
UPDATE procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL, abort_requested = false
WHERE status = 'doing' AND worker_id = %(worker_id)s AND id <> ALL (%(running)s::bigint[])
RETURNING id
"""

PUT_BACK_STALLED = """
UPDATE procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL, abort_requested = false
WHERE id IN (
    SELECT jobs.id FROM procrastinate_jobs AS jobs
    WHERE jobs.status = 'doing' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_workers AS worker
        WHERE worker.id = jobs.worker_id AND worker.last_heartbeat >= now() - make_interval(secs => %(after_s)s)
    )
    LIMIT %(limit)s
    FOR UPDATE OF jobs SKIP LOCKED
)
RETURNING id
"""

ANY_WORKER = """
SELECT EXISTS (
    SELECT 1 FROM procrastinate_workers WHERE last_heartbeat >= now() - make_interval(secs => %(within_s)s)
) AS lives
"""

DEPTH = "SELECT queue_name AS queue, status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1, 2"


class PostgresJobs(PsycopgConnector):
    """Procrastinate's connector with a small pool of its own, cheaper statements, and a listener that reconnects."""

    def __init__(self, url: str) -> None:
        super().__init__(
            conninfo=url.replace("postgresql+psycopg://", "postgresql://", 1),
            min_size=1,
            max_size=4,
            timeout=5.0,
            configure=_configure,
            pool_factory=_pool,
        )

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen for new jobs, again after every lost connection: the worker also polls, so a gap only costs time."""
        names = list(channels)
        while True:
            try:
                await super().listen_notify(on_notification, names)
            except ConnectorException as failure:
                _log.warning("jobs_listener_lost", cause=str(failure.__cause__))
            await asyncio.sleep(LISTEN_RETRY_S)


async def _configure(connection: AsyncConnection[TupleRow]) -> None:
    # Each statement is a transaction of its own, so BEGIN and COMMIT would only be two more round trips.
    await connection.set_autocommit(True)


def _pool(**options: Any) -> AsyncConnectionPool[AsyncConnection[TupleRow]]:
    # Procrastinate asks for a check (one more round trip) before every use; a dead connection fails its first
    # statement instead, the pool drops it, and the worker tries again.
    return AsyncConnectionPool(**{**options, "check": None})
