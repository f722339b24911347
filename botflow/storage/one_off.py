"""One transaction of a process that starts workflows but is not a botflow server itself.

The connection opens and closes with the transaction and takes no process lock: a SQLite file's owner keeps running.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from botflow.storage.engines.column_types import utc_text
from botflow.storage.engines.dialects import SQLITE_NOW
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import DIALECT, connection_parameters
from botflow.storage.engines.sqlite_file import sqlite_path
from botflow.storage.migrations.upgrade import is_postgres

Result = TypeVar("Result")


async def run_once(url: str, work: Callable[[Connection], Result]) -> Result:
    """Run `work` in a transaction of its own; ProviderError when the database is away.

    On SQLite it runs in a thread, so that the event loop is not blocked while it waits for the file's writer (at most 5
    s). A caller that is cancelled does not know whether it was committed.
    """
    if not is_postgres(url):
        return await asyncio.to_thread(run_once_sync, url, work)
    from sqlalchemy.ext.asyncio import create_async_engine  # it loads the ORM, which commands do without

    engine = create_async_engine(DIALECT, poolclass=NullPool, connect_args=connection_parameters(url))
    with provider_errors():
        async with engine.begin() as connection:
            return await connection.run_sync(work)


def run_once_sync(url: str, work: Callable[[Connection], Result]) -> Result:
    """The same for synchronous code."""
    with provider_errors(), engine_of(url).begin() as connection:
        return work(connection)


def engine_of(url: str, *, options: str | None = None) -> Engine:
    """Return an engine whose connections close with their transactions. `options` replaces our limits on Postgres."""
    if is_postgres(url):
        parameters = connection_parameters(url) if options is None else connection_parameters(url, options=options)
        return create_engine(DIALECT, poolclass=NullPool, connect_args=parameters)
    # Python must not begin transactions by itself, so that reads and writes are in the same one.
    of_file = {"timeout": 5.0, "isolation_level": None}
    engine = create_engine(f"sqlite:///{sqlite_path(url)}", poolclass=NullPool, connect_args=of_file)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(driver: sqlite3.Connection, record: object) -> None:
    """Obey foreign keys, as the server does, and let statements ask for the time: that of the connection, which is that
    of its one transaction."""
    driver.execute("PRAGMA foreign_keys=ON")
    opened = datetime.now(UTC)
    driver.create_function(SQLITE_NOW, 1, lambda offset_s: utc_text(opened + timedelta(seconds=offset_s)))
