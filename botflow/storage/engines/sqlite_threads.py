"""SQLite's threads: one writer and a few readers, each with its own connection.

A transaction is one synchronous function that runs in such a thread, so that it costs one thread switch each way.
SQLAlchemy Core and the text of the hot statements use the same connection: there is one queue of writes.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from botflow.storage.engines.column_types import utc_text
from botflow.storage.engines.dialects import SQLITE_NOW

Result = TypeVar("Result")
Work = Callable[[Connection], Result]
HotWork = Callable[[sqlite3.Connection], Result]
Row = tuple[Any, ...]

READERS = 4
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


@dataclass(slots=True)
class _Opened:
    """A thread's driver connection, the SQLAlchemy connection that uses it, and the time when its transaction began."""

    driver: sqlite3.Connection
    core: Connection
    began: datetime = datetime.min

    def now(self, offset_s: float) -> str:
        return utc_text(self.began + timedelta(seconds=offset_s))


class SqliteThreads:
    """Runs transactions one after the other, in the order of the calls, and reads in parallel.

    A transaction that has begun runs to its end even if its caller is cancelled; one that still waits is dropped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = ThreadPoolExecutor(1, "sqlite-writer")
        self._reading = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._of_thread = threading.local()
        self._opened: list[_Opened] = []
        self._is_closed = False
        self._core = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=NullPool,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )

    async def close(self) -> None:
        """Finish the pending calls, then close all connections."""
        self._is_closed = True
        await asyncio.to_thread(self._close)

    def forget_values(self) -> None:
        """Drop the compiled statements: each keeps the values with which it was first compiled."""
        self._core.clear_compiled_cache()

    def read(self, work: Work[Result]) -> asyncio.Future[Result]:
        """Run `work`, which only reads; each of its statements is a transaction of its own."""
        return self._run(self._reading, lambda: _read(self._connection(read_only=True), work))

    def write(self, work: Work[Result]) -> asyncio.Future[Result]:
        """Run `work` in a transaction; any exception rolls it back."""
        return self._run(self._writing, lambda: _write(self._connection(read_only=False), work))

    def hot_read(self, work: HotWork[Result]) -> asyncio.Future[Result]:
        """Run `work`, which only reads, on the driver's connection."""
        return self._run(self._reading, lambda: work(self._connection(read_only=True).driver))

    def hot_write(self, work: HotWork[Result]) -> asyncio.Future[Result]:
        """Run `work` in a transaction on the driver's connection; any exception rolls it back."""
        return self._run(self._writing, lambda: _hot_write(self._connection(read_only=False).driver, work))

    def _run(self, threads: ThreadPoolExecutor, call: Callable[[], Result]) -> asyncio.Future[Result]:
        if self._is_closed:
            raise sqlite3.OperationalError("it has been closed")
        return asyncio.get_running_loop().run_in_executor(threads, call)

    def _connection(self, *, read_only: bool) -> _Opened:
        """Return the calling thread's connection, made on the first call."""
        opened: _Opened | None = getattr(self._of_thread, "opened", None)
        if opened is None:
            core = self._core.connect()
            driver = core.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            opened = _Opened(driver, core)
            driver.create_function(SQLITE_NOW, 1, opened.now, deterministic=True)  # within one statement, that is
            self._opened.append(opened)
            for pragma in (*PRAGMAS, *(("query_only=ON",) if read_only else ())):
                driver.execute(f"PRAGMA {pragma}")
            self._of_thread.opened = opened
        return opened

    def _connect(self) -> sqlite3.Connection:
        # Without an isolation level Python begins no transactions by itself; another thread closes the connection.
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)

    def _close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        for opened in self._opened:
            opened.core.close()
        self._opened.clear()


def rows_of(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Execute a statement and return all its rows: an unfinished read would block a commit."""
    return connection.execute(statement, values).fetchall()


def _read(opened: _Opened, work: Work[Result]) -> Result:
    with opened.core.begin():  # for SQLAlchemy, which needs one; SQLite itself begins none
        opened.began = datetime.now(UTC)
        return work(opened.core)


def _write(opened: _Opened, work: Work[Result]) -> Result:
    with opened.core.begin():
        opened.driver.execute("BEGIN IMMEDIATE")
        opened.began = datetime.now(UTC)
        return work(opened.core)


def _hot_write(driver: sqlite3.Connection, work: HotWork[Result]) -> Result:
    driver.execute("BEGIN IMMEDIATE")
    try:
        result = work(driver)
        driver.execute("COMMIT")
    except BaseException:
        driver.rollback()
        raise
    return result
