"""What storage tests read and age by hand: rows behind the stores' backs, and times that nobody waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, select, text, update

from botflow.records.outbounds import StoredOutbound
from botflow.records.runs import RunStart, StartedRun
from botflow.records.sessions import SessionKey
from botflow.storage import consent_changes, tables
from botflow.storage.contacts import Contacts
from botflow.storage.database import Database
from botflow.storage.engines.column_types import UtcTime
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.runs.starts.start import start_run
from botflow.storage.tables import inbounds, outbounds, processes, sessions


async def inbound_rows(database: Database, session: int | None = None) -> list[Any]:
    """Return the rows of a session's inbounds, or of all, in the order of their arrival."""
    statement = select(inbounds).order_by(inbounds.c.session_id, inbounds.c.seq)
    if session is not None:
        statement = statement.where(inbounds.c.session_id == session)
    return await database.engine.read(lambda connection: list(connection.execute(statement).all()))


async def claimable(database: Database) -> list[tuple[int, int]]:
    """Return (session, priority) of every inbound that waits to be claimed."""
    return [
        (row.session_id, row.priority)
        for row in await inbound_rows(database)
        if row.state == "new" and row.owner is None and row.priority is not None
    ]


async def executions(database: Database) -> list[Any]:
    """Return the rows of all executions, oldest first."""
    statement = select(tables.executions).order_by(tables.executions.c.started_at, tables.executions.c.id)
    return await database.engine.read(lambda connection: list(connection.execute(statement).all()))


async def change(database: Database, *statements: Executable) -> None:
    """Execute statements in one transaction."""

    def execute(connection: Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    await database.engine.write(execute)


async def start_run_of(database: Database, name: str = "", *, priority: int | None = None) -> StartedRun:
    """Start a run of workflow 1, as a trigger does; the name is its key."""
    start = RunStart(workflow=1, flow_version=7, trigger="api", priority=priority, key=name)
    return await database.engine.write(start_run, start)


async def age_process(database: Database, owner: str, seconds: float) -> None:
    """Let the process's last beat be so long ago; one that has never beaten has its row from now on."""

    def age(connection: Connection) -> None:
        seen_at = now(-seconds)
        row = upsert(connection, processes).values(id=owner, seen_at=seen_at, queues="executions,turns")
        connection.execute(row.on_conflict_do_update(index_elements=["id"], set_={"seen_at": seen_at}))

    await database.engine.write(age)


async def make_due(database: Database, session: int) -> None:
    """Let the session's wait end now."""
    await database.engine.write(
        lambda connection: connection.execute(
            update(sessions).where(sessions.c.id == session).values(wake_at=now(-1.0))
        )
    )


async def opt_out(database: Database, who: SessionKey) -> None:
    """Let the person stop, as the runtime does on STOP."""
    await database.flows.publish("bot", "Bot", "d1", {"bot": {}})  # a contact belongs to the workflow's organization
    await Contacts(database.engine).stop(who, "stop", "opt_out.word")


async def opt_in(database: Database, who: SessionKey, said_at: datetime | None = None) -> None:
    """Let the person start again, as the runtime does with the turn of START in another session of theirs."""
    at = said_at or await database.now()
    await database.engine.write(consent_changes.start, who, "start", "opt_in.word", at, (who.channel,))


async def set_paused(database: Database, session: int, paused: bool = True) -> None:
    """Pause the session, or lift its pause, without what an execution's pause writes besides."""
    await database.engine.write(
        lambda connection: connection.execute(update(sessions).where(sessions.c.id == session).values(paused=paused))
    )


async def age_part(database: Database, part: StoredOutbound, seconds: float) -> None:
    """Let the part's last news be so long ago."""
    where = (outbounds.c.session_id == part.session) & (outbounds.c.version == part.version)
    await database.engine.write(
        lambda connection: connection.execute(update(outbounds).where(where).values(updated_at=now(-seconds)))
    )


async def revoke_token(database: Database, session: int) -> None:
    """Revoke the token of the session's visitor."""
    statement = update(sessions).where(sessions.c.id == session).values(token_revoked=True)
    await database.engine.write(lambda connection: connection.execute(statement))


async def age_everything(database: Database, days: int) -> None:
    """Let all that is stored have happened so many days earlier."""

    def age(connection: Connection) -> None:
        on_postgres = connection.dialect.name == "postgresql"
        for table in tables.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, UtcTime):
                    earlier = f"\"{column.name}\" - interval '{days} days'"
                    if not on_postgres:
                        earlier = f"strftime('%Y-%m-%d %H:%M:%f', \"{column.name}\", '-{days} days') || '000'"
                    connection.execute(text(f'UPDATE "{table.name}" SET "{column.name}" = {earlier}'))

    await database.engine.write(age)
