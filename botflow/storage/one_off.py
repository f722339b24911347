"""One transaction of a process that starts workflows but is not a botflow server itself.

The connection opens and closes with the transaction and takes no process lock: a SQLite file's owner keeps running.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, NullPool, create_engine, event, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import SERVER_LIMITS, connection_options, driver_url
from botflow.storage.engines.sqlite import sqlite_path
from botflow.storage.migrations.upgrade import is_postgres

Result = TypeVar("Result")


async def run_once(url: str, work: Callable[[Connection], Result]) -> Result:
    """Run `work` in a transaction of its own; ProviderError when the database is away.

    On SQLite it runs in a thread, so that the event loop is not blocked while it waits for the file's writer (at most 5
    s). A caller that is cancelled does not know whether it was committed.
    """
    if not is_postgres(url):
        return await asyncio.to_thread(run_once_sync, url, work)
    address, options = _postgres(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=options)
    with provider_errors():
        async with engine.begin() as connection:
            return await connection.run_sync(work)


def run_once_sync(url: str, work: Callable[[Connection], Result]) -> Result:
    """The same for synchronous code."""
    if is_postgres(url):
        address, options = _postgres(url)
        engine = create_engine(address, poolclass=NullPool, connect_args=options)
    else:
        # Python must not begin transactions by itself, so that reads and writes are in the same one.
        options = {"timeout": 5.0, "isolation_level": None}
        engine = create_engine(f"sqlite:///{sqlite_path(url)}", poolclass=NullPool, connect_args=options)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with provider_errors(), engine.begin() as connection:
        return work(connection)


def _postgres(url: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL with the driver that botflow brings, and how to connect."""
    address = make_url(driver_url(url)).set(drivername="postgresql+psycopg")
    return address, {**connection_options(), "options": SERVER_LIMITS}
