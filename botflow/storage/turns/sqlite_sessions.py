"""The fast path on SQLite: one transaction for the turns that wait at the same moment, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import Receipt, TurnCommit, TurnId
from botflow.storage.engines.column_types import utc_moment
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_threads import Row, rows_of
from botflow.storage.tables import UNSETTLED
from botflow.storage.turns.row_mapping import (
    OUTBOUND_COLUMNS,
    SESSION_COLUMNS,
    hands_over,
    stored_outbound,
    stored_session,
)
from botflow.storage.turns.sqlite_encoding import (
    INSERT_INBOUND,
    MOVED,
    inbound_values,
    key_values,
    moved_values,
    now,
    write_turn,
)

SESSION = ", ".join(f"s.{name}" for name in SESSION_COLUMNS)
OUTBOUND = ", ".join(
    f"s.{name}" if name in ("workflow_id", "channel", "external_id") else f'o."{name}"' for name in OUTBOUND_COLUMNS
)
IS_SESSION = "s.workflow_id = :workflow AND s.channel = :channel AND s.external_id = :external_id"

LOAD = f"SELECT {SESSION} FROM sessions s WHERE {IS_SESSION}"
LOAD_BY_ID = f"SELECT {SESSION} FROM sessions s WHERE s.id = :session"

# A session is moved only if it is as it was read (version), nothing is queued before this turn (done_seq) and its
# inbound is new. A turn that would hand its parts to the waiting request loses when the sender still has earlier ones
# to send: then it is queued, and its parts follow those.
MOVE = f"""
UPDATE sessions AS s SET version = s.version + 1, last_seq = s.last_seq + 1, done_seq = s.last_seq + 1, {MOVED}
WHERE s.id = :session AND s.version = :version AND s.done_seq = s.last_seq
  AND NOT EXISTS (SELECT 1 FROM inbounds b WHERE b.session_id = s.id AND b.key = :key)
  AND (NOT :hands_over OR NOT EXISTS (SELECT 1 FROM outbounds o WHERE o.session_id = s.id
    AND o.{UNSETTLED} AND o.state <> 'handed' AND o.body ->> '$.to' IS NULL))
RETURNING last_seq
"""

CREATE = """
INSERT INTO sessions (workflow_id, channel, external_id, version, last_seq, done_seq, flow_version, wake_at, created_at,
  updated_at, parked, state)
VALUES (:workflow, :channel, :external_id, 1, 1, 1, :pinned,
  CASE WHEN :parked OR :status = 'ignored' THEN NULL ELSE :wake_at END, :now, :now, :parked, :state)
ON CONFLICT (workflow_id, channel, external_id) DO NOTHING
RETURNING id
"""

FIND = f"""
SELECT b.session_id, b.seq, b.state, t.status, {OUTBOUND}
FROM sessions s JOIN inbounds b ON b.session_id = s.id
LEFT JOIN turns t ON t.session_id = b.session_id AND t.seq = coalesce(b.merged_into, b.seq)
LEFT JOIN outbounds o ON o.session_id = t.session_id AND o.version = t.version
"""
FIND_BY_KEY = f'{FIND} WHERE {IS_SESSION} AND b.key = :key ORDER BY o."index"'
FIND_BY_TURN = f'{FIND} WHERE s.id = :session AND b.seq = :seq ORDER BY o."index"'

PARK = """
UPDATE sessions SET parked = :parked, version = version + 1, wake_at = NULL, updated_at = :now WHERE id = :session
"""
SUPPRESS = """
UPDATE outbounds SET state = 'suppressed', updated_at = :now WHERE session_id = :session AND state = 'ready'
  AND body ->> 'to' IS NULL
"""


class SqliteSessions:
    """The SessionStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    async def load(self, key: SessionKey) -> StoredSession:
        found = await self._engine.look(lambda connection: load(connection, LOAD, key_values(key)))
        return found or StoredSession(key=key)

    async def load_by_id(self, session: int) -> StoredSession | None:
        return await self._engine.look(lambda connection: load(connection, LOAD_BY_ID, {"session": session}))

    async def commit_turns(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        return await self._engine.change(lambda connection: [_commit(connection, commit) for commit in commits])

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        values = {**key_values(session), "key": provider_key}
        return await self._engine.look(lambda connection: find(connection, FIND_BY_KEY, values))

    async def set_parked(self, session: int, parked: bool) -> None:
        def park(connection: sqlite3.Connection) -> None:
            values = {"session": session, "parked": parked, "now": now()}
            connection.execute(PARK, values)
            if parked:
                connection.execute(SUPPRESS, values)

        await self._engine.change(park)


def load(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> StoredSession | None:
    """Return the session that LOAD or LOAD_BY_ID finds."""
    for *columns, parked, state in rows_of(connection, statement, values):
        return stored_session((*columns, bool(parked), orjson.loads(state)))
    return None


def find(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> Receipt | None:
    """Return the receipt that FIND_BY_KEY or FIND_BY_TURN sees."""
    rows = rows_of(connection, statement, values)
    if not rows:
        return None
    session, seq, state, status = rows[0][:4]
    parts = tuple(_outbound(row[4:]) for row in rows if row[4] is not None)
    return Receipt(id=TurnId(session, seq), state=state, status=status or "", outbounds=parts)


def _outbound(row: Row) -> Any:
    columns = dict(zip(OUTBOUND_COLUMNS, row, strict=True))
    columns["body"] = orjson.loads(columns["body"])
    columns["created_at"] = utc_moment(columns["created_at"])
    return stored_outbound(tuple(columns.values()))


def _commit(connection: sqlite3.Connection, commit: TurnCommit) -> TurnId | None:
    """Move or make the session, if no fence refuses it; then write the rest."""
    values = {
        **moved_values(commit),
        **key_values(commit.read.key),
        "session": commit.read.id,
        "key": commit.inbound.key,
        "hands_over": hands_over(commit),
    }
    found = rows_of(connection, MOVE if commit.read.id else CREATE, values)
    if not found:
        return None
    turn = TurnId(commit.read.id, found[0][0]) if commit.read.id else TurnId(found[0][0], 1)
    inbound = inbound_values(commit.inbound, commit.read.key, commit.flow_version)
    place = {"session": turn.session, "seq": turn.seq, "inbound_state": "done", "renewed_at": None, "reply_by": None}
    connection.execute(INSERT_INBOUND, {**inbound, **place})
    write_turn(connection, turn, commit)
    return turn
