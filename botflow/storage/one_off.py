"""A connection for one transaction, for processes that start workflows but are no botflow servers themselves.

It opens and closes with the transaction and takes no process lock: a SQLite file's owner goes on beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import SERVER_LIMITS, connection_options, driver_url
from botflow.storage.engines.sqlite import sqlite_path
from botflow.storage.migrations.upgrade import is_postgres


@asynccontextmanager
async def brief_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """Open the database, and commit at the end of the block; ProviderError when it is away."""
    address, options = _address(url, "aiosqlite")
    engine = create_async_engine(address, poolclass=NullPool, connect_args=options)
    with provider_errors():
        async with engine.begin() as connection:
            yield connection


@contextmanager
def brief_connection_sync(url: str) -> Iterator[Connection]:
    """The same for synchronous code."""
    address, options = _address(url, "pysqlite")
    engine = create_engine(address, poolclass=NullPool, connect_args=options)
    with provider_errors(), engine.begin() as connection:
        yield connection


def _address(url: str, sqlite_driver: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL with the driver that botflow brings, and how to connect."""
    if is_postgres(url):
        address = make_url(driver_url(url)).set(drivername="postgresql+psycopg")
        return address, {**connection_options(), "options": SERVER_LIMITS}
    return make_url(f"sqlite:///{sqlite_path(url)}").set(drivername=f"sqlite+{sqlite_driver}"), {"timeout": 5.0}
