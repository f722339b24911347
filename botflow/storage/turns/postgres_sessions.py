"""The fast path on Postgres: turns that wait at the same moment become durable by one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import Receipt, TurnCommit, TurnId
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.turns.postgres_encoding import CARRIED, READ_TURNS, WAKE_AT, WRITE_TURN, encode
from botflow.storage.turns.row_mapping import OUTBOUND_COLUMNS, SESSION_COLUMNS, stored_outbound, stored_session

SESSION = ", ".join(f"s.{name}" for name in SESSION_COLUMNS)
OUTBOUND = ", ".join(
    f"s.{name}" if name in ("workflow_id", "channel", "external_id") else f"o.{name}" for name in OUTBOUND_COLUMNS
)

LOAD = f"SELECT {SESSION} FROM sessions s WHERE s.workflow_id = %s AND s.channel = %s AND s.external_id = %s"
LOAD_BY_ID = f"SELECT {SESSION} FROM sessions s WHERE s.id = %s"

# A session is moved only if it is as it was read (version), nothing is queued before this turn (done_seq), nobody
# holds it, and its inbound is new. A duplicate committed before our snapshot is seen by the look-up; one committed
# after it has moved the version, which the lock checks on the newest row. The look-up is a scalar subquery: as NOT
# EXISTS it becomes an anti join, and the plan cached on a young table was a sequential scan.
# A turn that would hand its parts to the waiting request loses when the sender still has earlier ones to send: then it
# is queued, and its parts follow those.
# New sessions are inserted in key order, so that two batches cannot deadlock.
COMMIT = f"""
WITH i AS MATERIALIZED (SELECT * FROM {READ_TURNS}),
held AS MATERIALIZED (
  SELECT i.* FROM i JOIN sessions s ON s.id = i.id
  WHERE s.version = i.version AND s.done_seq = s.last_seq
    AND (SELECT true FROM inbounds b WHERE b.session_id = i.id AND b.key = i.key) IS NULL
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
  SELECT workflow_id, 1, 1, 1, pinned, now() + make_interval(secs => timeout_s), now(), now(),
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

FIND = f"""
SELECT b.session_id, b.seq, b.state, t.status, {OUTBOUND}
FROM sessions s JOIN inbounds b ON b.session_id = s.id
LEFT JOIN turns t ON t.session_id = b.session_id AND t.seq = coalesce(b.merged_into, b.seq)
LEFT JOIN outbounds o ON o.session_id = t.session_id AND o.version = t.version
"""
FIND_BY_KEY = (
    f"{FIND} WHERE s.workflow_id = %s AND s.channel = %s AND s.external_id = %s AND b.key = %s ORDER BY o.index"
)
FIND_BY_TURN = f"{FIND} WHERE s.id = %s AND b.seq = %s ORDER BY o.index"

# Two statements in one transaction: a turn that is committed while the first one waits for the session's row has parts
# that only a later snapshot sees.
PARK = """
UPDATE sessions SET parked = :parked, version = version + 1, wake_at = NULL, updated_at = now() WHERE id = :session
"""
SUPPRESS = """
UPDATE outbounds SET state = 'suppressed', updated_at = now() WHERE session_id = :session AND state = 'ready'
  AND body ->> 'to' IS NULL
"""


class PostgresSessions:
    """The SessionStore on Postgres."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine

    async def load(self, key: SessionKey) -> StoredSession:
        rows = await self._engine.hot(LOAD, key)
        return stored_session(rows[0]) if rows else StoredSession(key=key)

    async def load_by_id(self, session: int) -> StoredSession | None:
        rows = await self._engine.hot(LOAD_BY_ID, (session,))
        return stored_session(rows[0]) if rows else None

    async def commit_turns(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        turns: list[TurnId | None] = [None] * len(commits)
        for n, session, seq in await self._engine.hot(COMMIT, (encode(commits),)):
            turns[n] = TurnId(session, seq)
        return turns

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        return await find(self._engine, FIND_BY_KEY, (*session, provider_key))

    async def set_parked(self, session: int, parked: bool) -> None:
        async with self._engine.write() as connection:
            await connection.execute(text(PARK), {"parked": parked, "session": session})
            if parked:
                await connection.execute(text(SUPPRESS), {"session": session})


async def find(engine: PostgresEngine, statement: str, values: tuple[object, ...]) -> Receipt | None:
    """Return the receipt that FIND_BY_KEY or FIND_BY_TURN sees."""
    rows = await engine.hot(statement, values)
    if not rows:
        return None
    session, seq, state, status = rows[0][:4]
    outbounds = tuple(stored_outbound(row[4:]) for row in rows if row[4] is not None)
    return Receipt(id=TurnId(session, seq), state=state, status=status or "", outbounds=outbounds)
