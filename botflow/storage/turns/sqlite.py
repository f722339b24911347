"""A session's turns on SQLite: load, commit, accept, keep, finish. Writes of the same moment share one transaction,
since each transaction waits for the disk once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from botflow.errors import ProviderError
from botflow.records.leases import Accepted, Arrival, Finished, Finishing
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, Receipt, TurnCommit, TurnId
from botflow.storage.engines.batching import Batcher
from botflow.storage.engines.column_types import utc_moment
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_threads import Row, rows_of
from botflow.storage.turns.contact_writes import write_contact
from botflow.storage.turns.row_mapping import (
    OUTBOUND_COLUMNS,
    hands_over,
    next_lease,
    stored_outbound,
    stored_session,
    takes_messages,
)
from botflow.storage.turns.run_outcome import following_of
from botflow.storage.turns.sqlite_encoding import (
    INSERT_INBOUND,
    inbound_values,
    json_text,
    key_values,
    moved_values,
    now,
    write_turn,
)
from botflow.storage.turns.sqlite_runs import write_following
from botflow.storage.turns.sqlite_statements import (
    ACCEPT,
    ACCEPT_LEASE,
    ANSWERS,
    COMMIT,
    COMMIT_NEW,
    FIND_BY_KEY,
    FIND_BY_TURN,
    FINISH,
    IS_HELD,
    KEEP,
    LOAD,
    LOAD_BY_ID,
    SETTLE,
    SHUT,
    TAKE_NEXT,
    WAIT_ALIKE,
)


class SqliteTurns:
    """The TurnStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._committing = Batcher(self._commit, key=lambda commit: commit.read.key)
        self._together: Batcher[Callable[[sqlite3.Connection], Any], Any] = Batcher(self._run, key=id)

    async def load(self, key: SessionKey) -> StoredSession:
        found = await self._engine.hot_read(lambda connection: load(connection, LOAD, key_values(key)))
        return found or StoredSession(key=key)

    async def load_by_id(self, session: int) -> StoredSession | None:
        return await self._engine.hot_read(lambda connection: load(connection, LOAD_BY_ID, {"session": session}))

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        values = {**key_values(session), "key": provider_key}
        return await self._engine.hot_read(lambda connection: _find(connection, FIND_BY_KEY, values))

    async def receipt(self, turn: TurnId) -> Receipt:
        receipt = await self._engine.hot_read(lambda connection: _find(connection, FIND_BY_TURN, turn._asdict()))
        if receipt is None:
            raise ProviderError(f"there is no inbound {turn}", code="inbound.unknown")
        return receipt

    async def commit(self, commit: TurnCommit) -> TurnId | None:
        if commit.turn.contact is not None:
            return await self._engine.write(self.commit_on, commit)
        return await self._committing(commit)

    async def _commit(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        return await self._engine.hot_write(lambda connection: [_commit(connection, commit) for commit in commits])

    async def accept(self, arrival: Arrival) -> Accepted | Receipt | None:
        values = _arrival_values(arrival)
        accepted: Accepted | Receipt | None = await self._together(lambda connection: _accept(connection, values))
        return accepted

    def commit_on(self, connection: Connection, commit: TurnCommit) -> TurnId | None:
        turn = _commit(_driver(connection), commit)
        if turn is not None:
            write_contact(connection, commit)
        return turn

    def accept_on(self, connection: Connection, arrival: Arrival) -> Accepted | None:
        accepted = _accept(_driver(connection), _arrival_values(arrival))
        return accepted if isinstance(accepted, Accepted) else None

    def finish_on(self, connection: Connection, finishing: Finishing) -> Finished | None:
        finished = _finish(_driver(connection), finishing)
        if finished is not None:
            write_contact(connection, finishing.commit)
        return finished

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]:
        rows = await self._engine.hot_read(lambda connection: rows_of(connection, ANSWERS, turn._asdict()))
        return [
            JournalledAnswer(index=index, fingerprint=fingerprint, value=orjson.loads(value), ask=orjson.loads(ask))
            for index, fingerprint, value, ask in rows
        ]

    async def keep(self, turn: TurnId, attempt: int, answers: Sequence[JournalledAnswer]) -> bool:
        held = {**turn._asdict(), "attempt": attempt}
        is_kept: bool = await self._together(lambda connection: _keep(connection, held, answers))
        return is_kept

    async def finish(self, finishing: Finishing) -> Finished | None:
        if finishing.commit.turn.contact is not None:
            return await self._engine.write(self.finish_on, finishing)
        finished: Finished | None = await self._together(lambda connection: _finish(connection, finishing))
        return finished

    async def _run(self, works: Sequence[Callable[[sqlite3.Connection], Any]]) -> list[Any]:
        """Run all of these in one transaction, in their order."""
        return await self._engine.hot_write(lambda connection: [work(connection) for work in works])


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _arrival_values(arrival: Arrival) -> dict[str, Any]:
    return {
        **key_values(arrival.key),
        **inbound_values(arrival.inbound, arrival.key, arrival.flow_version, arrival.trace),
        "inbound_state": "new",
        "now": now(),
        "reply_by": now(arrival.reply_within_s) if arrival.reply_within_s > 0 else None,
        "owner": arrival.owner,
        "parked": arrival.parked,
        "by_token": arrival.by_token,
    }


def load(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> StoredSession | None:
    """Return the session that LOAD or LOAD_BY_ID finds."""
    for row in rows_of(connection, statement, values):
        return stored_session(session_row(row))
    return None


def session_row(row: Row) -> Row:
    """Return a row of SESSION_COLUMNS, in the form that Postgres returns."""
    *columns, parked, token_revoked, state = row
    return (*columns, bool(parked), bool(token_revoked), orjson.loads(state))


def inbound_of(row: Row) -> Row:
    """Return a row of INBOUND_COLUMNS and the columns after them, in the form that Postgres returns."""
    seq, attempt, flow_version, kind, key, received_at, seed, provider, content, *rest = row
    parsed = None if content is None else orjson.loads(content)
    return (seq, attempt, flow_version, kind, key, utc_moment(received_at), seed, provider, parsed, *rest)


def _find(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> Receipt | None:
    rows = rows_of(connection, statement, values)
    if not rows:
        return None
    session, seq, state, status = rows[0][:4]
    parts = tuple(_outbound(row[4:]) for row in rows if row[4] is not None)
    return Receipt(id=TurnId(session, seq), state=state, status=status or "", outbounds=parts)


def _outbound(row: Row) -> StoredOutbound:
    columns = dict(zip(OUTBOUND_COLUMNS, row, strict=True))
    columns["body"] = orjson.loads(columns["body"])
    columns["created_at"] = utc_moment(columns["created_at"])
    return stored_outbound(tuple(columns.values()))


def _commit(connection: sqlite3.Connection, commit: TurnCommit) -> TurnId | None:
    """Update or insert the session, if no fence refuses it; then write the other rows."""
    values = {
        **moved_values(commit),
        **key_values(commit.read.key),
        "session": commit.read.id,
        "key": commit.inbound.key,
        "hands_over": hands_over(commit),
        "by_token": commit.by_token,
    }
    found = rows_of(connection, COMMIT if commit.read.has_row else COMMIT_NEW, values)
    if not found:
        return None
    turn = TurnId(commit.read.id, found[0][0]) if commit.read.has_row else TurnId(found[0][0], 1)
    inbound = inbound_values(commit.inbound, commit.read.key, commit.flow_version)
    connection.execute(INSERT_INBOUND, {**inbound, **turn._asdict(), "inbound_state": "done", "reply_by": None})
    write_turn(connection, turn, commit)
    return turn


def _accept(connection: sqlite3.Connection, values: Mapping[str, Any]) -> Accepted | Receipt | None:
    for session, seq, version in rows_of(connection, ACCEPT, values):
        turn = TurnId(session, seq)
        connection.execute(INSERT_INBOUND, {**values, **turn._asdict()})
        [[owner]] = rows_of(connection, ACCEPT_LEASE, {**turn._asdict(), "owner": values["owner"]})
        return Accepted(turn=turn, version=version, is_ours=owner is not None)
    known = _find(connection, FIND_BY_KEY, values)
    if known is None:
        assert values["by_token"], "ACCEPT passes only duplicates and revoked tokens over"
        return None
    if values["reply_by"] is not None:
        connection.execute(WAIT_ALIKE, {**known.id._asdict(), "reply_by": values["reply_by"]})
    return known


def _keep(connection: sqlite3.Connection, held: Mapping[str, Any], answers: Sequence[JournalledAnswer]) -> bool:
    is_held = bool(rows_of(connection, IS_HELD, held))
    if is_held:
        _insert_answers(connection, held, answers)
    return is_held


def _insert_answers(
    connection: sqlite3.Connection, held: Mapping[str, Any], answers: Sequence[JournalledAnswer]
) -> None:
    at = now()
    connection.executemany(
        KEEP,
        [
            {
                **held,
                "now": at,
                "index": answer.index,
                "fingerprint": answer.fingerprint,
                "ask": json_text(answer.ask),
                "value": json_text(answer.value),
            }
            for answer in answers
        ],
    )


def _finish(connection: sqlite3.Connection, finishing: Finishing) -> Finished | None:
    """Update the session only if this attempt still holds the inbound and the session is unchanged since the read."""
    turn, commit = finishing.turn, finishing.commit
    held = {**turn._asdict(), "attempt": finishing.attempt}
    if not rows_of(connection, IS_HELD, held):
        return None
    if not rows_of(connection, FINISH, {**turn._asdict(), **moved_values(commit)}):
        return None
    connection.execute(SETTLE, {**turn._asdict(), "outcome": finishing.outcome})
    if not takes_messages(commit):
        connection.execute(SHUT, {"session": turn.session})
    _insert_answers(connection, held, finishing.answers)
    write_turn(connection, turn, commit)
    following = following_of(commit)
    if following is not None:
        write_following(connection, turn, commit, following)
    rows = rows_of(connection, TAKE_NEXT, {"session": turn.session, "owner": finishing.owner})
    if not rows or finishing.owner is None:
        return Finished()
    return Finished(next=next_lease(finishing, inbound_of(rows[0])))
