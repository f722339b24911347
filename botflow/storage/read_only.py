"""Reads conversations while other processes serve them, for the command line and for reports.

One connection, and one statement after the other in the caller's thread: no pool, no threads, nothing that a server
needs and a command would only load. The connection cannot write, so SQLite's one-process lock is not taken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import orjson
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, select

from botflow.errors import UsageError
from botflow.records.sessions import StoredSession
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import DIALECT, SERVER_LIMITS, connection_parameters
from botflow.storage.engines.sqlite_file import sqlite_path
from botflow.storage.migrations.upgrade import check_version, is_postgres
from botflow.storage.runs.executions import Executions
from botflow.storage.tables import sessions
from botflow.storage.transcripts import Transcripts
from botflow.storage.turns.row_mapping import SESSION, stored_session

BUSY_S = 5.0  # a SQLite file that another process is changing

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Reader:
    """A connection as the stores take it. The database refuses what would write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`; each of its statements is a transaction of its own."""
        with provider_errors(), self._connection.begin():
            return work(self._connection, *args, **kwargs)

    write = read


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A database's conversations and executions, to be read."""

    reader: Reader
    transcripts: Transcripts
    executions: Executions

    async def session(self, id: int) -> StoredSession | None:
        """Return a session with its state."""
        statement = select(*SESSION).where(sessions.c.id == id)
        row = await self.reader.read(lambda connection: connection.execute(statement).first())
        return stored_session(tuple(row)) if row is not None else None


@asynccontextmanager
async def open_archive(url: str) -> AsyncIterator[Archive]:
    """Open a database for reading; UsageError when it does not exist, or when its schema is not this release's."""
    check_database(url)
    with provider_errors():
        connection = _engine(url).connect()
    with connection:
        reader = Reader(connection)
        yield Archive(reader=reader, transcripts=Transcripts(reader), executions=Executions(reader))


def check_database(url: str) -> None:
    """UsageError when the database does not exist, or when its schema is not this release's."""
    if not is_postgres(url) and not Path(sqlite_path(url)).exists():
        raise UsageError(
            f"there is no database at {sqlite_path(url)}",
            code="database.missing",
            hint="set BOTFLOW_DATABASE_URL to the one that `botflow serve` uses",
        )
    check_version(url)


def _engine(url: str) -> Engine:
    """Return an engine whose connections only read, each statement in a transaction of its own."""
    if is_postgres(url):
        parameters = connection_parameters(url, options=f"{SERVER_LIMITS} -c default_transaction_read_only=on")
        return create_engine(
            DIALECT,
            poolclass=NullPool,
            use_native_hstore=False,
            isolation_level="AUTOCOMMIT",
            json_deserializer=orjson.loads,
            connect_args=parameters,
        )
    engine = create_engine(
        URL.create("sqlite", database=str(sqlite_path(url))),
        poolclass=NullPool,
        json_deserializer=orjson.loads,
        connect_args={"timeout": BUSY_S, "isolation_level": None},  # Python begins no transactions by itself
    )
    event.listen(engine, "connect", lambda driver, record: driver.execute("PRAGMA query_only=ON"))
    return engine
