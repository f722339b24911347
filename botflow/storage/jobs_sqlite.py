"""Procrastinate over SQLite: a connector whose statements stand in the same queue as every other write.

Procrastinate hands over its Postgres statements as text, so they are recognised by that text. Notifications stay in
the process, because one process owns a SQLite database.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol

from procrastinate import sql
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.exceptions import ConnectorException, NoResult
from procrastinate.types import JobToDefer

from botflow.errors import ProviderError, UsageError
from botflow.storage import jobs_postgres as postgres
from botflow.storage import jobs_sqlite_queries as sqlite
from botflow.storage.engines.sqlite_threads import Result, Row, Work, rows_of
from botflow.storage.jobs import MESSAGE_PRIORITY, TIMER_PRIORITY, turn_lock
from botflow.storage.jobs_version import check_installed

_JOB_INSERTED = json.dumps({"type": "job_inserted", "job_id": 0})


class Writer(Protocol):
    """Whoever lets one transaction after the other write."""

    async def change(self, work: Work[Result], *, rings: bool = False) -> Result:
        """Run `work` as one transaction when its turn has come, and then ring the bell if it `rings`."""


class JobBell:
    """Tells the process's workers that a job was committed."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake every worker; call it after the commit, or they look too early."""
        for listener in self._listeners:
            listener.set()

    async def listen(self, on_ring: Notify, channel: str) -> None:
        """Call `on_ring` after rings, until cancelled; several rings may be one call."""
        rung = asyncio.Event()
        self._listeners.add(rung)
        try:
            while True:
                await rung.wait()
                rung.clear()
                await on_ring(channel=channel, payload=_JOB_INSERTED)
        finally:
            self._listeners.discard(rung)


def advance_job(session: int, *, again: bool = False, timer: bool = False) -> dict[str, Any]:
    """Return what INSERT_ADVANCE needs for the job `advance(session)`; the JobBell is to be rung after the commit.

    `again` takes another lock name, for a session whose first job may be stuck; `timer` lets messages go first.
    """
    return {
        "session": session,
        "priority": TIMER_PRIORITY if timer else MESSAGE_PRIORITY,
        "lock": turn_lock(session, again=again, timer=timer),
    }


class SqliteJobs(BaseAsyncConnector):
    """The connector; opening and closing the database is its owner's affair."""

    def __init__(self, writer: Writer, bell: JobBell) -> None:
        check_installed()
        self._writer = writer
        self._bell = bell

    async def open_async(self, pool: object = None) -> None: ...

    async def close_async(self) -> None: ...

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        await self.execute_query_all_async(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        rows = await self.execute_query_all_async(query, **arguments)
        if not rows:
            raise NoResult
        return rows[0]

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        """Run procrastinate's or our own Postgres statement as its SQLite twin."""
        statement = _STATEMENTS.get(query)
        if statement is None:
            raise UsageError(
                f"this statement of procrastinate has no twin on SQLite: {query.strip()[:80]}",
                code="jobs.statement",
                hint="use Postgres, or add the twin to jobs_sqlite.py",
            )
        values = {name: _encode(value) for name, value in arguments.items()}

        def execute(connection: sqlite3.Connection) -> list[Row]:
            return [rows_of(connection, text, values) for text in statement.texts][-1]

        try:
            found = await self._writer.change(execute, rings=statement.rings)
        except ProviderError as failure:
            raise ConnectorException(f"SQLite: {failure}") from failure
        return [_decode(dict(zip(statement.columns, row, strict=True))) for row in found]

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Pass on every ring of the bell, until cancelled."""
        await self._bell.listen(on_notification, next(iter(channels)))


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQLite statements for one of Postgres; the last one's rows get these column names."""

    columns: tuple[str, ...]
    texts: tuple[str, ...]
    rings: bool = False


def _encode(value: Any) -> Any:
    match value:
        case datetime():
            return value.timestamp()
        case [JobToDefer(), *_]:
            return json.dumps([_columns(job) for job in value])
        case list() | tuple():
            return json.dumps(value)
    return value


def _columns(job: JobToDefer) -> dict[str, Any]:
    if job.queueing_lock is not None:
        raise UsageError("a queueing lock aborts the caller's transaction; give the job a lock", code="jobs.lock")
    return {**job._asdict(), "scheduled_at": _encode(job.scheduled_at)}


def _decode(row: dict[str, Any]) -> dict[str, Any]:
    if "args" in row:
        row["args"] = json.loads(row["args"])
        if row["scheduled_at"] is not None:
            row["scheduled_at"] = datetime.fromtimestamp(row["scheduled_at"], UTC)
    return row


_STATEMENTS: Mapping[str, _Statement] = MappingProxyType(
    {
        sql.queries["defer_jobs"]: _Statement(("id",), (sqlite.DEFER_JOBS,), rings=True),
        sql.queries["register_worker"]: _Statement(("worker_id",), (sqlite.REGISTER_WORKER,)),
        sql.queries["unregister_worker"]: _Statement((), (sqlite.UNREGISTER_WORKER,)),
        sql.queries["prune_stalled_workers"]: _Statement(("worker_id",), (sqlite.PRUNE_STALLED_WORKERS,)),
        postgres.CLAIM: _Statement(sqlite.JOB_COLUMNS, (sqlite.CLAIM,)),
        postgres.FINISH: _Statement(("id", "more"), (sqlite.KEEP, sqlite.FINISH)),
        postgres.FORGET: _Statement(("id",), (sqlite.FORGET,)),
        postgres.PUT_BACK: _Statement(("id",), (sqlite.PUT_BACK,)),
        postgres.BEAT: _Statement(("id",), (sqlite.BEAT, sqlite.PUT_BACK_FORGOTTEN)),
        postgres.PUT_BACK_STALLED: _Statement(("id",), (sqlite.PUT_BACK_STALLED,)),
        postgres.WORKERS: _Statement(("workers",), (sqlite.WORKERS,)),
        postgres.BACKLOG: _Statement(("queue", "priority", "waiting", "running", "oldest_s"), (sqlite.BACKLOG,)),
        postgres.DEPTH: _Statement(("queue", "status", "jobs"), (sqlite.DEPTH,)),
    }
)
