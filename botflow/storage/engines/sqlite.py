"""SQLite: one process, one writer at a time behind a queue, a few connections that only read.

Hot statements have connections of their own (sqlite_threads.py), the others go through SQLAlchemy. A commit waits for
the disk (WAL, synchronous=FULL). A lock file beside the database keeps a second process out.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import ColumnElement, event, literal
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from botflow.errors import UsageError
from botflow.storage.engines.column_types import UtcTime
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.sqlite_threads import PRAGMAS, READERS, HotConnections, Result, Work
from botflow.storage.jobs_sqlite import JobBell, advance_job
from botflow.storage.jobs_sqlite_queries import INSERT_ADVANCE


class ProcessLock:
    """Held while the database is open. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """UsageError `database.in_use` when another process has the database."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise UsageError(
                f"another process has the SQLite database {self._path} open",
                code="database.in_use",
                hint="stop that process, or set BOTFLOW_DATABASE_URL to Postgres, which many processes can share",
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
        self._writer = _engine(url, 1, "BEGIN IMMEDIATE")
        self._readers = _engine(url, READERS, None)
        self._hot = HotConnections(self._path)
        self._queue = asyncio.Lock()  # first come, first served
        self._has_deferred = False
        self.bell = JobBell()

    def open(self) -> None:
        """Take the database for this process; UsageError `database.in_use`."""
        self._lock.take()

    async def close(self) -> None:
        await self._hot.close()
        await self._readers.dispose()
        await self._writer.dispose()
        self._lock.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with provider_errors():
            async with self._readers.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        with provider_errors():
            async with self._queue:
                self._has_deferred = False
                async with self._writer.begin() as connection:
                    yield connection
                if self._has_deferred:
                    self.bell.ring()

    async def look(self, work: Work[Result]) -> Result:
        """Run `work`, which only reads, beside one of the hot connections."""
        with provider_errors():
            return await self._hot.read(work)

    async def change(self, work: Work[Result], *, rings: bool = False) -> Result:
        """Wait for the turn to write, run `work` as one transaction, and with `rings` tell the workers of its jobs.

        A caller that is cancelled does not stop it: whoever is next waits until it is over.
        """
        with provider_errors():
            await self._queue.acquire()
            try:
                changing = self._hot.write(work)
            except BaseException:
                self._queue.release()
                raise
            changing.add_done_callback(self._ring_after if rings else self._release)
            return await asyncio.shield(changing)

    def _ring_after(self, changed: asyncio.Future[Any]) -> None:
        self._release(changed)
        if not changed.cancelled() and changed.exception() is None:
            self.bell.ring()

    def _release(self, changed: asyncio.Future[Any]) -> None:
        self._queue.release()

    async def identity(self) -> str:
        """Return what tells this file from every other one that shares a Redis with it."""
        file = await asyncio.to_thread(os.stat, self._path)
        return hashlib.sha256(f"{self._path} {file.st_dev} {file.st_ino}".encode()).hexdigest()[:12]

    def now(self, offset_s: float = 0.0) -> ColumnElement[datetime]:
        """Return this machine's time, which is the database's: they are one process."""
        return literal(datetime.now(UTC) + timedelta(seconds=offset_s), UtcTime)

    async def defer_advances(
        self, connection: AsyncConnection, sessions: list[int], *, again: bool = False, timer: bool = False
    ) -> None:
        """Insert the jobs; workers hear of them after the commit."""
        self._has_deferred = True
        for session in sessions:
            await connection.exec_driver_sql(INSERT_ADVANCE, advance_job(session, again=again, timer=timer))


def sqlite_path(url: str) -> Path:
    """Return the database's file; UsageError `database.url` for one in memory, which nothing could survive in."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise UsageError(
            "botflow's SQLite database needs a file", code="database.url", hint="for example sqlite:///botflow.db"
        )
    return Path(database).absolute()


def _engine(url: str, connections: int, begin: str | None) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername="sqlite+aiosqlite"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10.0,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    event.listen(engine.sync_engine, "connect", _prepare(read_only=begin is None))
    if begin is not None:
        event.listen(engine.sync_engine, "begin", _begin(begin))
    return engine


def _prepare(*, read_only: bool) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, or Python commits before DDL
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, *(("query_only=ON",) if read_only else ())):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


def _begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin
