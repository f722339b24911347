"""What storage tests read and age by hand: jobs, and times that nobody waits for."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, text, update

from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TurnId
from botflow.storage import tables
from botflow.storage.database import Database
from botflow.storage.tables import inbounds, outbounds, sessions


async def jobs(database: Database) -> list[tuple[Any, ...]]:
    """Return (queue, task, lock, arguments) of every job, oldest first."""
    statement = text("SELECT queue_name, task_name, lock, args FROM procrastinate_jobs ORDER BY id")
    async with database.engine.read() as connection:
        rows = (await connection.execute(statement)).all()
    return [(*row[:3], json.loads(row[3]) if isinstance(row[3], str) else row[3]) for row in rows]


async def executions(database: Database) -> list[Any]:
    """Return the rows of all executions, oldest first."""
    statement = select(tables.executions).order_by(tables.executions.c.started_at, tables.executions.c.id)
    async with database.engine.read() as connection:
        return list((await connection.execute(statement)).all())


async def age_owner(database: Database, turn: TurnId, seconds: float) -> None:
    """Let the inbound's last sign of life be so long ago."""
    where = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    async with database.engine.write() as connection:
        await connection.execute(update(inbounds).where(where).values(renewed_at=database.engine.now(-seconds)))


async def make_due(database: Database, session: int) -> None:
    """Let the session's wait end now."""
    async with database.engine.write() as connection:
        await connection.execute(
            update(sessions).where(sessions.c.id == session).values(wake_at=database.engine.now(-1.0))
        )


async def age_part(database: Database, part: StoredOutbound, seconds: float) -> None:
    """Let the part's last news be so long ago."""
    where = (outbounds.c.session_id == part.session) & (outbounds.c.version == part.version)
    async with database.engine.write() as connection:
        await connection.execute(update(outbounds).where(where).values(updated_at=database.engine.now(-seconds)))
