"""The meter: CPU time of the server, of Postgres and of Redis, bytes of WAL and of the database, and statements.

Statements are counted by pg_stat_statements, with BEGIN and COMMIT: no driver here sends two at once, so each is a
round trip. Counting costs Postgres time, so it is switched on for a block of its own, of which nothing else is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg

from tests.servers import Server

PRELOADED = "pg_stat_statements"
_WAL = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_database_size(%s)"
_CALLS = (
    "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE datname = %s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was used up, in seconds of CPU and in bytes; a difference of two is what a block cost."""

    server_s: float
    postgres_s: float
    redis_s: float
    wal: float
    database: float

    def since(self, earlier: Reading) -> Reading:
        return Reading(
            server_s=self.server_s - earlier.server_s,
            postgres_s=self.postgres_s - earlier.postgres_s,
            redis_s=self.redis_s - earlier.redis_s,
            wal=self.wal - earlier.wal,
            database=self.database - earlier.database,
        )


class Meter:
    """Reads what one server under test and its databases have used so far."""

    def __init__(self, *, server_pid: int, postgres: Server, redis: Server, database: str) -> None:
        self._server_pid = server_pid
        self._postgres = postgres
        self._redis = redis
        self._database = database
        # To another database than the one that is measured, so that the meter never counts itself.
        self._connection = psycopg.connect(postgres.url, autocommit=True)
        self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self._track("none")

    def read(self) -> Reading:
        wal, size = self._row(_WAL, self._database)
        return Reading(
            server_s=cpu_s(self._server_pid),
            postgres_s=cpu_s(self._postgres.pid),
            redis_s=cpu_s(self._redis.pid),
            wal=float(wal),
            database=float(size),
        )

    @contextmanager
    def counting(self) -> Iterator[list[int]]:
        """Count the database's statements inside the block; the list holds their number afterwards."""
        counted: list[int] = []
        self._track("top")
        (before,) = self._row(_CALLS, self._database)
        try:
            yield counted
        finally:
            (after,) = self._row(_CALLS, self._database)
            self._track("none")
            counted.append(int(after - before))

    def close(self) -> None:
        self._connection.close()

    def _track(self, which: str) -> None:
        self._connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{which}'")
        self._connection.execute("SELECT pg_reload_conf()")
        self._connection.execute("SELECT pg_sleep(0.2)")  # every server process takes it up before its next statement

    def _row(self, statement: str, database: str) -> tuple[float, ...]:
        row = self._connection.execute(statement, (database,)).fetchone()
        assert row is not None
        return row


def cpu_s(pid: int) -> float:
    """Return user and system time of a process, of its children, and of those that have ended."""
    root = psutil.Process(pid)
    own = root.cpu_times()
    total: float = own.user + own.system + own.children_user + own.children_system
    for child in root.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it ended meanwhile, and counts among the root's ended children
        total += times.user + times.system
    return total
