"""What the database says happened, counted by plain SQL on either database."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from botflow.storage.tables import metadata, processes


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[AsyncConnection]:
    """Read the database from outside; SQLite's stays open elsewhere meanwhile."""
    dialect = "sqlite+aiosqlite" if url.startswith("sqlite") else "postgresql+psycopg"
    engine = create_async_engine(url.replace(url.partition(":")[0], dialect, 1))
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


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

        async def count(query: str) -> int:
            return int((await connection.execute(text(query))).scalar_one())

        return Ledger(
            inbounds=await count("SELECT count(*) FROM inbounds"),
            turns=await count("SELECT count(*) FROM turns"),
            open=await count("SELECT count(*) FROM inbounds WHERE state = 'new'"),
            dead=await count("SELECT count(*) FROM inbounds WHERE state = 'dead'"),
            outbounds=await count("SELECT count(*) FROM outbounds"),
        )


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
