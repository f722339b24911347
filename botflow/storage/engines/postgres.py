"""Postgres: hot statements on the driver's own connections, the others through SQLAlchemy, NOTIFY and LISTEN."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection as DriverConnection
from psycopg.rows import TupleRow
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import SERVER_LIMITS, connection_options, driver_url
from botflow.storage.engines.postgres_prepared import ANSWER_S, HotStatements
from botflow.storage.engines.shared import WHERE_AM_I, check_shared

CHANNEL = "botflow"
RELISTEN_S = 0.5
READ_COMMITTED = {"isolation_level": "READ COMMITTED"}  # an application's engine may have another default

Given = ParamSpec("Given")
Result = TypeVar("Result")

_log = structlog.get_logger(__name__)


class PostgresEngine:
    """Connections to one Postgres database; `open` before use."""

    def __init__(self, url: str, shared: AsyncEngine | None = None) -> None:
        """`shared` is the application's own engine, on the same database: see `engines.shared`."""
        self._url = driver_url(url)
        self._hot = HotStatements(self._url)
        self._is_shared = shared is not None
        self._engine = _own_engine(self._url) if shared is None else shared.execution_options(**READ_COMMITTED)
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def open(self) -> None:
        await self._hot.open()
        if self._is_shared:
            [expected] = await self.hot(WHERE_AM_I, ())
            await self.read(check_shared, tuple(expected))

    async def close(self) -> None:
        await self._hot.close()
        if not self._is_shared:
            await self._engine.dispose()

    async def hot(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        """Run one prepared statement that is its own transaction, and return its rows."""
        return await self._hot.run(statement, values)

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`, which only reads; each of its statements is a transaction of its own."""
        with provider_errors():
            async with asyncio.timeout(ANSWER_S), self._autocommit.connect() as connection:
                return await connection.run_sync(work, *args, **kwargs)

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work` in one transaction; any exception rolls it back."""
        with provider_errors():
            async with asyncio.timeout(ANSWER_S), self._engine.begin() as connection:
                return await connection.run_sync(work, *args, **kwargs)

    async def identity(self) -> str:
        """Return a text that is unique among the databases that share a Redis.

        An address is not enough: two servers in two networks may have the same one, and the same database number.
        """
        [[database]] = await self.hot(
            "SELECT system_identifier || '.' || oid FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()",
            (),
        )
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


def _own_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=3,
        max_overflow=3,
        pool_timeout=5.0,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={**connection_options(), "options": SERVER_LIMITS},
    )
