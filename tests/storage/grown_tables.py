"""A Postgres database as it is after a year: many people, long conversations, and a backlog of every kind."""

from __future__ import annotations

import psycopg

PEOPLE = 8_000
TURNS_EACH = 4
BACKLOG = 1_500  # sessions of each kind of backlog

# People p1 to p<PEOPLE>. Those up to BACKLOG have an inbound to claim, up to 2 * BACKLOG one that a process runs, and
# the next wait for a time that is over. What was there before goes, without a word to the connections that know it.
N = "right(external_id, -1)::int"
TABLES = ("sessions", "inbounds", "turns", "answers", "outbounds", "executions", "effects", "processes")
GROW = f"""
INSERT INTO organizations (slug, name) SELECT 'o' || n, 'x' FROM generate_series(1, 10) n;
INSERT INTO sessions (workflow_id, version, last_seq, done_seq, created_at, updated_at, parked, channel, external_id,
  state, wake_at, flow_version)
SELECT 1, {TURNS_EACH}, {TURNS_EACH}, {TURNS_EACH}, now(), now(), false,
  CASE WHEN n % 10 = 0 THEN 'run' ELSE 'chat' END, 'p' || n,
  '{{"frames": [{{"node": "ask"}}], "wait": {{"token": "4"}}}}',
  CASE WHEN n > 3 * {BACKLOG} THEN now() + interval '1 day' WHEN n > 2 * {BACKLOG} THEN now() - interval '1 min' END, 7
FROM generate_series(1, {PEOPLE}) n;
INSERT INTO inbounds (session_id, received_at, seed, seq, flow_version, attempt, state, kind, key)
SELECT s.id, now(), 1, n, 7, 0, 'done', 'message', 'm' || n FROM sessions s, generate_series(1, {TURNS_EACH}) n;
INSERT INTO turns (session_id, at, seq, version, status, trace)
SELECT session_id, now(), seq, seq, 'waiting', '[]' FROM inbounds;
INSERT INTO answers (session_id, at, seq, index, attempt, fingerprint, ask, value)
SELECT session_id, now(), seq, 0, 1, 'f', '{{}}', '{{}}' FROM inbounds;
INSERT INTO outbounds (session_id, created_at, version, index, attempts, seq, state, body)
SELECT session_id, now(), seq, 0, 1, seq, 'delivered', '{{"text": "hi"}}' FROM inbounds;
INSERT INTO executions (id, session_id, started_at, flow_version, status, trigger, priority)
SELECT gen_random_uuid(), id, now(), 7, 'waiting', CASE WHEN channel = 'run' THEN 'api' END, 0 FROM sessions
"""
BACKLOGS = f"""
INSERT INTO inbounds (session_id, received_at, seed, seq, flow_version, attempt, state, kind, key, owner, priority)
SELECT id, now() - id * interval '1 ms', 1, {TURNS_EACH + 1}, 7, ({N} > {BACKLOG})::int, 'new', 'message', 'new',
  CASE WHEN {N} > {BACKLOG} THEN 'other-' || id % 5 END, 10
FROM sessions WHERE {N} <= 2 * {BACKLOG};
UPDATE sessions SET last_seq = last_seq + 1 WHERE {N} <= 2 * {BACKLOG};
INSERT INTO effects (session_id, version, index, kind, body, attempts, due_at)
SELECT id, 4, 0, 'emit', '{{}}', 0, now() + interval '1 day' FROM sessions;
UPDATE outbounds SET state = 'ready' WHERE version = {TURNS_EACH}
  AND session_id IN (SELECT id FROM sessions WHERE {N} <= {BACKLOG});
INSERT INTO processes (id, seen_at, queues) SELECT 'other-' || n, now(), 'executions,turns' FROM generate_series(0, 4) n
"""


async def grow(url: str, *, backlog: bool = True) -> None:
    """Fill the tables."""
    await execute(url, *(f"DELETE FROM {table}" for table in TABLES), *GROW.split(";\n"))
    if backlog:
        await grow_backlog(url)


async def grow_backlog(url: str) -> None:
    """Let much wait, of which Postgres's statistics say nothing yet."""
    await execute(url, *BACKLOGS.split(";\n"))


async def analyze(url: str) -> None:
    """Let Postgres know how large the tables are now; what was planned before is planned anew."""
    await execute(url, "VACUUM ANALYZE")


async def execute(url: str, *statements: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for statement in statements:
            await connection.execute(statement.encode())
