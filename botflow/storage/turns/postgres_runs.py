"""The commit of a queued turn that has something to follow, on Postgres: one statement, like the ordinary one's."""

from __future__ import annotations

import orjson

from botflow.storage.jobs import CARRY_OUT, EFFECTS
from botflow.storage.turns.bursts import LONGEST_BURST
from botflow.storage.turns.postgres_encoding import CARRIED, READ_TURNS, WAKE_AT, WRITE_TURN
from botflow.storage.turns.run_outcome import KEPT_CHECKPOINTS, Following

# `done_seq` comes from our snapshot alone, as in FINISH. The resume inbound needs no job: whoever commits goes on with
# it, and if they die, the tick finds it like any other.
FINISH_AND_FOLLOW = f"""
WITH f AS MATERIALIZED (SELECT * FROM jsonb_to_record(%s::jsonb) AS f(
  effects jsonb, checkpoint_version int, node text, checkpoint jsonb, resume_token text, resume_seed bigint,
  execution uuid, status text, has_ended bool, output jsonb, error jsonb)),
held AS MATERIALIZED (
  SELECT r.*, b.seq FROM {READ_TURNS} JOIN inbounds b ON b.session_id = r.id
  WHERE b.seq = %s AND b.state = 'new' AND b.attempt = %s
  FOR NO KEY UPDATE OF b),
moved AS (
  UPDATE sessions s SET version = s.version + 1, flow_version = held.pinned, wake_at = {WAKE_AT}, updated_at = now(),
    parked = held.parked, state = held.state, last_seq = s.last_seq + (f.resume_seed IS NOT NULL)::int,
    done_seq = coalesce(
      (SELECT min(n.seq) - 1 FROM inbounds n WHERE n.session_id = held.id AND n.state = 'new' AND n.seq <> held.seq
        AND n.merged_into IS DISTINCT FROM held.seq),
      (SELECT z.last_seq FROM sessions z WHERE z.id = held.id))
  FROM held, f WHERE s.id = held.id AND s.version = held.version
  RETURNING s.id, held.seq, s.version, s.last_seq, s.done_seq < s.last_seq AS more, {CARRIED}),
done AS MATERIALIZED (SELECT * FROM moved),
b AS (
  UPDATE inbounds b SET state = %s FROM done WHERE b.session_id = done.id
    AND b.seq BETWEEN done.seq AND done.seq + {LONGEST_BURST - 1} AND (b.seq = done.seq OR b.merged_into = done.seq)),
{WRITE_TURN},
resumed AS (
  INSERT INTO inbounds (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, content,
    renewed_at)
  SELECT d.id, d.last_seq, now(), f.resume_seed, d.flow_version, 0, 'new', 'resume', 'resume:' || d.version,
    jsonb_build_object('token', f.resume_token), now()
  FROM done d, f WHERE f.resume_seed IS NOT NULL),
kept AS (
  INSERT INTO checkpoints (session_id, version, at, node, flow_version, state)
  SELECT d.id, f.checkpoint_version, now(), f.node, d.flow_version, f.checkpoint
  FROM done d, f WHERE f.node IS NOT NULL
  ON CONFLICT (session_id, version) DO NOTHING),
dropped AS (
  DELETE FROM checkpoints c USING done d, f
  WHERE f.node IS NOT NULL AND c.session_id = d.id AND c.version < (
    SELECT k.version FROM checkpoints k WHERE k.session_id = d.id
    ORDER BY k.version DESC LIMIT 1 OFFSET {KEPT_CHECKPOINTS - 2})),
followed AS (
  INSERT INTO effects (session_id, version, index, kind, body, attempts, due_at)
  SELECT d.id, d.version, e.index, e.kind, e.body, 0, now()
  FROM done d, f, jsonb_to_recordset(f.effects) AS e(index int, kind text, body jsonb)),
ran AS (
  UPDATE executions r SET status = f.status, output = f.output, error = f.error,
    ended_at = CASE WHEN f.has_ended THEN now() END
  FROM done d, f WHERE r.id = f.execution AND f.status IS NOT NULL),
job AS (
  SELECT procrastinate_defer_jobs_v1(array_agg(ROW('{EFFECTS}', '{CARRY_OUT}', 0, NULL, NULL,
    jsonb_build_object('session', d.id), NULL)::procrastinate_job_to_defer_v1))
  FROM done d, f WHERE f.effects IS NOT NULL HAVING count(*) > 0)
SELECT CASE WHEN more THEN 'more' ELSE 'empty' END FROM done LEFT JOIN job ON true
"""


def encode_following(following: Following) -> str:
    """Return the JSON that FINISH_AND_FOLLOW reads first."""
    row: dict[str, object] = {}
    if following.effects:
        row["effects"] = [
            {"index": index, "kind": kind, "body": body} for index, (kind, body) in enumerate(following.effects)
        ]
    if (checkpoint := following.checkpoint) is not None:
        row["checkpoint_version"], row["node"] = checkpoint.version, checkpoint.node
        row["checkpoint"] = orjson.Fragment(checkpoint.state)
    if following.resume_token:
        row["resume_token"], row["resume_seed"] = following.resume_token, following.resume_seed
    if following.status is not None:
        row["execution"], row["status"] = following.execution, following.status
        row["has_ended"] = following.has_ended
        row["output"], row["error"] = following.output, following.error
    return orjson.dumps(row).decode()
