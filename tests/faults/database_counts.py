"""What the database says happened, counted by plain SQL on either database."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from botflow.storage.tables import metadata, processes

LEDGER = text(
    "SELECT (SELECT count(*) FROM inbounds) AS inbounds, (SELECT count(*) FROM turns) AS turns,"
    " (SELECT count(*) FROM inbounds WHERE state = 'new') AS open,"
    " (SELECT count(*) FROM inbounds WHERE state = 'dead') AS dead,"
    " (SELECT count(*) FROM outbounds) AS outbounds"
)


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[AsyncConnection]:
    """Read the database from outside; SQLite's stays open elsewhere meanwhile."""
    async with _engine(url).connect() as connection:
        yield connection


@lru_cache(16)
def _engine(url: str) -> AsyncEngine:
    """Return an engine that keeps no connections. It is made once: tests that wait for something look every moment, and
    the first connection of an engine asks the server for much."""
    dialect = "sqlite+aiosqlite" if url.startswith("sqlite") else "postgresql+psycopg"
    return create_async_engine(url.replace(url.partition(":")[0], dialect, 1), poolclass=NullPool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Rows by table; `open` counts inbounds that are neither done nor given up."""

    inbounds: int
    turns: int
    open: int
    dead: int
    outbounds: int


async def read_ledger(url: str) -> Ledger:
    async with reading(url) as connection:
        return Ledger(**(await connection.execute(LEDGER)).mappings().one())


async def rows(url: str, query: str, **values: Any) -> list[Any]:
    async with reading(url) as connection:
        return list((await connection.execute(text(query), values)).all())


async def state_hash(url: str) -> str:
    """Return a hash over every row of every table of ours, but the one in which processes say that they live."""
    digest = hashlib.sha256()
    async with reading(url) as connection:
        for table in (table for table in metadata.sorted_tables if table is not processes):
            digest.update(table.name.encode())
            for row in sorted(
                repr(tuple(row)) for row in (await connection.execute(text(f"SELECT * FROM {table.name}"))).all()
            ):
                digest.update(row.encode())
    return digest.hexdigest()
