"""Inbounds, leases and opt-outs as tests read and change them, past all our code."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select, update

from botflow.engine.inbound import RUN
from botflow.records.queues import EXECUTIONS, TURNS, QueueName
from botflow.records.turns import TurnId
from botflow.storage.database import Database
from botflow.storage.tables import inbounds, processes, sessions
from tests.storage.aged_rows import change


class Claimable(NamedTuple):
    """An inbound that waits to be claimed."""

    queue: QueueName
    session: int
    seq: int
    priority: int


async def claimable(database: Database) -> list[Claimable]:
    """Return what waits to be claimed, by session and seq."""
    columns = (inbounds.c.session_id, inbounds.c.seq, inbounds.c.priority, sessions.c.channel)
    waits = (inbounds.c.state == "new") & inbounds.c.owner.is_(None) & inbounds.c.priority.is_not(None)
    found = select(*columns).join(sessions, sessions.c.id == inbounds.c.session_id).where(waits)
    ordered = found.order_by(inbounds.c.session_id, inbounds.c.seq)
    rows = await database.engine.read(lambda connection: connection.execute(ordered).all())
    return [
        Claimable(EXECUTIONS if row.channel == RUN else TURNS, row.session_id, row.seq, row.priority) for row in rows
    ]


async def lease(database: Database, turn: TurnId) -> tuple[str, int, str | None]:
    """Return the inbound's state, its attempt, and which process has it."""
    columns = (inbounds.c.state, inbounds.c.attempt, inbounds.c.owner)
    mine = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    row = await database.engine.read(lambda connection: connection.execute(select(*columns).where(mine)).one())
    return (row.state, row.attempt, row.owner)


async def set_lease(database: Database, turn: TurnId, *, owner: str | None, attempt: int) -> None:
    """Let a process have the inbound, at this attempt."""
    mine = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    await change(database, update(inbounds).where(mine).values(owner=owner, attempt=attempt))


async def park(database: Database, session: int, parked: bool) -> None:
    """Let the person have stopped, or started again; the session moves on, as with every change."""
    changed = {"parked": parked, "version": sessions.c.version + 1}
    await change(database, update(sessions).where(sessions.c.id == session).values(changed))


async def process_ids(database: Database) -> set[str]:
    """Return which processes the database knows."""
    return await database.engine.read(lambda connection: set(connection.execute(select(processes.c.id)).scalars()))
