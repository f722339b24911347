"""The fast path on SQLite: one transaction for the turns that wait at the same moment, one writer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.records import Receipt, SessionKey, StoredSession, TurnCommit, TurnId
from botflow.storage.rows import hands_over, inbound_content, inbound_provider, stored_outbound, stored_session
from botflow.storage.selects import OUTBOUND, SESSION, is_session, is_unsettled
from botflow.storage.sqlite import SqliteEngine
from botflow.storage.sqlite_turns import moved_session, write_turn
from botflow.storage.tables import inbounds, outbounds, sessions, turns

RECEIPT: Select[*tuple[Any, ...]] = (
    select(inbounds.c.session_id, inbounds.c.seq, inbounds.c.state, turns.c.status, *OUTBOUND)
    .select_from(sessions)
    .join(inbounds, inbounds.c.session_id == sessions.c.id)
    .outerjoin(turns, (turns.c.session_id == inbounds.c.session_id) & (turns.c.seq == inbounds.c.seq))
    .outerjoin(outbounds, (outbounds.c.session_id == turns.c.session_id) & (outbounds.c.version == turns.c.version))
    .order_by(outbounds.c.index)
)


class SqliteSessions:
    """The SessionStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    async def load(self, key: SessionKey) -> StoredSession:
        async with self._engine.read() as connection:
            row = (await connection.execute(select(*SESSION).where(is_session(key)))).first()
        return stored_session(tuple(row)) if row else StoredSession(key=key)

    async def load_by_id(self, session: int) -> StoredSession | None:
        async with self._engine.read() as connection:
            row = (await connection.execute(select(*SESSION).where(sessions.c.id == session))).first()
        return stored_session(tuple(row)) if row else None

    async def commit_turns(self, commits: Sequence[TurnCommit]) -> list[TurnId | None]:
        async with self._engine.write() as connection:
            return [await self._commit(connection, commit) for commit in commits]

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        async with self._engine.read() as connection:
            return await find(connection, RECEIPT.where(is_session(session), inbounds.c.key == provider_key))

    async def set_parked(self, session: int, parked: bool) -> None:
        now = self._engine.now()
        changes = {"parked": parked, "version": sessions.c.version + 1, "wake_at": None, "updated_at": now}
        async with self._engine.write() as connection:
            await connection.execute(update(sessions).where(sessions.c.id == session).values(**changes))
            if parked:
                unsent = (outbounds.c.session_id == session) & (outbounds.c.state == "ready")
                await connection.execute(update(outbounds).where(unsent).values(state="suppressed", updated_at=now))

    async def _commit(self, connection: AsyncConnection, commit: TurnCommit) -> TurnId | None:
        """Move the session if it is as it was read, nothing is queued and the inbound is new; then write the rest."""
        turn = await self._create(connection, commit) if not commit.read.id else await self._move(connection, commit)
        if turn is None:
            return None
        inbound = commit.inbound
        await connection.execute(
            insert(inbounds).values(
                session_id=turn.session,
                received_at=inbound.received_at,
                seed=inbound.seed,
                seq=turn.seq,
                flow_version=commit.flow_version,
                attempt=0,
                state="done",
                kind=inbound.kind,
                key=inbound.key,
                provider=inbound_provider(inbound),
                content=inbound_content(inbound, commit.read.key.external_id),
            )
        )
        await write_turn(self._engine, connection, turn, commit)
        return turn

    async def _create(self, connection: AsyncConnection, commit: TurnCommit) -> TurnId | None:
        workflow, channel, external_id = commit.read.key
        if (await connection.execute(select(sessions.c.id).where(is_session(commit.read.key)))).first():
            return None
        created = await connection.execute(
            insert(sessions)
            .values(
                workflow_id=workflow,
                channel=channel,
                external_id=external_id,
                last_seq=1,
                done_seq=1,
                created_at=self._engine.now(),
                **moved_session(self._engine, commit),
            )
            .returning(sessions.c.id)
        )
        return TurnId(created.scalar_one(), 1)

    async def _move(self, connection: AsyncConnection, commit: TurnCommit) -> TurnId | None:
        known = select(inbounds.c.seq).where(
            inbounds.c.session_id == commit.read.id, inbounds.c.key == commit.inbound.key
        )
        if (await connection.execute(known)).first():
            return None
        if hands_over(commit) and (await connection.execute(_still_to_be_sent(commit.read.id))).first():
            return None  # a reply now would overtake it; a queued turn's parts follow it
        next_seq = sessions.c.last_seq + 1
        moved = await connection.execute(
            update(sessions)
            .where(
                sessions.c.id == commit.read.id,
                sessions.c.version == commit.read.session.version,
                sessions.c.done_seq == sessions.c.last_seq,
            )
            .values(last_seq=next_seq, done_seq=next_seq, **moved_session(self._engine, commit))
            .returning(sessions.c.last_seq)
        )
        seq = moved.scalar()
        return None if seq is None else TurnId(commit.read.id, seq)


def _still_to_be_sent(session: int) -> Select[int]:
    return select(outbounds.c.index).where(
        outbounds.c.session_id == session,
        is_unsettled(),
        outbounds.c.state != "handed",
        outbounds.c.body["to"].as_string().is_(None),
    )


async def find(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> Receipt | None:
    """Return the receipt that a RECEIPT statement sees."""
    rows = [tuple(row) for row in (await connection.execute(statement)).all()]
    if not rows:
        return None
    session, seq, state, status = rows[0][:4]
    parts = tuple(stored_outbound(row[4:]) for row in rows if row[4] is not None)
    return Receipt(id=TurnId(session, seq), state=state, status=status or "", outbounds=parts)
