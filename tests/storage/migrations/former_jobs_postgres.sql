-- What the former release changed in procrastinate's tables on Postgres, and its own table of finished jobs.
CREATE INDEX procrastinate_jobs_lock_id_idx ON procrastinate_jobs (lock, id) WHERE status IN ('todo', 'doing');
ALTER TABLE procrastinate_jobs ADD COLUMN created_at timestamptz DEFAULT now();
CREATE TABLE finished_jobs (
    id bigint NOT NULL,
    queue text NOT NULL,
    args jsonb NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT finished_jobs_pkey PRIMARY KEY (id)
);
CREATE INDEX finished_jobs_ended_at_idx ON finished_jobs (ended_at);
INSERT INTO finished_jobs VALUES (9, 'turns', '{}', now());
