"""The queued path on SQLite; every method is one transaction behind the writer's queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.engine.inbound import Inbound
from botflow.errors import ProviderError
from botflow.records import (
    JournalledAnswer,
    Queue,
    Receipt,
    SessionKey,
    StoredInbound,
    StoredSession,
    TurnCommit,
    TurnId,
)
from botflow.storage.rows import inbound_content, inbound_provider, read_inbound, stored_session
from botflow.storage.selects import SESSION, is_new, is_session
from botflow.storage.sqlite import SqliteEngine
from botflow.storage.sqlite_sessions import RECEIPT, find
from botflow.storage.sqlite_turns import moved_session, write_turn
from botflow.storage.tables import answers, inbounds, sessions

DEAD_AFTER_S = 10.0
INBOUND = [
    inbounds.c[name]
    for name in ("seq", "attempt", "flow_version", "kind", "key", "received_at", "seed", "provider", "content", "owner")
]


class SqliteInbox:
    """The InboxStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    async def enqueue(self, key: SessionKey, inbound: Inbound, flow_version: int, reply_within_s: float) -> Receipt:
        reply_by = self._engine.now(reply_within_s) if reply_within_s > 0 else None
        async with self._engine.write() as connection:
            known = await find(connection, RECEIPT.where(is_session(key), inbounds.c.key == inbound.key))
            if known is not None:
                if reply_by is not None:
                    await self._wait_alike(connection, known.id, reply_by)
                return known
            turn = await self._next_seq(connection, key)
            await connection.execute(
                insert(inbounds).values(
                    session_id=turn.session,
                    seq=turn.seq,
                    received_at=inbound.received_at,
                    seed=inbound.seed,
                    flow_version=flow_version,
                    attempt=0,
                    state="new",
                    kind=inbound.kind,
                    key=inbound.key,
                    provider=inbound_provider(inbound),
                    content=inbound_content(inbound, key.external_id),
                    renewed_at=self._engine.now(),
                    reply_by=reply_by,
                )
            )
            await self._engine.defer_advances(connection, [turn.session], again=False)
        return Receipt(id=turn, state="new")

    async def begin(
        self, session: int, owner: str, *, suspects: bool = True
    ) -> tuple[StoredSession, StoredInbound] | None:
        async with self._engine.write() as connection:
            seq = await self._first(connection, session)
            taken = await connection.execute(
                update(inbounds)
                .where(
                    inbounds.c.session_id == session,
                    inbounds.c.seq == seq,
                    or_(
                        inbounds.c.owner.is_(None),
                        inbounds.c.owner == owner,
                        inbounds.c.renewed_at < self._engine.now(-DEAD_AFTER_S),
                    ),
                    or_(inbounds.c.attempt < 2, inbounds.c.owner == owner, literal(suspects)),
                )
                .values(attempt=inbounds.c.attempt + 1, owner=owner, renewed_at=self._engine.now())
                .returning(*INBOUND)
            )
            row = taken.first()
            if row is None:
                return None
            found = (await connection.execute(select(*SESSION).where(sessions.c.id == session))).one()
        stored = stored_session(tuple(found))
        return stored, _stored_inbound(stored, row)

    async def renew(self, turn: TurnId, attempt: int) -> bool:
        async with self._engine.write() as connection:
            return await self._renew(connection, turn, attempt)

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]:
        statement = (
            select(answers.c.index, answers.c.fingerprint, answers.c.value, answers.c.ask)
            .where(answers.c.session_id == turn.session, answers.c.seq == turn.seq)
            .order_by(answers.c.index)
        )
        async with self._engine.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [JournalledAnswer(index=row[0], fingerprint=row[1], value=row[2], ask=row[3]) for row in rows]

    async def add_answer(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> bool:
        written = {
            "at": self._engine.now(),
            "attempt": attempt,
            "fingerprint": answer.fingerprint,
            "ask": answer.ask,
            "value": answer.value,
        }
        where = {"session_id": turn.session, "seq": turn.seq, "index": answer.index}
        async with self._engine.write() as connection:
            if not await self._renew(connection, turn, attempt):
                return False
            await connection.execute(
                upsert(answers)
                .values(**where, **written)
                .on_conflict_do_update(index_elements=list(where), set_=written)
            )
        return True

    async def finish(self, turn: TurnId, attempt: int, commit: TurnCommit, state: str = "done") -> Queue | None:
        """Move the session on only if the inbound is still this attempt's and the session as it was read."""
        async with self._engine.write() as connection:
            if not await self._renew(connection, turn, attempt):
                return None
            queued = select(func.min(inbounds.c.seq) - 1).where(
                inbounds.c.session_id == turn.session, is_new(), inbounds.c.seq != turn.seq
            )
            moved = await connection.execute(
                update(sessions)
                .where(sessions.c.id == turn.session, sessions.c.version == commit.read.session.version)
                .values(
                    done_seq=func.coalesce(queued.scalar_subquery(), sessions.c.last_seq),
                    **moved_session(self._engine, commit),
                )
                .returning(sessions.c.done_seq < sessions.c.last_seq)
            )
            more = moved.scalar()
            if more is None:
                return None
            await connection.execute(update(inbounds).where(_is(turn)).values(state=state))
            await write_turn(self._engine, connection, turn, commit)
        return "more" if more else "empty"

    async def receipt(self, turn: TurnId) -> Receipt:
        async with self._engine.read() as connection:
            receipt = await find(connection, RECEIPT.where(_is(turn)))
        if receipt is None:
            raise ProviderError(f"there is no inbound {turn}", code="inbound.unknown")
        return receipt

    async def _wait_alike(self, connection: AsyncConnection, turn: TurnId, until: ColumnElement[datetime]) -> None:
        later = or_(inbounds.c.reply_by.is_(None), inbounds.c.reply_by < until)
        await connection.execute(update(inbounds).where(_is(turn), later).values(reply_by=until))

    async def _next_seq(self, connection: AsyncConnection, key: SessionKey) -> TurnId:
        """Make the session if need be, and count the inbound in."""
        workflow, channel, external_id = key
        now = self._engine.now()
        statement = upsert(sessions).values(
            workflow_id=workflow,
            channel=channel,
            external_id=external_id,
            version=0,
            last_seq=1,
            done_seq=0,
            created_at=now,
            updated_at=now,
            parked=False,
            state={},
        )
        counted = statement.on_conflict_do_update(
            index_elements=["workflow_id", "channel", "external_id"], set_={"last_seq": sessions.c.last_seq + 1}
        )
        row = (await connection.execute(counted.returning(sessions.c.id, sessions.c.last_seq))).one()
        return TurnId(row.id, row.last_seq)

    async def _first(self, connection: AsyncConnection, session: int) -> int | None:
        """Return the inbound to run: a timeout lets go first what was received before it was due."""
        waiting = (
            select(inbounds.c.seq, inbounds.c.kind, inbounds.c.received_at, inbounds.c.content)
            .where(inbounds.c.session_id == session, is_new())
            .order_by(inbounds.c.seq)
        )
        rows = (await connection.execute(waiting)).all()
        received = [row.received_at for row in rows if row.kind != "timeout"]

        def is_overtaken(row: Any) -> bool:
            return row.kind == "timeout" and any(at < datetime.fromisoformat(row.content["due"]) for at in received)

        first = min(rows, key=lambda row: (is_overtaken(row), row.seq)) if rows else None
        return None if first is None else first.seq

    async def _renew(self, connection: AsyncConnection, turn: TurnId, attempt: int) -> bool:
        mine = (inbounds.c.state == "new") & (inbounds.c.attempt == attempt)
        renewed = await connection.execute(
            update(inbounds).where(_is(turn), mine).values(renewed_at=self._engine.now())
        )
        return renewed.rowcount > 0


def _is(turn: TurnId) -> ColumnElement[bool]:
    return (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)


def _stored_inbound(stored: StoredSession, row: Any) -> StoredInbound:
    inbound = read_inbound(
        stored.key,
        kind=row.kind,
        provider_key=row.key,
        received_at=row.received_at,
        seed=row.seed,
        provider=row.provider,
        content=row.content,
    )
    turn = TurnId(stored.id, row.seq)
    return StoredInbound(id=turn, state="new", attempt=row.attempt, inbound=inbound, flow_version=row.flow_version)
