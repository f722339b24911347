"""Job tables on SQLite and the statements on them; procrastinate's own columns, so that its Job reads every row.

Times are seconds since 1970 by the database's clock. Never a trigger or an event table: finished jobs are deleted.
"""

from __future__ import annotations

NOW = "((julianday('now') - 2440587.5) * 86400.0)"

SCHEMA: tuple[str, ...] = (
    f"""
    CREATE TABLE procrastinate_workers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        last_heartbeat REAL NOT NULL DEFAULT {NOW}
    )
    """,
    """
    CREATE TABLE procrastinate_jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue_name TEXT NOT NULL,
        task_name TEXT NOT NULL,
        priority INTEGER NOT NULL DEFAULT 0,
        lock TEXT,
        queueing_lock TEXT,
        args TEXT NOT NULL DEFAULT '{}',
        status TEXT NOT NULL DEFAULT 'todo' CHECK (status IN ('todo', 'doing')),
        scheduled_at REAL,
        attempts INTEGER NOT NULL DEFAULT 0,
        abort_requested INTEGER NOT NULL DEFAULT 0,
        worker_id INTEGER
    )
    """,
    "CREATE INDEX procrastinate_jobs_status_idx ON procrastinate_jobs (status, priority DESC, id)",
    "CREATE INDEX procrastinate_jobs_lock_idx ON procrastinate_jobs (lock, id)",
    "CREATE UNIQUE INDEX procrastinate_jobs_doing_idx ON procrastinate_jobs (lock) WHERE status = 'doing'",
)
# SQLite takes no such default for a column that is added, so every insert says it.
QUEUE_CHANGES: tuple[str, ...] = (
    "ALTER TABLE procrastinate_jobs ADD COLUMN created_at REAL",
    f"UPDATE procrastinate_jobs SET created_at = {NOW}",
)

JOB_COLUMNS = (
    "id",
    "queue_name",
    "task_name",
    "priority",
    "lock",
    "queueing_lock",
    "args",
    "status",
    "scheduled_at",
    "attempts",
    "worker_id",
)

# A run's turns stand in a queue of their own, at the run's priority.
INSERT_ADVANCE = f"""
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, created_at)
    SELECT CASE WHEN s.channel = 'run' THEN 'executions' ELSE 'turns' END, 'advance',
           CASE WHEN s.channel <> 'run' THEN :priority ELSE coalesce((
               SELECT e.priority FROM executions e WHERE e.session_id = s.id AND e."trigger" IS NOT NULL
           ), 0) END,
           :lock, json_object('session', s.id), {NOW}
    FROM sessions s WHERE s.id = :session
    RETURNING id
"""

INSERT_CARRY_OUT = f"""
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, created_at)
    VALUES ('effects', 'carry_out', 0, json_object('session', :session), {NOW})
    RETURNING id
"""

DEFER_JOBS = f"""
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, scheduled_at, created_at)
    SELECT value ->> 'queue_name', value ->> 'task_name', value ->> 'priority', value ->> 'lock', value -> 'args',
           value ->> 'scheduled_at', {NOW}
    FROM json_each(:jobs)
    RETURNING id
"""

REGISTER_WORKER = "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"

UNREGISTER_WORKER = "DELETE FROM procrastinate_workers WHERE id = :worker_id"

PRUNE_STALLED_WORKERS = f"""
    DELETE FROM procrastinate_workers WHERE last_heartbeat < {NOW} - :seconds_since_heartbeat RETURNING id
"""

CLAIM = f"""
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker_id
    WHERE id IN (
        SELECT jobs.id FROM procrastinate_jobs AS jobs
        WHERE jobs.status = 'todo'
          AND jobs.queue_name IN (SELECT value FROM json_each(:queues))
          AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= {NOW})
          AND NOT EXISTS (
              SELECT 1 FROM procrastinate_jobs AS other
              WHERE other.lock = jobs.lock AND other.status = 'doing'
          )
          AND (jobs.lock IS NULL OR jobs.id = (
              SELECT min(first.id) FROM procrastinate_jobs AS first
              WHERE first.lock = jobs.lock AND first.status IN ('todo', 'doing')
          ))
        ORDER BY jobs.priority DESC, jobs.id LIMIT :limit
    )
    RETURNING {", ".join(JOB_COLUMNS)}
"""

_TEXT = "%Y-%m-%d %H:%M:%f000"  # as UtcTime keeps a moment
KEEP = f"""
    INSERT INTO finished_jobs (id, queue, task, priority, args, attempts, failed, created_at, ended_at)
    SELECT jobs.id, queue_name, task_name, priority, args, attempts, jobs.id IN (SELECT value FROM json_each(:failed)),
           strftime('{_TEXT}', created_at, 'unixepoch'), strftime('{_TEXT}', 'now')
    FROM json_each(:ids) AS own
    JOIN json_each(:attempts) AS claimed ON claimed.key = own.key
    JOIN procrastinate_jobs AS jobs ON jobs.id = own.value AND jobs.attempts = claimed.value
    WHERE :keep AND jobs.status = 'doing'
"""

FINISH = """
    DELETE FROM procrastinate_jobs
    WHERE status = 'doing'
      AND (id, attempts) IN (
          SELECT own.value, claimed.value
          FROM json_each(:ids) AS own JOIN json_each(:attempts) AS claimed ON claimed.key = own.key
      )
    RETURNING id, EXISTS (
        SELECT 1 FROM procrastinate_jobs AS next WHERE next.lock = procrastinate_jobs.lock AND next.status = 'todo'
    )
"""

PUT_BACK = """
    UPDATE procrastinate_jobs
    SET status = 'todo', attempts = attempts + 1, scheduled_at = :retry_at, worker_id = NULL
    WHERE id = :job_id AND attempts = :attempts AND status = 'doing'
    RETURNING id
"""

BEAT = f"""
    INSERT INTO procrastinate_workers (id, last_heartbeat) VALUES (:worker_id, {NOW})
    ON CONFLICT (id) DO UPDATE SET last_heartbeat = excluded.last_heartbeat
    RETURNING id
"""

PUT_BACK_FORGOTTEN = """
    UPDATE procrastinate_jobs
    SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL
    WHERE status = 'doing' AND worker_id = :worker_id AND id NOT IN (SELECT value FROM json_each(:running))
    RETURNING id
"""

PUT_BACK_STALLED = f"""
    UPDATE procrastinate_jobs
    SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL
    WHERE id IN (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers AS worker
            WHERE worker.id = procrastinate_jobs.worker_id AND worker.last_heartbeat >= {NOW} - :after_s
        )
        LIMIT :limit
    )
    RETURNING id
"""

FORGET = f"""
    DELETE FROM finished_jobs WHERE id IN (
        SELECT id FROM finished_jobs
        WHERE ended_at < strftime('{_TEXT}', {NOW} - :older_than_s, 'unixepoch')
        ORDER BY ended_at LIMIT :limit
    )
    RETURNING id
"""

WORKERS = f"""
    SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= {NOW} - :within_s
"""

BACKLOG = f"""
    WITH jobs AS MATERIALIZED (
        SELECT queue_name, priority, status, lock, created_at, scheduled_at FROM procrastinate_jobs
        ORDER BY id LIMIT :limit
    )
    SELECT jobs.queue_name, jobs.priority, sum(jobs.status = 'todo'), sum(jobs.status = 'doing'),
        coalesce({NOW} - min(max(jobs.created_at, coalesce(jobs.scheduled_at, 0))) FILTER (
            WHERE jobs.status = 'todo' AND busy.lock IS NULL
              AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= {NOW})
        ), 0.0)
    FROM jobs LEFT JOIN procrastinate_jobs AS busy ON busy.lock = jobs.lock AND busy.status = 'doing'
    GROUP BY jobs.queue_name, jobs.priority
"""

DEPTH = """
    SELECT queue_name, status, count(*) FROM procrastinate_jobs GROUP BY queue_name, status
"""
