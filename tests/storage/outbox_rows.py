"""Parts for tests of the outbox's tables: committed by turns, aged, and read behind the store's back."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from typing import Any

from sqlalchemy import Connection, select, update

from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundPart, OutboundState, StoredOutbound
from botflow.storage.database import Database
from botflow.storage.tables import outbounds, senders
from tests.storage.sample_turns import ended, key, message, waiting


def at_once(channel: str, sender: str) -> float:
    """A sender that lets go of everything."""
    return inf


def about(session: int, wire_id: str, state: OutboundState, provider_id: str = "", **more: Any) -> DeliveryStatus:
    return DeliveryStatus(session=session, wire_id=wire_id, state=state, provider_id=provider_id, **more)


def news(part: StoredOutbound, state: OutboundState, provider_id: str = "", **more: Any) -> DeliveryStatus:
    return about(part.session, part.wire_id, state, provider_id, **more)


async def fast_turn(
    database: Database, provider_key: str, *parts: OutboundPart, person: str = "ann", is_over: bool = False
) -> int:
    """Commit a turn that says `parts`; return its session."""
    stored = await database.turns.load(key(person, channel="sms"))
    turn = (ended if is_over else waiting)(stored, message(provider_key), *parts)
    committed = await database.turns.commit(turn)
    assert committed is not None
    return committed.session


async def row_of(database: Database, session: int, index: int) -> Any:
    """Return the newest part of that index."""
    found = select(outbounds).where(outbounds.c.session_id == session, outbounds.c.index == index)
    return await database.engine.read(
        lambda connection: connection.execute(found.order_by(outbounds.c.version.desc()).limit(1)).one()
    )


async def let_pass(database: Database, seconds: float) -> None:
    """Let so much time pass for all parts and senders."""
    by = timedelta(seconds=seconds)

    def pass_by(connection: Connection) -> None:
        for row in connection.execute(select(outbounds)).all():
            moved = {name: getattr(row, name) for name in ("created_at", "updated_at", "due_at")}
            mine = (outbounds.c.session_id == row.session_id) & (outbounds.c.version == row.version)
            connection.execute(
                update(outbounds)
                .where(mine, outbounds.c.index == row.index)
                .values({name: at - by for name, at in moved.items() if at is not None})
            )
        for row in connection.execute(select(senders)).all():
            mine = (senders.c.channel == row.channel) & (senders.c.address == row.address)
            connection.execute(update(senders).where(mine).values(next_at=row.next_at - by))

    await database.engine.write(pass_by)
