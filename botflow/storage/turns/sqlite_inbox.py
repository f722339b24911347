"""The queued path on SQLite; every method that writes is one transaction behind the writers' queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from botflow.engine.inbound import RUN, Inbound
from botflow.errors import ProviderError
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, Queue, Receipt, StoredInbound, TurnCommit, TurnId
from botflow.storage.engines.column_types import utc_moment
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_threads import Row, rows_of
from botflow.storage.jobs_sqlite import advance_job
from botflow.storage.jobs_sqlite_queries import INSERT_ADVANCE
from botflow.storage.turns.bursts import LONGEST_BURST
from botflow.storage.turns.row_mapping import read_inbound
from botflow.storage.turns.run_outcome import following_of
from botflow.storage.turns.sqlite_encoding import (
    INSERT_INBOUND,
    MOVED,
    inbound_values,
    json_text,
    key_values,
    moved_values,
    now,
    write_turn,
)
from botflow.storage.turns.sqlite_runs import write_following
from botflow.storage.turns.sqlite_sessions import FIND_BY_KEY, FIND_BY_TURN, LOAD_BY_ID, find, load

DEAD_AFTER_S = 10.0
IS_TURN = "session_id = :session AND seq = :seq"

# Makes the session if need be, and counts the inbound in, unless it is a duplicate.
COUNT_IN = """
INSERT INTO sessions (workflow_id, channel, external_id, version, last_seq, done_seq, created_at, updated_at, parked,
  state)
VALUES (:workflow, :channel, :external_id, 0, 1, 0, :renewed_at, :renewed_at, false, '{}')
ON CONFLICT (workflow_id, channel, external_id) DO UPDATE SET last_seq = last_seq + 1
  WHERE NOT EXISTS (SELECT 1 FROM inbounds b WHERE b.session_id = sessions.id AND b.key = :key)
RETURNING id, last_seq
"""

WAIT_ALIKE = f"""
UPDATE inbounds SET reply_by = :reply_by WHERE {IS_TURN} AND (reply_by IS NULL OR reply_by < :reply_by)
"""

# Nothing is taken of a paused session, and no message while the wait accepts none, except what says something about
# being written to. A run goes on before anything else; a timeout lets go first what was received before it was due.
# The owner's silence of ten seconds is its death.
BEGIN = """
UPDATE inbounds AS i SET attempt = i.attempt + 1, owner = :owner, renewed_at = :now
WHERE i.session_id = :session AND i.seq = (
    SELECT b.seq FROM inbounds b JOIN sessions s ON s.id = b.session_id AND NOT s.paused
    WHERE b.session_id = :session AND b.state = 'new'
      AND (b.kind <> 'message' OR s.parked OR s.state -> '$.wait.accepts' IS NULL
        OR instr(s.state -> '$.wait.accepts', '"message"') OR b.content -> '$.consent' IS NOT NULL)
    ORDER BY b.kind <> 'resume', b.kind = 'timeout' AND EXISTS (
      SELECT 1 FROM inbounds m WHERE m.session_id = b.session_id AND m.state = 'new' AND m.kind <> 'timeout'
        AND julianday(m.received_at) < julianday(b.content ->> '$.due')), b.seq
    LIMIT 1)
  AND (i.owner IS NULL OR i.owner = :owner OR i.renewed_at < :silent OR i.renewed_at > :ahead)
  AND (i.attempt < 2 OR i.owner = :owner OR :suspects)
RETURNING seq, attempt, flow_version, kind, key, received_at, seed, provider, content,
  EXISTS (SELECT 1 FROM answers a WHERE a.session_id = inbounds.session_id AND a.seq = inbounds.seq)
"""

RAN = """
UPDATE executions SET status = 'running'
WHERE session_id = :session AND "trigger" IS NOT NULL AND status IN ('pending', 'waiting')
"""

HAS_SUSPECTS = "SELECT 1 FROM inbounds WHERE session_id = :session AND state = 'new' AND attempt >= 2 LIMIT 1"
RENEW = f"UPDATE inbounds SET renewed_at = :now WHERE {IS_TURN} AND state = 'new' AND attempt = :attempt"

LET_GO = f"""
UPDATE inbounds SET attempt = attempt - 1, owner = NULL, renewed_at = :now
WHERE {IS_TURN} AND state = 'new' AND attempt = :attempt
"""

ANSWERS = f'SELECT "index", fingerprint, value, ask FROM answers WHERE {IS_TURN} ORDER BY "index"'

ADD_ANSWER = """
INSERT INTO answers (session_id, seq, "index", at, attempt, fingerprint, ask, value)
VALUES (:session, :seq, :index, :now, :attempt, :fingerprint, :ask, :value)
ON CONFLICT (session_id, seq, "index") DO UPDATE SET at = excluded.at, attempt = excluded.attempt,
  fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value
"""

FINISH = f"""
UPDATE sessions AS s SET version = s.version + 1, {MOVED},
  done_seq = coalesce((SELECT min(n.seq) - 1 FROM inbounds n
    WHERE n.session_id = s.id AND n.state = 'new' AND n.seq <> :seq AND n.merged_into IS NOT :seq), s.last_seq)
WHERE s.id = :session AND s.version = :version
RETURNING done_seq < last_seq
"""

SETTLE = f"""
UPDATE inbounds SET state = :state
WHERE session_id = :session AND seq BETWEEN :seq AND :seq + {LONGEST_BURST - 1} AND (seq = :seq OR merged_into = :seq)
"""


class SqliteInbox:
    """The InboxStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    async def enqueue(self, key: SessionKey, inbound: Inbound, flow_version: int, reply_within_s: float) -> Receipt:
        values = {
            **key_values(key),
            **inbound_values(inbound, key, flow_version),
            "inbound_state": "new",
            "renewed_at": now(),
            "reply_by": now(reply_within_s) if reply_within_s > 0 else None,
        }
        return await self._engine.change(lambda connection: _enqueue(connection, values), rings=True)

    async def begin(
        self, session: int, owner: str, *, suspects: bool = True
    ) -> tuple[StoredSession, StoredInbound] | None:
        values = {
            "session": session,
            "owner": owner,
            "suspects": suspects,
            "now": now(),
            "silent": now(-DEAD_AFTER_S),
            "ahead": now(DEAD_AFTER_S),  # a sign of life from the future is none: the clock has been put back since
        }

        def begin(connection: sqlite3.Connection) -> tuple[StoredSession, StoredInbound] | None:
            for row in rows_of(connection, BEGIN, values):
                stored = load(connection, LOAD_BY_ID, values)
                assert stored is not None
                if stored.key.channel == RUN:
                    connection.execute(RAN, values)
                return stored, _stored_inbound(stored, row)
            return None

        return await self._engine.change(begin)

    async def has_suspects(self, session: int) -> bool:
        return bool(await self._engine.look(lambda connection: rows_of(connection, HAS_SUSPECTS, {"session": session})))

    async def renew(self, turn: TurnId, attempt: int) -> bool:
        return await self._engine.change(lambda connection: _renew(connection, _attempt(turn, attempt)))

    async def let_go(self, turn: TurnId, attempt: int) -> bool:
        values = _attempt(turn, attempt)
        return await self._engine.change(lambda connection: connection.execute(LET_GO, values).rowcount > 0)

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]:
        rows = await self._engine.look(lambda connection: rows_of(connection, ANSWERS, _values(turn)))
        return [
            JournalledAnswer(index=index, fingerprint=fingerprint, value=orjson.loads(value), ask=orjson.loads(ask))
            for index, fingerprint, value, ask in rows
        ]

    async def add_answer(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> bool:
        values = {
            **_attempt(turn, attempt),
            "index": answer.index,
            "fingerprint": answer.fingerprint,
            "ask": json_text(answer.ask),
            "value": json_text(answer.value),
        }

        def add(connection: sqlite3.Connection) -> bool:
            if not _renew(connection, values):
                return False
            connection.execute(ADD_ANSWER, values)
            return True

        return await self._engine.change(add)

    async def finish(self, turn: TurnId, attempt: int, commit: TurnCommit, state: str = "done") -> Queue | None:
        """Move the session on only if the inbound is still this attempt's and the session as it was read."""
        held, moved = _attempt(turn, attempt), {**_values(turn), **moved_values(commit)}
        following = following_of(commit)

        def finish(connection: sqlite3.Connection) -> Queue | None:
            if not _renew(connection, held):
                return None
            for (more,) in rows_of(connection, FINISH, moved):
                connection.execute(SETTLE, {**_values(turn), "state": state})
                write_turn(connection, turn, commit)
                goes_on = following is not None and write_following(connection, turn, commit, following)
                return "more" if more or goes_on else "empty"
            return None

        return await self._engine.change(finish, rings=following is not None)

    async def receipt(self, turn: TurnId) -> Receipt:
        receipt = await self._engine.look(lambda connection: find(connection, FIND_BY_TURN, _values(turn)))
        if receipt is None:
            raise ProviderError(f"there is no inbound {turn}", code="inbound.unknown")
        return receipt


def _enqueue(connection: sqlite3.Connection, values: Mapping[str, Any]) -> Receipt:
    for session, seq in rows_of(connection, COUNT_IN, values):
        turn = TurnId(session, seq)
        connection.execute(INSERT_INBOUND, {**values, **_values(turn)})
        rows_of(connection, INSERT_ADVANCE, advance_job(session))
        return Receipt(id=turn, state="new")
    known = find(connection, FIND_BY_KEY, values)
    assert known is not None, "COUNT_IN passes only duplicates over"
    if values["reply_by"] is not None:
        connection.execute(WAIT_ALIKE, {**_values(known.id), "reply_by": values["reply_by"]})
    return known


def _renew(connection: sqlite3.Connection, values: Mapping[str, Any]) -> bool:
    return connection.execute(RENEW, values).rowcount > 0


def _values(turn: TurnId) -> dict[str, Any]:
    return {"session": turn.session, "seq": turn.seq}


def _attempt(turn: TurnId, attempt: int) -> dict[str, Any]:
    return {**_values(turn), "attempt": attempt, "now": now()}


def _stored_inbound(stored: StoredSession, row: Row) -> StoredInbound:
    seq, attempt, flow_version, kind, key, received_at, seed, provider, content, has_answers = row
    inbound = read_inbound(
        stored.key,
        kind=kind,
        provider_key=key,
        received_at=utc_moment(received_at),
        seed=seed,
        provider=provider,
        content=None if content is None else orjson.loads(content),
    )
    turn = TurnId(stored.id, seq)
    return StoredInbound(
        id=turn,
        state="new",
        attempt=attempt,
        inbound=inbound,
        flow_version=flow_version,
        has_answers=bool(has_answers),
        execution=stored.session.execution or inbound.new_execution_id,
    )
