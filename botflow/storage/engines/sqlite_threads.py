"""SQLite for the hot statements: the standard library's own connections, and one hop to their thread per transaction.

A statement through SQLAlchemy crosses to its driver's thread and back six times, which costs more than the statement.
Here a whole transaction, and the turns of a whole batch, is one plain function that runs beside its connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
Row = tuple[Any, ...]

READERS = 4
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


class HotConnections:
    """One connection that writes, on a thread of its own, and a few that only read; made when they are first used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = ThreadPoolExecutor(1, "sqlite-writer")
        self._reading = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._of_thread = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._is_closed = False

    async def close(self) -> None:
        """Let what runs finish, then close all connections."""
        self._is_closed = True
        for threads in (self._writing, self._reading):
            await asyncio.to_thread(threads.shutdown)
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def read(self, work: Work[Result]) -> asyncio.Future[Result]:
        """Run `work`, which only reads."""
        return self._run(self._reading, lambda: work(self._connection(read_only=True)))

    def write(self, work: Work[Result]) -> asyncio.Future[Result]:
        """Run `work` in a transaction; what it raises takes everything back."""
        return self._run(self._writing, lambda: _in_transaction(self._connection(read_only=False), work))

    def _run(self, threads: ThreadPoolExecutor, call: Callable[[], Result]) -> asyncio.Future[Result]:
        if self._is_closed:
            raise sqlite3.OperationalError("it has been closed")
        return asyncio.get_running_loop().run_in_executor(threads, call)

    def _connection(self, *, read_only: bool) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            # Without an isolation level Python begins no transactions of its own; the last thread closes all.
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._opened.append(connection)
            for pragma in (*PRAGMAS, *(("query_only=ON",) if read_only else ())):
                connection.execute(f"PRAGMA {pragma}")
            self._of_thread.connection = connection
        return connection


def rows_of(connection: sqlite3.Connection, statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Execute a statement and return all its rows: one that is not read to its end would stand in a commit's way."""
    return connection.execute(statement, values).fetchall()


def _in_transaction(connection: sqlite3.Connection, work: Work[Result]) -> Result:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return result
