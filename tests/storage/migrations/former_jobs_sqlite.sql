-- The former release's job tables on SQLite.
CREATE TABLE procrastinate_workers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    last_heartbeat REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400.0)
);
CREATE TABLE procrastinate_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_name TEXT NOT NULL,
    task_name TEXT NOT NULL,
    lock TEXT,
    args TEXT NOT NULL DEFAULT '{}',
    status TEXT NOT NULL DEFAULT 'todo' CHECK (status IN ('todo', 'doing')),
    worker_id INTEGER,
    created_at REAL
);
CREATE INDEX procrastinate_jobs_lock_idx ON procrastinate_jobs (lock, id);
CREATE UNIQUE INDEX procrastinate_jobs_doing_idx ON procrastinate_jobs (lock) WHERE status = 'doing';
CREATE TABLE finished_jobs (
    id INTEGER NOT NULL,
    queue TEXT NOT NULL,
    args TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    CONSTRAINT finished_jobs_pkey PRIMARY KEY (id)
);
CREATE INDEX finished_jobs_ended_at_idx ON finished_jobs (ended_at);
INSERT INTO procrastinate_workers DEFAULT VALUES;
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
VALUES ('turns', 'advance', 'session:1', '{"session": 1}', 'todo', NULL),
    ('turns', 'advance', 'session:2', '{"session": 2}', 'doing', 1);
INSERT INTO finished_jobs VALUES (9, 'turns', '{}', '2026-03-01 12:00:00.000000');
