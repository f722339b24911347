"""SQLite: one process, one writer at a time behind a queue, a few connections that only read (sqlite_threads.py).

A commit waits for the disk (WAL, synchronous=FULL). A lock file beside the database keeps a second process out.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import Connection

from botflow.private_files import make_private
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.sqlite_file import ProcessLock, sqlite_path
from botflow.storage.engines.sqlite_threads import SqliteThreads
from botflow.storage.outage_log import OutageLog

# For a disk that does not answer. A transaction has no such bound: it may still be committed, and an error be wrong.
ANSWER_S = 10.0

Given = ParamSpec("Given")
Result = TypeVar("Result")


class SqliteEngine:
    """Connections to one SQLite file; `open` before use."""

    def __init__(self, url: str) -> None:
        self._path = sqlite_path(url)
        self._lock = ProcessLock(self._path)
        self._threads = SqliteThreads(self._path)
        self.outages = OutageLog("database")

    def open(self) -> None:
        """Take the database for this process; UsageError `database.in_use`."""
        self._lock.take()
        make_private(self._path)  # SQLite gives its log files the permissions of the database

    async def close(self) -> None:
        await self._threads.close()
        self._lock.release()

    def within(self, organization: int) -> SqliteEngine:
        """Return this engine: SQLite has no row-level security, and one process alone opens the file."""
        return self

    def forget_values(self) -> None:
        """Drop the compiled statements: each keeps the values with which it was first compiled."""
        self._threads.forget_values()

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`, which only reads; each of its statements is a transaction of its own."""
        with provider_errors(self.outages):
            async with asyncio.timeout(ANSWER_S):
                return await self._threads.read(lambda connection: work(connection, *args, **kwargs))

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Wait for the writer thread, and run `work` in one transaction; any exception rolls it back."""
        with provider_errors(self.outages):
            return await self._threads.write(lambda connection: work(connection, *args, **kwargs))

    async def hot_read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Like `read`, on the driver's own connection."""
        with provider_errors(self.outages):
            async with asyncio.timeout(ANSWER_S):
                return await self._threads.hot_read(work)

    async def hot_write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Like `write`, on the driver's own connection."""
        with provider_errors(self.outages):
            return await self._threads.hot_write(work)

    async def identity(self) -> str:
        """Return a text that is unique among the database files that share a Redis."""
        file = await asyncio.to_thread(os.stat, self._path)
        return hashlib.sha256(f"{self._path} {file.st_dev} {file.st_ino}".encode()).hexdigest()[:12]
