"""Which database a node may use, and one transaction there: its connection, its time, its errors.

A connection is opened for each node's work, and closed after it: none is held while flows wait for people.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from botflow.engine.node_type import ActionContext, NodeFailure
from botflow_records import ledger
from botflow_records.access import Access, Caller, access_of
from botflow_records.failures import failure_of, is_stale
from botflow_records.steps import Work
from botflow_records.tables import Tables

Result = TypeVar("Result")
LONGEST_S = 25.0  # of one transaction
CONNECT_S = 5
MOST_AT_ONCE = 8
MOST_KNOWN = 64


class Database:
    """One database, with what is known of its tables."""

    def __init__(self, access: Access) -> None:
        self.tables = Tables(access.allowed, time.monotonic)
        self._engine = _engine(access)
        self._has_ledger = False

    def read(self, work: Callable[[Work], Result]) -> Result:
        """Run `work` in a transaction that changes nothing."""
        with self._transaction() as (connection, before_each):
            return work(Work(connection, self.tables, before_each))

    def change(self, key: str, work: Callable[[Work], dict[str, Any]]) -> dict[str, Any]:
        """Run `work` in a transaction, once for each key: see `ledger`."""
        if not self._has_ledger:
            with self._transaction() as (connection, _):
                ledger.prepare(connection)
            self._has_ledger = True
        with self._transaction() as (connection, before_each):
            return ledger.once(connection, key, lambda: work(Work(connection, self.tables, before_each)))

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Connection, Callable[[], None]]]:
        end_s = time.monotonic() + LONGEST_S
        try:
            with self._engine.begin() as connection:
                before_each = _time_limit(connection, end_s)
                before_each()
                yield connection, before_each
        except SQLAlchemyError as error:
            if is_stale(error):
                self.tables.forget()
            raise failure_of(error) from None


class Databases:
    """Opens databases as they are needed, and runs work there in threads of its own."""

    def __init__(self) -> None:
        self._known: OrderedDict[Access, Database] = OrderedDict()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="records")

    async def read(self, context: Caller, work: Callable[[Work], Result]) -> Result:
        database = self._database(await access_of(context))
        return await self._run(lambda: database.read(work))

    async def change(self, context: ActionContext, work: Callable[[Work], dict[str, Any]]) -> dict[str, Any]:
        database = self._database(await access_of(context))
        return await self._run(lambda: database.change(context.key, work))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _database(self, access: Access) -> Database:
        with self._lock:
            database = self._known.get(access)
            if database is None:
                database = self._known[access] = Database(access)
                if len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
            self._known.move_to_end(access)
            return database


@cache
def databases() -> Databases:
    """Return those of this process: its record nodes share them."""
    return Databases()


def _engine(access: Access) -> Engine:
    if access.url.get_backend_name() == "sqlite":
        return _sqlite(access.url)
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_S, "application_name": "botflow records"}
    if access.addresses:
        arguments |= {
            "hostaddr": ",".join(access.addresses),
            "host": ",".join([str(access.url.host)] * len(access.addresses)),
        }
    return create_engine(access.url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)


def _sqlite(url: URL) -> Engine:
    """Return an engine whose transactions begin as those that write: another one is waited for, not failed upon."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": CONNECT_S}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _time_limit(connection: Connection, end_s: float) -> Callable[[], None]:
    """Return what is called before each statement: it leaves it the time that the whole transaction has left."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > end_s, 10_000)
        return lambda: None

    def limit() -> None:
        left_ms = int((end_s - time.monotonic()) * 1_000)
        if left_ms <= 0:
            raise NodeFailure("the database took too long", code="record.timeout")
        connection.execute(text(f"SET LOCAL statement_timeout = {left_ms}"))

    return limit
