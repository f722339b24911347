"""The turn protocol's statements on Postgres, in the order in which they run for a message.

LOAD reads sessions, COMMIT writes turns that asked nothing, ACCEPT stores an inbound and leases it, KEEP journals an
answer, FINISH commits a leased turn and leases the next inbound of its session. Each is prepared and its own
transaction; `store.py` describes how they fit together.
"""

from __future__ import annotations

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.turns.limits import KEPT_CHECKPOINTS, LONGEST_BURST, SUSPECT_AFTER
from botflow.storage.turns.postgres_encoding import CARRIED, READ_TURNS, WAKE_AT, WRITE_TURN
from botflow.storage.turns.row_mapping import INBOUND_COLUMNS, OUTBOUND_COLUMNS, SESSION_COLUMNS

SESSION = ", ".join(f"s.{name}" for name in SESSION_COLUMNS)
OUTBOUND = ", ".join(
    f"s.{name}" if name in ("workflow_id", "channel", "external_id") else f"o.{name}" for name in OUTBOUND_COLUMNS
)

# Attempts and answers need not wait for the disk: the commit that depends on them does, and it also flushes what was
# logged before it. A crash of the process loses nothing by this. A crash of the database loses its last moments, and
# then the attempt is counted, or the ask performed, once more.
UNHURRIED = "unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"


def takes(inbound: str, state: str, parked: str) -> str:
    """Return the condition under which a session takes an inbound now. A message has to wait while the session waits
    for something else, unless the message visits no node, such as an opt-out."""
    return (
        f"({inbound}.kind <> 'message' OR {parked} OR coalesce({state} -> 'wait' -> 'accepts' ? 'message', true)"
        f" OR {is_word_of_consent(inbound)})"
    )


def is_word_of_consent(inbound: str) -> str:
    """Return the condition that a message says something of consent, from any sender: YES is an opt-in only of a
    person who had stopped, whose session is parked."""
    return f"coalesce({inbound}.content ->> 'consent', 'start_if_stopped') <> 'start_if_stopped'"


def is_new(inbound: str) -> str:
    """Return the condition that an inbound to update, found by its key, is new. It is worded so that no partial index
    matches it: a plan made while few inbounds were new would read that whole index when many are."""
    return f"{inbound}.state || '' = 'new'"


def locked(session: str, seq: str, condition: str, how: str = "") -> str:
    """Return the subquery that locks one new inbound by its key. Written as a join, which may begin at either side, it
    would get the bad plan described above."""
    return f"""LATERAL (
    SELECT FROM inbounds b WHERE b.session_id = {session} AND b.seq = {seq} AND b.state = 'new' AND {condition}
    FOR NO KEY UPDATE {how})"""


def run_by(session: str, who: str = "IS NOT NULL") -> str:
    """Return the query for whether a process has an inbound of the session: true or NULL. Written as EXISTS it becomes
    a join; its plan, cached while the table was small, read all new inbounds for each session."""
    return f"(SELECT true FROM inbounds o WHERE o.session_id = {session} AND o.state = 'new' AND o.owner {who} LIMIT 1)"


def next_of(session: str, state: str, parked: str, *, without: str = "true") -> str:
    """Return the query for the seq of a session's next inbound. One that cancels comes first, then the resume of a run;
    inbounds that were received before a timeout was due come before the timeout."""
    return f"""(
    SELECT b.seq FROM inbounds b
    WHERE b.session_id = {session} AND b.state = 'new' AND {without} AND {takes("b", state, parked)}
    ORDER BY b.seq <> coalesce(({state} ->> 'cancel')::int, 0), b.kind <> 'resume', b.kind = 'timeout' AND EXISTS (
      SELECT FROM inbounds m WHERE m.session_id = b.session_id AND m.state = 'new' AND m.kind <> 'timeout'
        AND {without.replace("b.", "m.")} AND m.received_at < (b.content ->> 'due')::timestamptz), b.seq
    LIMIT 1)"""


def lease_columns(inbound: str) -> str:
    """Return the columns that `row_mapping.read_lease` reads after the session's, the last one a condition."""
    columns = ", ".join(f"{inbound}.{name}" for name in INBOUND_COLUMNS)
    return (
        f"{columns}, EXISTS (SELECT FROM answers a WHERE a.session_id = {inbound}.session_id AND a.seq = {inbound}.seq)"
    )


LOAD = f"""
SELECT {SESSION} FROM jsonb_to_recordset(%s::jsonb) AS k(workflow bigint, channel text, external_id text)
JOIN sessions s ON s.workflow_id = k.workflow AND s.channel = k.channel AND s.external_id = k.external_id
"""
LOAD_BY_ID = f"SELECT {SESSION} FROM sessions s WHERE s.id = %s"

# A session is moved only if it is unchanged since it was read (version), nothing is queued before this turn (done_seq),
# no other statement holds it, and its inbound is new and not by a revoked token. A duplicate committed before our
# snapshot is seen by the look-up; one committed after it has moved the version, which the lock checks on the newest
# row. The look-up is a scalar subquery: written as NOT EXISTS it becomes an anti join, whose plan, cached while the
# table was small, was a sequential scan. A turn that would hand its parts to the waiting request loses when the sender
# still has earlier ones to send: then it is accepted, and its parts follow those. New sessions are inserted in key
# order, so that two batches cannot deadlock.
COMMIT = f"""
WITH i AS MATERIALIZED (SELECT * FROM {READ_TURNS}),
held AS MATERIALIZED (
  SELECT i.* FROM i JOIN sessions s ON s.id = i.id
  WHERE s.version = i.version AND s.done_seq = s.last_seq
    AND (SELECT true FROM inbounds b WHERE b.session_id = i.id AND b.key = i.key) IS NULL
    AND (i.by_token IS NOT TRUE OR NOT s.token_revoked)
    AND (i.hands_over IS NOT TRUE OR (SELECT true FROM outbounds o WHERE o.session_id = i.id
      AND o.state IN ('ready', 'sending', 'unknown') AND o.body->>'to' IS NULL LIMIT 1) IS NULL)
  FOR NO KEY UPDATE OF s SKIP LOCKED),
moved AS (
  UPDATE sessions s SET version = s.version + 1, last_seq = s.last_seq + 1, done_seq = s.last_seq + 1,
    flow_version = held.pinned, wake_at = {WAKE_AT}, updated_at = now(), parked = held.parked, state = held.state
  FROM held WHERE s.id = held.id
  RETURNING held.n, s.id, s.last_seq AS seq, s.version, {CARRIED}),
fresh AS (
  INSERT INTO sessions (workflow_id, version, last_seq, done_seq, flow_version, wake_at, created_at, updated_at,
    parked, channel, external_id, state)
  SELECT workflow_id, 1, 1, 1, pinned,
    CASE WHEN NOT parked THEN coalesce(wake_until, now() + make_interval(secs => timeout_s)) END, now(), now(),
    parked, channel, external_id, state
  FROM i WHERE id IS NULL ORDER BY workflow_id, channel, external_id
  ON CONFLICT (workflow_id, channel, external_id) DO NOTHING
  RETURNING id, workflow_id, channel, external_id),
done AS MATERIALIZED (
  SELECT * FROM moved UNION ALL
  SELECT held.n, fresh.id, 1, 1, {CARRIED}
  FROM fresh JOIN i AS held USING (workflow_id, channel, external_id)),
b AS (
  INSERT INTO inbounds (session_id, received_at, seed, seq, flow_version, attempt, state, kind, key, provider, content)
  SELECT id, received_at, seed, seq, flow_version, 0, 'done', kind, key, provider, content FROM done),
{WRITE_TURN}
SELECT n, id, seq FROM done
"""

# Sessions' rows are made or locked by the upsert, in key order, so that two batches cannot deadlock; `last_seq` moves
# only together with the inbound. A duplicate that our snapshot does not see yet breaks the unique key, and the whole
# statement with it. What comes by a revoked token is passed over. The inbound is leased at once if its session was idle
# and takes it; otherwise it is leased by the process that runs the session, or waits to be claimed.
ACCEPT = f"""
WITH i AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
    n int, workflow_id bigint, channel text, external_id text, key text, kind text, provider text, content jsonb,
    received_at timestamptz, seed bigint, flow_version int, reply_within_s float8, owner text, parked bool,
    by_token bool)),
hurry AS MATERIALIZED (
  SELECT set_config('synchronous_commit', 'off', true) WHERE (SELECT bool_and(reply_within_s >= 2) FROM i)),
s AS (
  INSERT INTO sessions AS s (workflow_id, channel, external_id, version, last_seq, done_seq, created_at, updated_at,
    parked, state)
  SELECT workflow_id, channel, external_id, 0, 1, 0, now(), now(), parked, '{{}}'
  FROM i LEFT JOIN hurry ON true ORDER BY workflow_id, channel, external_id
  ON CONFLICT (workflow_id, channel, external_id) DO UPDATE SET last_seq = s.last_seq + 1
    WHERE (SELECT true FROM i JOIN inbounds b ON b.session_id = s.id AND b.key = i.key
      WHERE i.workflow_id = s.workflow_id AND i.channel = s.channel AND i.external_id = s.external_id) IS NULL
    AND NOT (s.token_revoked AND (SELECT by_token FROM i
      WHERE i.workflow_id = s.workflow_id AND i.channel = s.channel AND i.external_id = s.external_id))
  RETURNING id, last_seq, done_seq, version, paused, parked, state, workflow_id, channel, external_id),
stored AS MATERIALIZED (
  SELECT i.*, s.id, s.last_seq AS seq, s.version, is_taken,
    CASE WHEN is_taken AND s.done_seq = s.last_seq - 1 THEN i.owner END AS lease
  FROM s JOIN i USING (workflow_id, channel, external_id),
    LATERAL (SELECT NOT s.paused AND {takes("i", "s.state", "s.parked")} IS TRUE AS is_taken) t),
b AS (
  INSERT INTO inbounds (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, provider, content,
    owner, priority, reply_by)
  SELECT id, seq, received_at, seed, flow_version, (lease IS NOT NULL)::int, 'new', kind, key, provider, content,
    lease, CASE WHEN is_taken THEN {MESSAGE_PRIORITY} END,
    CASE WHEN reply_within_s > 0 THEN now() + make_interval(secs => reply_within_s) END
  FROM stored)
SELECT n, id, seq, version, lease IS NOT NULL FROM stored
"""

WAIT_ALIKE = """
UPDATE inbounds b SET reply_by = greatest(b.reply_by, now() + make_interval(secs => %s))
FROM sessions s
WHERE s.workflow_id = %s AND s.channel = %s AND s.external_id = %s AND b.session_id = s.id AND b.key = %s
RETURNING 1
"""

# The inbound stays locked until the answer is written, so that no other attempt can begin meanwhile.
KEEP = f"""
WITH {UNHURRIED},
b AS MATERIALIZED (
  SELECT r.* FROM unhurried, (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
    session_id bigint, seq int, attempt int, index int, fingerprint text, ask jsonb, value jsonb)
    ORDER BY session_id) r, {locked("r.session_id", "r.seq", "b.attempt = r.attempt")} b)
INSERT INTO answers AS a (session_id, seq, index, at, attempt, fingerprint, ask, value)
SELECT session_id, seq, index, now(), attempt, fingerprint, ask, value FROM b
ON CONFLICT (session_id, seq, index) DO UPDATE SET at = excluded.at, attempt = excluded.attempt,
  fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value
RETURNING session_id, seq
"""

ANSWERS = "SELECT index, fingerprint, value, ask FROM answers WHERE session_id = %s AND seq = %s ORDER BY index"

# A session's next inbound, of those that are neither the finished one nor part of its burst.
_OTHER = "b.seq <> held.seq AND b.merged_into IS DISTINCT FROM held.seq"
# `done_seq` and the next inbound come from our snapshot alone: an inbound that is stored while this statement waits is
# neither finished nor leased by it, and the last column tells that there is such an inbound.
_FINISHED = f"""
  SET version = s.version + 1, flow_version = held.pinned, wake_at = {WAKE_AT}, updated_at = now(),
    parked = held.parked, state = held.state,
    done_seq = coalesce(
      (SELECT min(b.seq) - 1 FROM inbounds b WHERE b.session_id = held.id AND b.state = 'new' AND {_OTHER}),
      (SELECT z.last_seq FROM sessions z WHERE z.id = held.id))
"""
_HELD = f"""
held AS MATERIALIZED (
  SELECT r.* FROM (SELECT * FROM {READ_TURNS} ORDER BY id) r,
    {locked("r.id", "r.seq", "b.attempt = r.attempt")} b)
"""
_FINISH_CARRIES = f"held.attempt, held.outcome, held.answers, held.takes_messages, held.owner AS taker, {CARRIED}"
_UNSEEN = "s.last_seq > (SELECT z.last_seq FROM sessions z WHERE z.id = held.id) AS unseen"
# A message behind the turn is not claimable while its session takes no messages; the turn that changes this leases it.
_SETTLE = f"""
b AS (
  UPDATE inbounds b SET state = done.outcome FROM done WHERE b.session_id = done.id
    AND b.seq BETWEEN done.seq AND done.seq + {LONGEST_BURST - 1} AND (b.seq = done.seq OR b.merged_into = done.seq)),
shut AS (
  UPDATE inbounds b SET priority = NULL FROM done AS held
  WHERE NOT held.takes_messages AND b.session_id = ANY(ARRAY(SELECT id FROM done WHERE NOT takes_messages))
    AND b.session_id = held.id AND b.state = 'new' AND b.owner IS NULL AND b.kind = 'message'
    AND NOT {is_word_of_consent("b")} AND {_OTHER}),
kept AS (
  INSERT INTO answers AS a (session_id, seq, index, at, attempt, fingerprint, ask, value)
  SELECT d.id, d.seq, k.index, now(), d.attempt, k.fingerprint, k.ask, k.value
  FROM done d, jsonb_to_recordset(d.answers) AS k(index int, fingerprint text, ask jsonb, value jsonb)
  ON CONFLICT (session_id, seq, index) DO UPDATE SET at = excluded.at, attempt = excluded.attempt,
    fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value)
"""
# A process that stops leases no next inbound (its `owner` is NULL): then the inbound can be claimed.
_NEXT = f"""
next AS MATERIALIZED (
  SELECT held.n, held.id, held.owner, {next_of("held.id", "held.state", "held.parked", without=_OTHER)} AS seq
  FROM held JOIN moved USING (n)),
taken AS (
  UPDATE inbounds b SET owner = next.owner, attempt = b.attempt + (next.owner IS NOT NULL)::int,
    priority = coalesce(b.priority, {MESSAGE_PRIORITY})
  FROM next
  WHERE b.session_id = next.id AND b.seq = next.seq AND {is_new("b")} AND b.owner IS NULL
    AND b.attempt < {SUSPECT_AFTER}
  RETURNING next.n, b.owner, {lease_columns("b")})
"""


def _finish(lock: str) -> str:
    return f"""
WITH {_HELD},
open AS MATERIALIZED (
  SELECT held.n FROM held JOIN sessions s ON s.id = held.id
  WHERE s.version = held.version
  FOR NO KEY UPDATE OF s {lock}),
moved AS (
  UPDATE sessions s {_FINISHED}
  FROM held JOIN open USING (n) WHERE s.id = held.id AND s.version = held.version
  RETURNING held.n, s.id, held.seq, s.version, {_UNSEEN}, {_FINISH_CARRIES}),
done AS MATERIALIZED (SELECT * FROM moved),
{_SETTLE},
{_NEXT},
{WRITE_TURN}
SELECT done.n, done.unseen, taken.* FROM done LEFT JOIN taken USING (n)
"""


# A batch skips sessions that another transaction holds: two statements that wait for each other's sessions would
# deadlock, and all turns of the batch would wait for one session. Such a turn is finished by a statement of its own.
FINISH_MANY = _finish("SKIP LOCKED")
FINISH_ONE = _finish("")

# The commit of a leased turn that has something to follow: effects, a run's checkpoint, its status, and the inbound
# that continues it, which is ours already.
FINISH_AND_FOLLOW = f"""
WITH {_HELD},
f AS MATERIALIZED (SELECT * FROM jsonb_to_record(%s::jsonb) AS f(
  effects jsonb, checkpoint_version int, node text, checkpoint jsonb, resume_token text, resume_seed bigint,
  execution uuid, status text, has_ended bool, output jsonb, error jsonb, variables jsonb)),
moved AS (
  UPDATE sessions s {_FINISHED}, last_seq = s.last_seq + (f.resume_seed IS NOT NULL)::int
  FROM held, f WHERE s.id = held.id AND s.version = held.version
  RETURNING held.n, s.id, held.seq, s.version, s.last_seq,
    s.last_seq - (f.resume_seed IS NOT NULL)::int > (SELECT z.last_seq FROM sessions z WHERE z.id = held.id) AS unseen,
    {_FINISH_CARRIES}),
done AS MATERIALIZED (SELECT * FROM moved),
{_SETTLE},
{_NEXT.replace("FROM held JOIN moved USING (n))", "FROM held JOIN moved USING (n), f WHERE f.resume_seed IS NULL)")},
{WRITE_TURN},
resumed AS (
  INSERT INTO inbounds AS b (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, content,
    owner, priority)
  SELECT d.id, d.last_seq, now(), f.resume_seed, d.flow_version, (d.taker IS NOT NULL)::int, 'new', 'resume',
    'resume:' || d.version, jsonb_build_object('token', f.resume_token), d.taker,
    (SELECT coalesce(b.priority, 0) FROM inbounds b WHERE b.session_id = d.id AND b.seq = d.seq)
  FROM done d, f WHERE f.resume_seed IS NOT NULL
  RETURNING 0 AS n, b.owner, {", ".join(f"b.{name}" for name in INBOUND_COLUMNS)}, false),
kept_checkpoints AS (
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
  UPDATE executions r SET status = f.status, output = f.output, error = f.error, variables = f.variables,
    ended_at = CASE WHEN f.has_ended THEN now() END
  FROM done d, f WHERE r.id = f.execution AND f.status IS NOT NULL),
leased AS (SELECT * FROM taken UNION ALL SELECT * FROM resumed)
SELECT done.n, done.unseen, leased.* FROM done LEFT JOIN leased ON true
"""

_FIND = f"""
SELECT b.session_id, b.seq, b.state, t.status, {OUTBOUND}
FROM sessions s JOIN inbounds b ON b.session_id = s.id
LEFT JOIN turns t ON t.session_id = b.session_id AND t.seq = coalesce(b.merged_into, b.seq)
LEFT JOIN outbounds o ON o.session_id = t.session_id AND o.version = t.version
"""
FIND_BY_KEY = (
    f"{_FIND} WHERE s.workflow_id = %s AND s.channel = %s AND s.external_id = %s AND b.key = %s ORDER BY o.index"
)
FIND_BY_TURN = f"{_FIND} WHERE s.id = %s AND b.seq = %s ORDER BY o.index"
