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
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import DIALECT, connection_parameters, driver_url
from botflow.storage.engines.postgres_prepared import ANSWER_S, HotStatements
from botflow.storage.engines.row_security import RowSecurity, read_row_security
from botflow.storage.engines.shared import WHERE_AM_I, check_shared
from botflow.storage.outage_log import CALM_S, OutageLog

CHANNEL = "botflow"
CONNECTIONS = 16  # of one process
RELISTEN_S = 0.5
LISTENER_HINT = "signals between processes come late, by a poll, until it listens again"
READ_COMMITTED = {"isolation_level": "READ COMMITTED"}  # an application's engine may have another default

Given = ParamSpec("Given")
Result = TypeVar("Result")


class PostgresEngine:
    """Up to `connections` connections to one Postgres database, named `name`; `open` before use."""

    def __init__(
        self, url: str, shared: AsyncEngine | None = None, *, connections: int = CONNECTIONS, name: str = "botflow"
    ) -> None:
        """`shared` is the application's own engine, on the same database: see `engines.shared`. Its connections are not
        counted here."""
        self._url = driver_url(url)
        self._parameters = connection_parameters(url, name=name)
        pooled = max(2, connections * 2 // 5)  # for SQLAlchemy; one more listens
        self.outages = OutageLog("database")
        self._hot = HotStatements(url, connections=connections - pooled - 1, name=name, outages=self.outages)
        self._is_shared = shared is not None
        self._engine = (
            _own_engine(self._parameters, pooled) if shared is None else shared.execution_options(**READ_COMMITTED)
        )
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.row_security = RowSecurity(lacks="the database is not open")

    async def open(self) -> None:
        await self._hot.open()
        if self._is_shared:
            [expected] = await self.hot(WHERE_AM_I, ())
            await self.read(check_shared, tuple(expected))
        self.row_security = await self.read(read_row_security)
        if not self.row_security.is_on:
            facts = {"cause": self.row_security.lacks, "hint": self.row_security.hint}
            structlog.get_logger("botflow.storage").warning("row_level_security_is_off", **facts)

    async def close(self) -> None:
        await self._hot.close()
        if not self._is_shared:
            await self._engine.dispose()

    def forget_values(self) -> None:
        """Drop the compiled statements: each keeps the values with which it was first compiled."""
        self._engine.clear_compiled_cache()

    async def hot(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        """Run one prepared statement that is its own transaction, and return its rows."""
        return await self._hot.run(statement, values)

    def within(self, organization: int) -> PostgresEngine | OrganizationEngine:
        """Return the database as one organization sees it; this engine where row-level security is off."""
        if not self.row_security.is_on:
            return self
        return OrganizationEngine(self._autocommit, self.row_security.begin(organization), self.outages)

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`, which only reads; each of its statements is a transaction of its own."""
        with provider_errors(self.outages):
            async with asyncio.timeout(ANSWER_S), self._autocommit.connect() as connection:
                return await connection.run_sync(work, *args, **kwargs)

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work` in one transaction; any exception rolls it back."""
        with provider_errors(self.outages):
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
        outages = OutageLog("listener")
        while True:
            try:
                async with await DriverConnection.connect(autocommit=True, **self._parameters) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    while True:
                        async for notification in connection.notifies(timeout=CALM_S):
                            receive(notification.payload)
                        outages.succeeded()
            except (psycopg.Error, OSError) as failure:
                outages.failed((str(failure).splitlines() or [""])[0] or type(failure).__name__, hint=LISTENER_HINT)
            await asyncio.sleep(RELISTEN_S)


class OrganizationEngine:
    """One organization's rows in the database; `begin` is how its transactions begin."""

    def __init__(self, autocommit: AsyncEngine, begin: str, outages: OutageLog) -> None:
        self._autocommit = autocommit
        self._begin = begin
        self._outages = outages

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`, which only reads. Each of its statements sees what is committed by then."""
        return await self.write(work, *args, **kwargs)

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work` in one transaction; any exception rolls it back."""
        with provider_errors(self._outages):
            # The driver does not begin a transaction by itself, which would be one more message to the server; it ends
            # this one like any other.
            async with asyncio.timeout(ANSWER_S), self._autocommit.begin() as connection:
                await connection.exec_driver_sql(self._begin)
                return await connection.run_sync(work, *args, **kwargs)


def _own_engine(parameters: Mapping[str, Any], connections: int) -> AsyncEngine:
    kept = (connections + 1) // 2
    engine = create_async_engine(
        DIALECT,
        use_native_hstore=False,  # else the first connection asks the server for that type
        pool_size=kept,
        max_overflow=connections - kept,
        pool_timeout=5.0,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args=dict(parameters),
    )
    event.listen(engine.sync_engine, "handle_error", _leave_read_only)
    return engine


def _leave_read_only(context: ExceptionContext) -> None:
    """Give up all connections when one takes no writes: they would not, also when the server does again."""
    if isinstance(context.original_exception, psycopg.errors.ReadOnlySqlTransaction):
        context.is_disconnect = True
