"""A transaction of somebody else's, which stays open for as long as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine, event, text

BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

FORGET = text("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity as it was when it first looked


@contextmanager
def open_transaction(url: str) -> Iterator[Connection]:
    """Begin a transaction on a connection of its own; it is committed when the block ends."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, record: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection


async def until_blocked(connection: Connection, statements: int) -> None:
    """Wait until so many statements of this Postgres database wait for locks of others."""
    async with asyncio.timeout(10):
        while connection.execute(BLOCKED).scalar_one() < statements:
            await asyncio.sleep(0.02)
            connection.execute(FORGET)
