"""Postgres for the hot statements: driver connections in autocommit, everything prepared, nothing reset.

Each connection is borrowed from the driver's pool and kept with its cursor, since lending one out for every statement
costs as much as the statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from botflow.storage.failures import provider_errors
from botflow.storage.postgres_options import SERVER_LIMITS, connection_options

CONNECTIONS = 12
GET_S = 5.0
# Longer than the server lets a statement run. It is for a server, or a proxy before it, that keeps the connection alive
# and never answers: two commits that hang for ever would be the end of the fast path.
ANSWER_S = 15.0
# Hot statements are point look-ups. A plan made while the tables were young must not become a scan of grown ones.
POINT_LOOKUPS = (
    " -c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off"
    " -c enable_mergejoin=off -c enable_bitmapscan=off"
)


class ConnectionLost(psycopg.OperationalError):
    """The statement's connection broke; whether it was executed is not known."""


class HotStatements:
    """Runs single statements, each its own transaction, on up to CONNECTIONS connections."""

    def __init__(self, url: str) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[TupleRow]] = AsyncConnectionPool(
            url,
            min_size=2,
            max_size=CONNECTIONS,
            timeout=GET_S,
            open=False,
            configure=_configure,
            kwargs={**connection_options(), "autocommit": True, "options": SERVER_LIMITS + POINT_LOOKUPS},
        )
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[AsyncCursor[TupleRow]] = []  # the last used first: its caches are warm

    async def open(self) -> None:
        with provider_errors():
            await self._pool.open(wait=True, timeout=10.0)

    async def close(self) -> None:
        await self._give_back()
        await self._pool.close()

    async def run(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        """Run a prepared statement and return its rows.

        Without an answer in time it fails like an outage. When its connection turns out to be lost it runs once more
        on another: every hot statement is fenced or keyed, so that a second run of one that was committed after all
        changes nothing.
        """
        with provider_errors():
            try:
                async with asyncio.timeout(ANSWER_S):
                    return await self._run(statement, values)
            except ConnectionLost:
                await self._give_back()  # the others may be as dead, after a restart of the server
                await self._pool.check()
                async with asyncio.timeout(ANSWER_S):
                    return await self._run(statement, values)

    async def _run(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        async with self._free:
            cursor = self._idle.pop() if self._idle else (await self._pool.getconn()).cursor()
            try:
                await cursor.execute(statement, values, prepare=True)
                rows = await cursor.fetchall()
            except BaseException as failure:
                await self._pool.putconn(cursor.connection)  # which looks what state the connection is in
                if isinstance(failure, psycopg.OperationalError) and cursor.connection.broken:
                    raise ConnectionLost(*failure.args) from failure
                raise
            self._idle.append(cursor)
            return rows

    async def _give_back(self) -> None:
        while self._idle:
            await self._pool.putconn(self._idle.pop().connection)


async def _configure(connection: AsyncConnection[TupleRow]) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)
