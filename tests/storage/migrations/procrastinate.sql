-- A few of procrastinate 3.10's types, tables, functions and triggers on Postgres, with what depends on what.
CREATE TYPE procrastinate_job_status AS ENUM ('todo', 'doing', 'succeeded', 'failed', 'cancelled', 'aborted');
CREATE TYPE procrastinate_job_event_type AS ENUM ('deferred', 'started', 'failed', 'succeeded');
CREATE TYPE procrastinate_job_to_defer_v1 AS (queue_name character varying, task_name character varying, args jsonb);
CREATE TABLE procrastinate_workers(
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    last_heartbeat timestamp with time zone NOT NULL DEFAULT NOW()
);
CREATE TABLE procrastinate_jobs (
    id bigserial PRIMARY KEY,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}' NOT NULL,
    status procrastinate_job_status DEFAULT 'todo'::procrastinate_job_status NOT NULL,
    worker_id bigint REFERENCES procrastinate_workers(id) ON DELETE SET NULL
);
CREATE TABLE procrastinate_periodic_defers (
    id bigserial PRIMARY KEY,
    job_id bigint REFERENCES procrastinate_jobs(id) NULL
);
CREATE TABLE procrastinate_events (
    id bigserial PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE,
    type procrastinate_job_event_type
);
CREATE FUNCTION procrastinate_defer_jobs_v1(jobs procrastinate_job_to_defer_v1[]) RETURNS bigint[] LANGUAGE sql
AS $$ SELECT NULL::bigint[] $$;
CREATE FUNCTION procrastinate_fetch_job_v2(target_queue_names varchar[], p_worker_id bigint) RETURNS procrastinate_jobs
LANGUAGE sql AS $$ SELECT j.* FROM procrastinate_jobs j WHERE j.worker_id = p_worker_id $$;
CREATE FUNCTION procrastinate_retry_job_v1(job_id bigint) RETURNS void LANGUAGE sql AS $$ SELECT NULL $$;
CREATE FUNCTION procrastinate_retry_job_v1(job_id bigint, status procrastinate_job_status) RETURNS void LANGUAGE sql
AS $$ SELECT NULL $$;
CREATE FUNCTION procrastinate_notify_queue_job_inserted_v1() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_notify('procrastinate_any_queue_v1', 'x'); RETURN NEW; END; $$;
CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON procrastinate_jobs
FOR EACH ROW EXECUTE PROCEDURE procrastinate_notify_queue_job_inserted_v1();
INSERT INTO procrastinate_workers DEFAULT VALUES;
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
VALUES ('turns', 'advance', 'session:1', '{"session": 1}', 'todo', NULL),
    ('turns', 'advance', 'session:2', '{"session": 2}', 'doing', 1);
INSERT INTO procrastinate_events (job_id, type) VALUES (1, 'deferred');
