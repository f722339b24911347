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

from botflow.storage.jobs_version import check_installed

LISTEN_RETRY_S = 0.5

_log = structlog.get_logger(__name__)

# What runs after procrastinate's own script. Finished jobs are deleted, so nobody reads their events; two indexes are
# not used by any statement here. Together two fifths of a job's WAL. The new index finds a lock's oldest job.
SCHEMA_CHANGES: tuple[str, ...] = (
    "DROP TRIGGER procrastinate_trigger_status_events_insert_v1 ON procrastinate_jobs",
    "DROP TRIGGER procrastinate_trigger_status_events_update_v1 ON procrastinate_jobs",
    "DROP TRIGGER procrastinate_trigger_scheduled_events_v1 ON procrastinate_jobs",
    "DROP INDEX procrastinate_jobs_id_lock_idx_v1",
    "DROP INDEX procrastinate_jobs_queue_name_idx_v1",
    "CREATE INDEX procrastinate_jobs_lock_id_idx ON procrastinate_jobs (lock, id) WHERE status IN ('todo', 'doing')",
)
QUEUE_CHANGES: tuple[str, ...] = (
    "ALTER TABLE procrastinate_jobs ADD COLUMN created_at timestamptz DEFAULT now()",
    "DROP INDEX procrastinate_jobs_priority_idx_v1",
    "CREATE INDEX procrastinate_jobs_claim_idx ON procrastinate_jobs (queue_name, priority DESC, id)"
    " WHERE status = 'todo'",
)

# The table is nearly always empty, so the planner believes that it is, and would sort and scan a sudden backlog.
_PLANNER = "SET enable_sort = off; SET enable_bitmapscan = off; SET enable_seqscan = off"
# Who claims or ends a job need not wait for the disk: when the database loses the last moments, a job runs again and
# finds nothing to do. The inbound and the job themselves are stored by `enqueue`, which does wait.
_COMMITS = "SET synchronous_commit = off"

# Each queue by itself, so that a worker of one never walks through the backlog of another.
CLAIM = """
WITH candidate AS MATERIALIZED (
    SELECT found.id, found.priority
    FROM unnest(%(queues)s::text[]) AS queue (name), LATERAL (
        SELECT jobs.id, jobs.priority
        FROM procrastinate_jobs AS jobs
        WHERE jobs.status = 'todo'
          AND jobs.queue_name = queue.name
          AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
          AND NOT EXISTS (
              SELECT 1 FROM procrastinate_jobs AS other
              WHERE other.lock = jobs.lock AND other.status = 'doing'
          )
          AND (jobs.lock IS NULL OR jobs.id = (
              SELECT first.id FROM procrastinate_jobs AS first
              WHERE first.lock = jobs.lock AND first.status IN ('todo', 'doing')
              ORDER BY first.lock, first.id LIMIT 1
          ))
        ORDER BY jobs.priority DESC, jobs.id LIMIT %(limit)s
        FOR UPDATE OF jobs SKIP LOCKED
    ) AS found
),
chosen AS MATERIALIZED (SELECT id FROM candidate ORDER BY priority DESC, id LIMIT %(limit)s)
UPDATE procrastinate_jobs AS jobs SET status = 'doing', worker_id = %(worker_id)s
FROM chosen WHERE jobs.id = chosen.id
RETURNING jobs.*
"""

FINISH = """
WITH ended AS (
    DELETE FROM procrastinate_jobs AS jobs
    USING unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS own (id, attempts)
    WHERE jobs.id = own.id AND jobs.attempts = own.attempts AND jobs.status = 'doing'
    RETURNING jobs.*
),
kept AS (
    INSERT INTO finished_jobs (id, queue, task, priority, args, attempts, failed, created_at, ended_at)
    SELECT id, queue_name, task_name, priority, args, attempts, id = ANY (%(failed)s::bigint[]), created_at, now()
    FROM ended WHERE %(keep)s
)
SELECT id, (
    SELECT next.id FROM procrastinate_jobs AS next
    WHERE next.lock = ended.lock AND next.status IN ('todo', 'doing') AND next.id <> ended.id
    ORDER BY next.lock, next.id LIMIT 1
) IS NOT NULL AS more
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

FORGET = """
DELETE FROM finished_jobs WHERE id IN (
    SELECT id FROM finished_jobs WHERE ended_at < now() - make_interval(secs => %(older_than_s)s)
    ORDER BY ended_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""

WORKERS = """
SELECT count(*) AS workers FROM procrastinate_workers
WHERE last_heartbeat >= now() - make_interval(secs => %(within_s)s)
"""

# A job whose lock is taken waits for the one that runs, not for a worker, so its age says nothing about the load.
BACKLOG = """
WITH jobs AS MATERIALIZED (
    SELECT queue_name, priority, status, lock, created_at, scheduled_at FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') ORDER BY id LIMIT %(limit)s
),
busy AS MATERIALIZED (SELECT lock FROM procrastinate_jobs WHERE status = 'doing' AND lock IS NOT NULL)
SELECT jobs.queue_name AS queue, jobs.priority,
    count(*) FILTER (WHERE jobs.status = 'todo') AS waiting,
    count(*) FILTER (WHERE jobs.status = 'doing') AS running,
    coalesce(extract(epoch FROM now() - min(greatest(jobs.created_at, jobs.scheduled_at)) FILTER (
        WHERE jobs.status = 'todo' AND busy.lock IS NULL
          AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
    )), 0)::float8 AS oldest_s
FROM jobs LEFT JOIN busy ON busy.lock = jobs.lock
GROUP BY jobs.queue_name, jobs.priority
"""

DEPTH = "SELECT queue_name AS queue, status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1, 2"


class PostgresJobs(PsycopgConnector):
    """Procrastinate's connector with a small pool of its own, cheaper statements, and a listener that reconnects."""

    def __init__(self, url: str) -> None:
        check_installed()
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
    await connection.execute(f"{_PLANNER}; {_COMMITS}")


def _pool(**options: Any) -> AsyncConnectionPool[AsyncConnection[TupleRow]]:
    # Procrastinate asks for a check (one more round trip) before every use; a dead connection fails its first
    # statement instead, the pool drops it, and the worker tries again.
    return AsyncConnectionPool(**{**options, "check": None})
