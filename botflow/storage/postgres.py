"""Postgres: a pool of driver connections for the hot statements, SQLAlchemy's engine for the others, NOTIFY and LISTEN.

The hot pool is in autocommit, prepares every statement and never resets a connection: nothing leaves a trace on one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection as DriverConnection
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import ColumnElement, func, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from botflow.storage.failures import provider_errors
from botflow.storage.jobs import ADVANCE, TURNS, turn_lock

CHANNEL = "botflow"
HOT_CONNECTIONS = 12
RELISTEN_S = 0.5
# A peer that stops or is cut off must not hold up others, and we must notice when the server is gone.
TIMEOUTS = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
SERVER_LIMITS = (
    "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=5s -c tcp_user_timeout=10s"
)
# Hot statements are point look-ups. A plan made while the tables were young must not become a scan of grown ones.
POINT_LOOKUPS = (
    " -c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off"
    " -c enable_mergejoin=off -c enable_bitmapscan=off"
)
DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(ROW(:queue, :task, 0, lock, NULL,"
    " jsonb_build_object('session', session), NULL)::procrastinate_job_to_defer_v1))"
    " FROM unnest(CAST(:sessions AS bigint[]), CAST(:locks AS text[])) AS job (session, lock)"
)

_log = structlog.get_logger(__name__)


class _ConnectionLost(psycopg.OperationalError):
    """The statement's connection broke; whether it was executed is not known."""


class PostgresEngine:
    """Connections to one Postgres database; `open` before use."""

    def __init__(self, url: str) -> None:
        self._url = driver_url(url)
        self._pool: AsyncConnectionPool[DriverConnection[TupleRow]] = AsyncConnectionPool(
            self._url,
            min_size=2,
            max_size=HOT_CONNECTIONS,
            timeout=5.0,
            open=False,
            configure=_configure,
            kwargs={
                **connection_options(),
                "autocommit": True,
                "prepare_threshold": 0,
                "options": SERVER_LIMITS + POINT_LOOKUPS,
            },
        )
        self._engine = create_async_engine(
            self._url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=4,
            max_overflow=4,
            pool_timeout=5.0,
            pool_pre_ping=True,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={**connection_options(), "options": SERVER_LIMITS},
        )
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def open(self) -> None:
        with provider_errors():
            await self._pool.open(wait=True, timeout=10.0)

    async def close(self) -> None:
        await self._pool.close()
        await self._engine.dispose()

    async def hot(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        """Run one prepared statement that is its own transaction, and return its rows.

        When its connection turns out to be lost it runs once more on another: every hot statement is fenced or keyed,
        so that a second run of one that was committed after all changes nothing.
        """
        with provider_errors():
            try:
                return await self._run(statement, values)
            except _ConnectionLost:
                await self._pool.check()  # the others may be as dead, after a restart of the server
                return await self._run(statement, values)

    async def _run(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        async with self._pool.connection() as connection:
            try:
                cursor = await connection.execute(statement, values, prepare=True)
                return await cursor.fetchall()
            except psycopg.OperationalError as failure:
                if connection.broken:
                    raise _ConnectionLost(*failure.args) from failure
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with provider_errors():
            async with self._autocommit.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        with provider_errors():
            async with self._engine.begin() as connection:
                yield connection

    def now(self, offset_s: float = 0.0) -> ColumnElement[datetime]:
        return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, offset_s) if offset_s else func.now()

    async def defer_advances(self, connection: AsyncConnection, sessions: list[int], *, again: bool) -> None:
        if sessions:
            locks = [turn_lock(session, again=again) for session in sessions]
            values = {"queue": TURNS, "task": ADVANCE, "sessions": sessions, "locks": locks}
            await connection.execute(DEFER, values)

    async def identity(self) -> str:
        """Return what tells this database from every other one that shares a Redis with it."""
        [[database]] = await self.hot("SELECT oid::text FROM pg_database WHERE datname = current_database()", ())
        return hashlib.sha256(f"{make_url(self._url).set(password=None)} {database}".encode()).hexdigest()[:12]

    async def publish(self, payload: str) -> None:
        """Tell every listening process; a payload has less than 8,000 bytes."""
        await self.hot("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    async def subscribe(self, receive: Callable[[str], None]) -> None:
        """Call `receive` for every payload until cancelled; after a lost connection, listen again on a new one."""
        while True:
            try:
                options: dict[str, Any] = {**connection_options(), "autocommit": True}
                async with await DriverConnection.connect(self._url, **options) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notification in connection.notifies():
                        receive(notification.payload)
            except (psycopg.Error, OSError) as failure:
                _log.warning("listener_lost", reason=type(failure).__name__)
            await asyncio.sleep(RELISTEN_S)


def driver_url(url: str) -> str:
    """Return a URL as libpq takes it, whichever SQLAlchemy driver it names."""
    scheme, _, rest = url.partition("://")
    return f"postgresql://{rest}" if scheme.startswith("postgres") else url


def connection_options() -> dict[str, Any]:
    """Return the keepalives and timeouts that every connection gets."""
    return {**TIMEOUTS, "tcp_user_timeout": 10_000}


async def _configure(connection: DriverConnection[TupleRow]) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)
