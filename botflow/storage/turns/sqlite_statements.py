"""The turn protocol's statements on SQLite, in the order in which they run for a message.

They have the names and the order of those on Postgres (postgres_statements.py). One statement there is several here, in
one transaction: the others come directly after the first.
"""

from __future__ import annotations

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.tables import UNSETTLED
from botflow.storage.turns.limits import LONGEST_BURST, SUSPECT_AFTER
from botflow.storage.turns.row_mapping import INBOUND_COLUMNS, OUTBOUND_COLUMNS, SESSION_COLUMNS
from botflow.storage.turns.sqlite_encoding import MOVED

SESSION = ", ".join(f"s.{name}" for name in SESSION_COLUMNS)
OUTBOUND = ", ".join(
    f"s.{name}" if name in ("workflow_id", "channel", "external_id") else f'o."{name}"' for name in OUTBOUND_COLUMNS
)
INBOUND = ", ".join(f"i.{name}" for name in INBOUND_COLUMNS)
IS_SESSION = "s.workflow_id = :workflow AND s.channel = :channel AND s.external_id = :external_id"
IS_TURN = "session_id = :session AND seq = :seq"


def takes(inbound: str, state: str, parked: str) -> str:
    """Return the condition under which a session takes an inbound now. A message has to wait while the session waits
    for something else, unless the message visits no node, such as an opt-out."""
    return (
        f"({inbound}.kind <> 'message' OR {parked} OR {state} -> '$.wait.accepts' IS NULL"
        f" OR instr({state} -> '$.wait.accepts', '\"message\"') OR {is_word_of_consent(inbound)})"
    )


def is_word_of_consent(inbound: str) -> str:
    """Return the condition that a message says something of consent, from any sender: YES is an opt-in only of a
    person who had stopped, whose session is parked."""
    return f"coalesce({inbound}.content ->> '$.consent', 'start_if_stopped') <> 'start_if_stopped'"


def next_of(session: str) -> str:
    """Return the query for the seq of a session's next inbound. One that cancels comes first, then the resume of a run;
    inbounds that were received before a timeout was due come before the timeout.

    The index is named: SQLite would take that of the keys, and read every inbound that the session ever had.
    """
    return f"""(
  SELECT b.seq FROM inbounds b INDEXED BY inbounds_new_idx JOIN sessions s ON s.id = b.session_id AND NOT s.paused
  WHERE b.session_id = {session} AND b.state = 'new' AND {takes("b", "s.state", "s.parked")}
  ORDER BY b.seq <> coalesce(s.state ->> '$.cancel', 0), b.kind <> 'resume', b.kind = 'timeout' AND EXISTS (
    SELECT 1 FROM inbounds m WHERE m.session_id = b.session_id AND m.state = 'new' AND m.kind <> 'timeout'
      AND julianday(m.received_at) < julianday(b.content ->> '$.due')), b.seq
  LIMIT 1)"""


LOAD = f"SELECT {SESSION} FROM sessions s WHERE {IS_SESSION}"
LOAD_BY_ID = f"SELECT {SESSION} FROM sessions s WHERE s.id = :session"

# A session is moved only if it is unchanged since it was read (version), nothing is queued before this turn (done_seq)
# and its inbound is new and not by a revoked token. A turn that would hand its parts to the waiting request loses when
# the sender still has earlier ones to send: then it is accepted, and its parts follow those.
COMMIT = f"""
UPDATE sessions AS s SET version = s.version + 1, last_seq = s.last_seq + 1, done_seq = s.last_seq + 1, {MOVED}
WHERE s.id = :session AND s.version = :version AND s.done_seq = s.last_seq
  AND NOT EXISTS (SELECT 1 FROM inbounds b WHERE b.session_id = s.id AND b.key = :key)
  AND NOT (:by_token AND s.token_revoked)
  AND (NOT :hands_over OR NOT EXISTS (SELECT 1 FROM outbounds o WHERE o.session_id = s.id
    AND o.{UNSETTLED} AND o.state <> 'handed' AND o.body ->> '$.to' IS NULL))
RETURNING last_seq
"""

COMMIT_NEW = """
INSERT INTO sessions (workflow_id, channel, external_id, version, last_seq, done_seq, flow_version, wake_at, created_at,
  updated_at, parked, state)
VALUES (:workflow, :channel, :external_id, 1, 1, 1, :pinned,
  CASE WHEN :parked OR :status = 'ignored' THEN NULL ELSE :wake_at END, :now, :now, :parked, :state)
ON CONFLICT (workflow_id, channel, external_id) DO NOTHING
RETURNING id
"""

# Makes the session if necessary, and increments `last_seq`, unless the inbound is a duplicate or comes by a revoked
# token.
ACCEPT = """
INSERT INTO sessions (workflow_id, channel, external_id, version, last_seq, done_seq, created_at, updated_at, parked,
  state)
VALUES (:workflow, :channel, :external_id, 0, 1, 0, :now, :now, :parked, '{}')
ON CONFLICT (workflow_id, channel, external_id) DO UPDATE SET last_seq = last_seq + 1
  WHERE NOT EXISTS (SELECT 1 FROM inbounds b WHERE b.session_id = sessions.id AND b.key = :key)
    AND NOT (:by_token AND sessions.token_revoked)
RETURNING id, last_seq, version
"""

# Leased at once if the session was idle and takes the inbound; otherwise it waits behind another inbound, or to be
# claimed. The plain column is returned: SQLite 3.40 evaluates every `owner IS NOT NULL` here as true.
ACCEPT_LEASE = f"""
UPDATE inbounds AS i SET
  priority = CASE WHEN t.is_taken THEN {MESSAGE_PRIORITY} END,
  owner = CASE WHEN t.is_taken AND t.is_idle THEN :owner END,
  attempt = t.is_taken AND t.is_idle AND :owner IS NOT NULL
FROM (
  SELECT s.done_seq = s.last_seq - 1 AS is_idle, NOT s.paused AND {takes("b", "s.state", "s.parked")} AS is_taken
  FROM sessions s JOIN inbounds b ON b.session_id = s.id AND b.seq = :seq WHERE s.id = :session) t
WHERE i.{IS_TURN.replace("AND ", "AND i.")}
RETURNING owner
"""

WAIT_ALIKE = f"""
UPDATE inbounds SET reply_by = :reply_by WHERE {IS_TURN} AND (reply_by IS NULL OR reply_by < :reply_by)
"""

# Whether the attempt still holds its inbound.
IS_HELD = f"SELECT 1 FROM inbounds WHERE {IS_TURN} AND state = 'new' AND attempt = :attempt"

KEEP = """
INSERT INTO answers (session_id, seq, "index", at, attempt, fingerprint, ask, value)
VALUES (:session, :seq, :index, :now, :attempt, :fingerprint, :ask, :value)
ON CONFLICT (session_id, seq, "index") DO UPDATE SET at = excluded.at, attempt = excluded.attempt,
  fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value
"""

ANSWERS = f'SELECT "index", fingerprint, value, ask FROM answers WHERE {IS_TURN} ORDER BY "index"'

FINISH = f"""
UPDATE sessions AS s SET version = s.version + 1, {MOVED},
  done_seq = coalesce((SELECT min(n.seq) - 1 FROM inbounds n
    WHERE n.session_id = s.id AND n.state = 'new' AND n.seq <> :seq AND n.merged_into IS NOT :seq), s.last_seq)
WHERE s.id = :session AND s.version = :version
RETURNING done_seq < last_seq
"""

SETTLE = f"""
UPDATE inbounds SET state = :outcome
WHERE session_id = :session AND seq BETWEEN :seq AND :seq + {LONGEST_BURST - 1} AND (seq = :seq OR merged_into = :seq)
"""

# A message behind the turn is not claimable while its session takes no messages; the turn that changes this leases it.
SHUT = f"""
UPDATE inbounds AS i SET priority = NULL
WHERE session_id = :session AND state = 'new' AND owner IS NULL AND kind = 'message' AND NOT {is_word_of_consent("i")}
"""


# A process that stops leases no next inbound (`owner` is NULL): then the inbound can be claimed.
TAKE_NEXT = f"""
UPDATE inbounds AS i SET owner = :owner, attempt = i.attempt + (:owner IS NOT NULL),
  priority = coalesce(i.priority, {MESSAGE_PRIORITY})
WHERE i.session_id = :session AND i.seq = {next_of(":session")} AND i.owner IS NULL AND i.attempt < {SUSPECT_AFTER}
RETURNING {INBOUND.replace("i.", "")},
  EXISTS (SELECT 1 FROM answers a WHERE a.session_id = inbounds.session_id AND a.seq = inbounds.seq)
"""

_FIND = f"""
SELECT b.session_id, b.seq, b.state, t.status, {OUTBOUND}
FROM sessions s JOIN inbounds b ON b.session_id = s.id
LEFT JOIN turns t ON t.session_id = b.session_id AND t.seq = coalesce(b.merged_into, b.seq)
LEFT JOIN outbounds o ON o.session_id = t.session_id AND o.version = t.version
"""
FIND_BY_KEY = f'{_FIND} WHERE {IS_SESSION} AND b.key = :key ORDER BY o."index"'
FIND_BY_TURN = f'{_FIND} WHERE s.id = :session AND b.seq = :seq ORDER BY o."index"'
