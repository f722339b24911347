"""A session's turns on Postgres: load, commit, accept, keep, finish. Every method is one statement in autocommit.

Calls that wait at the same moment run as one statement (`Batcher`): beginning and committing a statement costs more
than its work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection

from botflow.errors import ProviderError
from botflow.records.leases import Accepted, Arrival, Finished, Finishing
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, Receipt, TurnCommit, TurnId
from botflow.storage.engines.batching import Batcher
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.turns.contact_writes import hold_contact, write_contact
from botflow.storage.turns.postgres_encoding import encode, encode_finishing
from botflow.storage.turns.postgres_runs import encode_following
from botflow.storage.turns.postgres_statements import (
    ACCEPT,
    ANSWERS,
    COMMIT,
    FIND_BY_KEY,
    FIND_BY_TURN,
    FINISH_AND_FOLLOW,
    FINISH_MANY,
    FINISH_ONE,
    KEEP,
    LOAD,
    LOAD_BY_ID,
    WAIT_ALIKE,
)
from botflow.storage.turns.row_mapping import answer_row, arrival_row, next_lease, stored_outbound, stored_session
from botflow.storage.turns.run_outcome import following_of

LOADS_AT_ONCE = 2
COMMITS_AT_ONCE = 2  # statements under way: one runs while the next batch fills


class PostgresTurns:
    """The TurnStore on Postgres."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine
        self._loading = Batcher(self._load, key=lambda key: key, at_once=LOADS_AT_ONCE)
        self._committing = Batcher(self._commit, key=lambda commit: commit.read.key, at_once=COMMITS_AT_ONCE)
        self._accepting = Batcher(self._accept, key=lambda arrival: arrival.key)
        self._keeping = Batcher(self._keep, key=lambda row: row["session_id"])
        self._finishing = Batcher(self._finish, key=lambda finishing: finishing.turn.session, at_once=COMMITS_AT_ONCE)

    async def load(self, key: SessionKey) -> StoredSession:
        return await self._loading(key)

    async def load_by_id(self, session: int) -> StoredSession | None:
        rows = await self._engine.hot(LOAD_BY_ID, (session,))
        return stored_session(rows[0]) if rows else None

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        return await self._find(FIND_BY_KEY, (*session, provider_key))

    async def receipt(self, turn: TurnId) -> Receipt:
        receipt = await self._find(FIND_BY_TURN, turn)
        if receipt is None:
            raise ProviderError(f"there is no inbound {turn}", code="inbound.unknown")
        return receipt

    async def commit(self, commit: TurnCommit) -> TurnId | None:
        if commit.turn.contact is not None:
            return await self._engine.write(self._commit_with_contact, commit)
        return await self._committing(commit)

    async def accept(self, arrival: Arrival) -> Accepted | Receipt | None:
        try:
            accepted = await self._accepting(arrival)
        except ProviderError as failure:
            if not isinstance(failure.__cause__, UniqueViolation):
                raise
            accepted = None  # a concurrent duplicate was faster; its row serves this one, too
        if accepted is not None:
            return accepted
        if arrival.reply_within_s > 0:
            await self._engine.hot(WAIT_ALIKE, (arrival.reply_within_s, *arrival.key, arrival.inbound.key))
        receipt = await self.find(arrival.key, arrival.inbound.key)
        if receipt is None and not arrival.by_token:
            raise ProviderError("a stored inbound is gone", code="database.inconsistent", retryable=True)
        return receipt

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]:
        rows = await self._engine.hot(ANSWERS, turn)
        return [
            JournalledAnswer(index=index, fingerprint=fingerprint, value=value, ask=ask)
            for index, fingerprint, value, ask in rows
        ]

    async def keep(self, turn: TurnId, attempt: int, answers: Sequence[JournalledAnswer]) -> bool:
        place = {"session_id": turn.session, "seq": turn.seq, "attempt": attempt}
        return await self._keeping({"session_id": turn.session, "rows": [{**place, **answer_row(a)} for a in answers]})

    async def finish(self, finishing: Finishing) -> Finished | None:
        if finishing.commit.turn.contact is not None:
            return await self._engine.write(self._finish_with_contact, finishing)
        statement, values = _finish_alone(finishing)
        if statement == FINISH_ONE and (finished := await self._finishing(finishing)) is not None:
            return finished
        # Has something to follow, or a fence refused it, or its session is locked: it waits alone, so that no other
        # turn waits with it.
        rows = await self._engine.hot(statement, values)
        return _finished(finishing, rows[0][1:]) if rows else None

    def commit_on(self, connection: Connection, commit: TurnCommit) -> TurnId | None:
        row = connection.exec_driver_sql(COMMIT, (encode([commit]),)).first()
        if row is None:
            return None
        write_contact(connection, commit)
        return TurnId(*row[1:])

    def accept_on(self, connection: Connection, arrival: Arrival) -> Accepted | None:
        row = connection.exec_driver_sql(ACCEPT, (_numbered([arrival]),)).first()
        return None if row is None else _accepted(*row[1:])

    def finish_on(self, connection: Connection, finishing: Finishing) -> Finished | None:
        row = connection.exec_driver_sql(*_finish_alone(finishing)).first()
        if row is None:
            return None
        write_contact(connection, finishing.commit)
        return _finished(finishing, tuple(row)[1:])

    def _commit_with_contact(self, connection: Connection, commit: TurnCommit) -> TurnId | None:
        hold_contact(connection, commit)
        return self.commit_on(connection, commit)

    def _finish_with_contact(self, connection: Connection, finishing: Finishing) -> Finished | None:
        hold_contact(connection, finishing.commit)
        return self.finish_on(connection, finishing)

    # -- batches

    async def _load(self, keys: Sequence[SessionKey]) -> list[StoredSession]:
        wanted = orjson.dumps([key._asdict() for key in keys]).decode()
        found = {stored.key: stored for stored in map(stored_session, await self._engine.hot(LOAD, (wanted,)))}
        return [found.get(key) or StoredSession(key=key) for key in keys]

    async def _commit(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        turns: list[TurnId | None] = [None] * len(commits)
        for n, session, seq in await self._engine.hot(COMMIT, (encode(commits),)):
            turns[n] = TurnId(session, seq)
        return turns

    async def _accept(self, arrivals: Sequence[Arrival]) -> list[Accepted | None]:
        """Accept inbounds of distinct sessions; None for each that is a duplicate."""
        accepted: list[Accepted | None] = [None] * len(arrivals)
        for n, *row in await self._engine.hot(ACCEPT, (_numbered(arrivals),)):
            accepted[n] = _accepted(*row)
        return accepted

    async def _keep(self, calls: Sequence[dict[str, Any]]) -> list[bool]:
        """Journal answers of distinct sessions."""
        rows = [row for call in calls for row in call["rows"]]
        kept = {session for session, _ in await self._engine.hot(KEEP, (orjson.dumps(rows).decode(),))}
        return [call["session_id"] in kept for call in calls]

    async def _finish(self, turns: Sequence[Finishing]) -> list[Finished | None]:
        """Finish turns of distinct sessions; sessions that another transaction holds are skipped."""
        found: list[Finished | None] = [None] * len(turns)
        for n, *row in await self._engine.hot(FINISH_MANY, (encode_finishing(turns),)):
            found[n] = _finished(turns[n], tuple(row))
        return found

    async def _find(self, statement: Any, values: tuple[object, ...]) -> Receipt | None:
        rows = await self._engine.hot(statement, values)
        if not rows:
            return None
        session, seq, state, status = rows[0][:4]
        outbounds = tuple(stored_outbound(row[4:]) for row in rows if row[4] is not None)
        return Receipt(id=TurnId(session, seq), state=state, status=status or "", outbounds=outbounds)


def _numbered(arrivals: Sequence[Arrival]) -> str:
    """Return the JSON that ACCEPT reads; `n` is the position."""
    return orjson.dumps([{"n": n, **arrival_row(arrival)} for n, arrival in enumerate(arrivals)]).decode()


def _accepted(session: int, seq: int, version: int, is_ours: bool) -> Accepted:
    return Accepted(turn=TurnId(session, seq), version=version, is_ours=is_ours)


def _finish_alone(finishing: Finishing) -> tuple[LiteralString, tuple[str, ...]]:
    """Return the statement that finishes one turn, and its values."""
    following, turn = following_of(finishing.commit), encode_finishing([finishing])
    return (FINISH_ONE, (turn,)) if following is None else (FINISH_AND_FOLLOW, (turn, encode_following(following)))


def _finished(finishing: Finishing, row: tuple[Any, ...]) -> Finished:
    """Read the columns after `n` of a FINISH: unseen, then n, owner and the next inbound, NULL where none is leased."""
    unseen, _, owner, *inbound = row
    return Finished(must_look=unseen, next=next_lease(finishing, inbound) if owner is not None else None)
