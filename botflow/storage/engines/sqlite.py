"""SQLite: one process, one writer at a time behind a queue, a few connections that only read (sqlite_threads.py).

A commit waits for the disk (WAL, synchronous=FULL). A lock file beside the database keeps a second process out.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import Connection, make_url

from botflow.errors import UsageError
from botflow.private_files import make_private, open_private
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.sqlite_threads import SqliteThreads
from botflow.storage.outage_log import OutageLog

# For a disk that does not answer. A transaction has no such bound: it may still be committed, and an error be wrong.
ANSWER_S = 10.0

Given = ParamSpec("Given")
Result = TypeVar("Result")


class ProcessLock:
    """Held while the database is open. The kernel releases it when the process ends, also after a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """UsageError `database.in_use` when another process, or another application of this one, has the database."""
        # Beside the file itself: a symbolic link is another name of the same database.
        file = open_private(Path(f"{self._path.resolve()}.lock"), os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise UsageError(
                f"the SQLite database {self._path} is open already, in another process or application",
                code="database.in_use",
                hint="stop it there, or set BOTFLOW_DATABASE_URL to Postgres, which many processes can share",
            ) from None
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


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


def sqlite_path(url: str) -> Path:
    """Return the database's file; UsageError `database.url` for one in memory, which would end with the process."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise UsageError(
            "botflow's SQLite database needs a file", code="database.url", hint="for example sqlite:///botflow.db"
        )
    return Path(database).absolute()
