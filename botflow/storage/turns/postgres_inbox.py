"""The queued path on Postgres; every method is one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow

from botflow.engine.inbound import RUN, Inbound
from botflow.errors import ProviderError
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, Queue, Receipt, StoredInbound, TurnCommit, TurnId
from botflow.storage.engines.gathering import Gathering
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.jobs import ADVANCE, EXECUTIONS, MESSAGE_PRIORITY, TURNS
from botflow.storage.turns.bursts import LONGEST_BURST
from botflow.storage.turns.postgres_encoding import CARRIED, READ_TURNS, WAKE_AT, WRITE_TURN, encode
from botflow.storage.turns.postgres_runs import FINISH_AND_FOLLOW, encode_following
from botflow.storage.turns.postgres_sessions import FIND_BY_KEY, FIND_BY_TURN, SESSION, find
from botflow.storage.turns.row_mapping import (
    SESSION_COLUMNS,
    inbound_content,
    inbound_provider,
    read_inbound,
    stored_session,
)
from botflow.storage.turns.run_outcome import following_of

# Sessions' rows are made or locked by the upsert, in key order, so that two batches cannot deadlock; `last_seq` moves
# only together with the inbound. A duplicate that our snapshot does not see yet breaks the unique key, and the whole
# statement with it. Announcing jobs is what Postgres does for one transaction after the other, disk included: another
# reason for few large ones.
ENQUEUE = f"""
WITH i AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
    n int, workflow_id bigint, channel text, external_id text, key text, kind text, provider text, content jsonb,
    received_at timestamptz, seed bigint, flow_version int, reply_within_s float8)),
s AS (
  INSERT INTO sessions AS s (workflow_id, channel, external_id, version, last_seq, done_seq, created_at, updated_at,
    parked, state)
  SELECT workflow_id, channel, external_id, 0, 1, 0, now(), now(), false, '{{}}'
  FROM i ORDER BY workflow_id, channel, external_id
  ON CONFLICT (workflow_id, channel, external_id) DO UPDATE SET last_seq = s.last_seq + 1
    WHERE (SELECT true FROM i JOIN inbounds b ON b.session_id = s.id AND b.key = i.key
      WHERE i.workflow_id = s.workflow_id AND i.channel = s.channel AND i.external_id = s.external_id) IS NULL
  RETURNING id, last_seq, workflow_id, channel, external_id),
stored AS MATERIALIZED (
  SELECT s.id, s.last_seq, i.* FROM s JOIN i USING (workflow_id, channel, external_id)),
b AS (
  INSERT INTO inbounds (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, provider, content,
    renewed_at, reply_by)
  SELECT id, last_seq, received_at, seed, flow_version, 0, 'new', kind, key, provider, content, now(),
    CASE WHEN reply_within_s > 0 THEN now() + make_interval(secs => reply_within_s) END
  FROM stored),
j AS (
  SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
    CASE WHEN channel = 'run' THEN '{EXECUTIONS}' ELSE '{TURNS}' END, '{ADVANCE}',
    CASE WHEN channel <> 'run' THEN {MESSAGE_PRIORITY} ELSE coalesce(
      (SELECT e.priority FROM executions e WHERE e.session_id = stored.id AND e.trigger IS NOT NULL), 0) END,
    'session:' || id, NULL, jsonb_build_object('session', id), NULL)::procrastinate_job_to_defer_v1))
  FROM stored HAVING count(*) > 0)
SELECT stored.n, stored.id, stored.last_seq FROM stored, j
"""

WAIT_ALIKE = """
UPDATE inbounds b SET reply_by = greatest(b.reply_by, now() + make_interval(secs => %s))
FROM sessions s
WHERE s.workflow_id = %s AND s.channel = %s AND s.external_id = %s AND b.session_id = s.id AND b.key = %s
RETURNING 1
"""

# Attempts and answers need not wait for the disk by themselves: the commit that rests on them does, and it carries
# along what was logged before it. A process that dies loses nothing by this; a database that dies loses its last
# moments, and then the attempt is counted, or the world asked, once more.
UNHURRIED = "unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"

# Nothing is taken of a paused session, and no message while the wait accepts none, except what says something about
# being written to. A run goes on before anything else; a timeout lets go first what was received before it was due.
# The owner's silence of ten seconds is its death.
BEGIN = f"""
WITH {UNHURRIED},
r AS MATERIALIZED (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bool[]) WITH ORDINALITY AS r(session, owner, suspects, n)),
next AS MATERIALIZED (
  SELECT r.*, (
    SELECT b.seq FROM inbounds b WHERE b.session_id = r.session AND b.state = 'new'
      AND (b.kind <> 'message' OR s.parked OR coalesce(s.state->'wait'->'accepts' ? 'message', true)
        OR b.content ? 'consent')
    ORDER BY b.kind <> 'resume', b.kind = 'timeout' AND EXISTS (
      SELECT FROM inbounds m WHERE m.session_id = b.session_id AND m.state = 'new' AND m.kind <> 'timeout'
        AND m.received_at < (b.content ->> 'due')::timestamptz), b.seq
    LIMIT 1) AS seq
  FROM r JOIN sessions s ON s.id = r.session AND NOT s.paused),
begun AS (
  UPDATE inbounds b SET attempt = b.attempt + 1, owner = next.owner, renewed_at = now()
  FROM next, sessions s, unhurried
  WHERE b.session_id = next.session AND b.seq = next.seq AND b.state = 'new' AND s.id = b.session_id
    AND (b.owner IS NULL OR b.owner = next.owner OR b.renewed_at < now() - interval '10 s')
    AND (b.attempt < 2 OR b.owner = next.owner OR next.suspects)
  RETURNING next.n, {SESSION}, b.seq, b.attempt, b.flow_version, b.kind, b.key, b.received_at, b.seed, b.provider,
    b.content, EXISTS (SELECT FROM answers a WHERE a.session_id = b.session_id AND a.seq = b.seq)),
runs AS (
  UPDATE executions e SET status = 'running' FROM begun
  WHERE begun.channel = '{RUN}' AND e.session_id = begun.id AND e.trigger IS NOT NULL
    AND e.status IN ('pending', 'waiting'))
SELECT * FROM begun
"""

HAS_SUSPECTS = "SELECT 1 FROM inbounds WHERE session_id = %s AND state = 'new' AND attempt >= 2 LIMIT 1"

RENEW = """
UPDATE inbounds SET renewed_at = now() WHERE session_id = %s AND seq = %s AND state = 'new' AND attempt = %s
RETURNING 1
"""

LET_GO = """
UPDATE inbounds SET attempt = attempt - 1, owner = NULL, renewed_at = now()
WHERE session_id = %s AND seq = %s AND state = 'new' AND attempt = %s
RETURNING 1
"""

ANSWERS = "SELECT index, fingerprint, value, ask FROM answers WHERE session_id = %s AND seq = %s ORDER BY index"

# The renewal locks the inbound, so that no other attempt can begin in between.
ADD_ANSWER = f"""
WITH {UNHURRIED},
b AS (
  UPDATE inbounds b SET renewed_at = now()
  FROM jsonb_to_recordset(%s::jsonb) AS r(
    session_id bigint, seq int, attempt int, index int, fingerprint text, ask jsonb, value jsonb), unhurried
  WHERE b.session_id = r.session_id AND b.seq = r.seq AND b.state = 'new' AND b.attempt = r.attempt
  RETURNING r.*)
INSERT INTO answers AS a (session_id, seq, index, at, attempt, fingerprint, ask, value)
SELECT session_id, seq, index, now(), attempt, fingerprint, ask, value FROM b
ON CONFLICT (session_id, seq, index) DO UPDATE SET at = excluded.at, attempt = excluded.attempt,
  fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value
RETURNING session_id, seq
"""

# `done_seq` comes from our snapshot alone: what is queued while this statement waits must not count as finished.
FINISH = f"""
WITH held AS MATERIALIZED (
  SELECT r.*, b.seq FROM {READ_TURNS} JOIN inbounds b ON b.session_id = r.id
  WHERE b.seq = %s AND b.state = 'new' AND b.attempt = %s
  FOR NO KEY UPDATE OF b),
moved AS (
  UPDATE sessions s SET version = s.version + 1, flow_version = held.pinned, wake_at = {WAKE_AT}, updated_at = now(),
    parked = held.parked, state = held.state,
    done_seq = coalesce(
      (SELECT min(n.seq) - 1 FROM inbounds n WHERE n.session_id = held.id AND n.state = 'new' AND n.seq <> held.seq
        AND n.merged_into IS DISTINCT FROM held.seq),
      (SELECT z.last_seq FROM sessions z WHERE z.id = held.id))
  FROM held WHERE s.id = held.id AND s.version = held.version
  RETURNING s.id, held.seq, s.version, s.done_seq < s.last_seq AS more, {CARRIED}),
done AS MATERIALIZED (SELECT * FROM moved),
b AS (
  UPDATE inbounds b SET state = %s FROM done WHERE b.session_id = done.id
    AND b.seq BETWEEN done.seq AND done.seq + {LONGEST_BURST - 1} AND (b.seq = done.seq OR b.merged_into = done.seq)),
{WRITE_TURN}
SELECT CASE WHEN more THEN 'more' ELSE 'empty' END FROM done
"""


class PostgresInbox:
    """The InboxStore on Postgres."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine
        self._enqueueing = Gathering(
            self._enqueue, key=lambda row: (row["workflow_id"], row["channel"], row["external_id"])
        )
        self._beginning = Gathering(self._begin, key=lambda asked: asked[0])
        self._journalling = Gathering(self._add_answers, key=lambda row: row["session_id"])

    async def enqueue(self, key: SessionKey, inbound: Inbound, flow_version: int, reply_within_s: float) -> Receipt:
        row = {
            "workflow_id": key.workflow,
            "channel": key.channel,
            "external_id": key.external_id,
            "key": inbound.key,
            "kind": inbound.kind,
            "provider": inbound_provider(inbound),
            "content": inbound_content(inbound, key.external_id),
            "received_at": inbound.received_at,
            "seed": inbound.seed,
            "flow_version": flow_version,
            "reply_within_s": reply_within_s,
        }
        try:
            turn = await self._enqueueing(row)
        except ProviderError as failure:
            if not isinstance(failure.__cause__, UniqueViolation):
                raise
            turn = None  # a twin was faster; what it stored is ours too
        if turn is not None:
            return Receipt(id=turn, state="new")
        if reply_within_s > 0:
            await self._engine.hot(WAIT_ALIKE, (reply_within_s, *key, inbound.key))
        receipt = await find(self._engine, FIND_BY_KEY, (*key, inbound.key))
        if receipt is None:
            raise ProviderError("a stored inbound is gone", code="database.inconsistent", retryable=True)
        return receipt

    async def _enqueue(self, rows: Sequence[dict[str, Any]]) -> list[TurnId | None]:
        """Enqueue inbounds of distinct sessions; None for each that is a duplicate."""
        turns: list[TurnId | None] = [None] * len(rows)
        numbered = orjson.dumps([{"n": n, **row} for n, row in enumerate(rows)]).decode()
        for n, session, seq in await self._engine.hot(ENQUEUE, (numbered,)):
            turns[n] = TurnId(session, seq)
        return turns

    async def begin(
        self, session: int, owner: str, *, suspects: bool = True
    ) -> tuple[StoredSession, StoredInbound] | None:
        row = await self._beginning((session, owner, suspects))
        if row is None:
            return None
        stored = stored_session(row[: len(SESSION_COLUMNS)])
        seq, attempt, flow_version, *columns, has_answers = row[len(SESSION_COLUMNS) :]
        kind, key, received_at, seed, provider, content = columns
        inbound = read_inbound(
            stored.key,
            kind=kind,
            provider_key=key,
            received_at=received_at,
            seed=seed,
            provider=provider,
            content=content,
        )
        turn = TurnId(session, seq)
        return stored, StoredInbound(
            id=turn,
            state="new",
            attempt=attempt,
            inbound=inbound,
            flow_version=flow_version,
            has_answers=has_answers,
            execution=stored.session.execution or inbound.new_execution_id,
        )

    async def _begin(self, asked: Sequence[tuple[int, str, bool]]) -> list[TupleRow | None]:
        """Begin in distinct sessions, which are locked in their order."""
        begun: dict[int, TupleRow] = {}
        columns = [list(column) for column in zip(*sorted(asked), strict=True)]
        for n, *row in await self._engine.hot(BEGIN, columns):
            begun[columns[0][n - 1]] = tuple(row)
        return [begun.get(session) for session, _, _ in asked]

    async def has_suspects(self, session: int) -> bool:
        return bool(await self._engine.hot(HAS_SUSPECTS, (session,)))

    async def renew(self, turn: TurnId, attempt: int) -> bool:
        return bool(await self._engine.hot(RENEW, (*turn, attempt)))

    async def let_go(self, turn: TurnId, attempt: int) -> bool:
        return bool(await self._engine.hot(LET_GO, (*turn, attempt)))

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]:
        rows = await self._engine.hot(ANSWERS, turn)
        return [
            JournalledAnswer(index=index, fingerprint=fingerprint, value=value, ask=ask)
            for index, fingerprint, value, ask in rows
        ]

    async def add_answer(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> bool:
        row = {
            "session_id": turn.session,
            "seq": turn.seq,
            "attempt": attempt,
            "index": answer.index,
            "fingerprint": answer.fingerprint,
            "ask": answer.ask,
            "value": answer.value,
        }
        return await self._journalling(row)

    async def _add_answers(self, rows: Sequence[dict[str, Any]]) -> list[bool]:
        """Journal answers of distinct sessions, which are locked in their order."""
        ordered = sorted(rows, key=lambda row: row["session_id"])
        added = await self._engine.hot(ADD_ANSWER, (orjson.dumps(ordered).decode(),))
        turns = {TurnId(*row) for row in added}
        return [TurnId(row["session_id"], row["seq"]) in turns for row in rows]

    async def finish(self, turn: TurnId, attempt: int, commit: TurnCommit, state: str = "done") -> Queue | None:
        values = (encode([commit]), turn.seq, attempt, state)
        following = following_of(commit)
        if following is None:
            rows = await self._engine.hot(FINISH, values)
        else:
            rows = await self._engine.hot(FINISH_AND_FOLLOW, (encode_following(following), *values))
        return rows[0][0] if rows else None

    async def receipt(self, turn: TurnId) -> Receipt:
        receipt = await find(self._engine, FIND_BY_TURN, turn)
        if receipt is None:
            raise ProviderError(f"there is no inbound {turn}", code="inbound.unknown")
        return receipt
