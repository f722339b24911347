"""Postgres for the hot statements: driver connections in autocommit, everything prepared, nothing reset.

Each connection is taken from the driver's pool once and kept with its cursor, since taking one for every statement
costs as much as the statement.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import SERVER_LIMITS, connection_parameters
from botflow.storage.engines.postgres_connection import HotConnection, Refusal
from botflow.storage.outage_log import OutageLog

GET_S = 5.0
# About the server's own statement timeout. It is for a server, or a proxy before it, that keeps the connection alive
# and never answers: two commits that never end would block the fast path for ever.
ANSWER_S = 10.0
# After one statement without an answer the next ones wait only for this long, until one is answered: a request makes
# several statements, and should learn of the outage within its own deadline.
SILENT_S = 2.0
_PARAMETER = re.compile(r"%%|%(?:\((?P<name>\w+)\))?s")
RECONNECT_S = 5.0  # the pool retries with growing pauses for this long, then again when a connection is requested
# Hot statements are point look-ups. A plan that was made for small tables must not become a scan of large ones.
POINT_LOOKUPS = (
    " -c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off"
    " -c enable_mergejoin=off -c enable_bitmapscan=off"
)


class ConnectionLost(psycopg.OperationalError):
    """The statement's connection broke; whether it was executed is not known."""


class NoAnswer(psycopg.OperationalError):
    """The statement got no answer in time; whether it was executed is not known."""


class HotStatements:
    """Runs single statements, each its own transaction, on up to `connections` connections, named `name`."""

    def __init__(self, url: str, *, connections: int, name: str, outages: OutageLog) -> None:
        self._outages = outages
        self._refusal = Refusal()
        self._pool: AsyncConnectionPool[HotConnection] = AsyncConnectionPool(
            connection_class=HotConnection,
            min_size=2,
            max_size=connections,
            timeout=GET_S,
            reconnect_timeout=RECONNECT_S,
            open=False,
            configure=_configure,
            kwargs={
                **connection_parameters(url, SERVER_LIMITS + POINT_LOOKUPS, name=name),
                "autocommit": True,
                "refusal": self._refusal,
            },
        )
        self._free = asyncio.Semaphore(connections)
        self._is_silent = False
        self._idle: list[
            tuple[HotConnection, AsyncRawCursor[TupleRow]]
        ] = []  # the last used first: its caches are warm

    async def open(self) -> None:
        with provider_errors():
            await self._pool.open(wait=True, timeout=10.0)

    async def close(self) -> None:
        await self._give_back()
        await self._pool.close()

    async def run(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        """Run a prepared statement and return its rows. Its parameters are written `%s`, or `%(name)s` for a mapping.

        Without an answer in time it fails like an outage. When the connection is lost it runs once more on another one:
        every hot statement is fenced or keyed, so that a second run of a committed one changes nothing.
        """
        with provider_errors(self._outages):
            try:
                return await self._run(statement, values)
            except ConnectionLost:
                async with asyncio.timeout(ANSWER_S):
                    await self._give_back()  # the others may be lost too, after a restart of the server
                    await self._pool.check()
                return await self._run(statement, values)

    async def _run(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        async with self._free:
            connection, cursor = self._idle.pop() if self._idle else await self._borrow()
            patience = Patience(connection, SILENT_S if self._is_silent else ANSWER_S)
            try:
                text, names = numbered(statement)
                given = [values[name] for name in names] if isinstance(values, Mapping) else values
                await cursor.execute(text, given, prepare=True)
                rows = await cursor.fetchall()
            except BaseException as failure:
                if isinstance(failure, psycopg.errors.ReadOnlySqlTransaction):
                    await self._leave_read_only(connection)
                await self._return(connection)  # to the pool, which checks the connection's state
                if patience.is_over:
                    self._is_silent = True
                    raise NoAnswer("no answer in time") from failure
                if isinstance(failure, psycopg.OperationalError) and connection.broken:
                    raise ConnectionLost(*failure.args) from failure
                raise
            finally:
                patience.end()
            self._is_silent = False
            self._idle.append((connection, cursor))
            return rows

    async def _borrow(self) -> tuple[HotConnection, AsyncRawCursor[TupleRow]]:
        try:
            connection = await self._pool.getconn()
        except PoolTimeout as failure:
            raise self._refusal.last or failure from failure
        connection.watch()
        return connection, AsyncRawCursor(connection)

    async def _return(self, connection: HotConnection) -> None:
        connection.unwatch()
        await self._pool.putconn(connection)

    async def _leave_read_only(self, connection: HotConnection) -> None:
        """Close it, and all that are idle: a session that began read-only stays so, also when the server takes writes
        again, or is no longer the primary."""
        for each in (connection, *(idle for idle, _ in self._idle)):
            each.unwatch()
            await each.close()
        await self._give_back()

    async def _give_back(self) -> None:
        while self._idle:
            await self._return(self._idle.pop()[0])


@lru_cache(maxsize=256)
def numbered(statement: LiteralString) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with the server's own parameters ($1, $2), and the names that a mapping has them under.

    The driver would translate it with every execution: it keeps no translations of long statements.
    """
    names: dict[str, int] = {}

    def number(parameter: re.Match[str]) -> str:
        if parameter[0] == "%%":
            return "%"
        name = parameter["name"] or str(len(names))
        return f"${names.setdefault(name, len(names) + 1)}"

    return _PARAMETER.sub(number, statement).encode(), tuple(names)


class Patience:
    """Cuts a connection that does not answer in time.

    Cancelling the statement instead would ask the same server, and wait up to ten more seconds for its answer.
    """

    def __init__(self, connection: AsyncConnection[TupleRow], seconds: float) -> None:
        self.is_over = False
        self._connection = connection
        self._timer = asyncio.get_running_loop().call_later(seconds, self._cut)

    def end(self) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_over = True
        with suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)  # a reader of the socket then sees its end


async def _configure(connection: AsyncConnection[TupleRow]) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)
