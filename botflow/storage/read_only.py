"""Reads conversations while other processes serve them, for the command line and for reports.

Nothing is written, so SQLite's one-process lock is not taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from botflow.errors import UsageError
from botflow.storage.database import open_database
from botflow.storage.engines.sqlite import SqliteEngine, sqlite_path
from botflow.storage.migrations.upgrade import check_version, is_postgres
from botflow.storage.runs.executions import Executions
from botflow.storage.transcripts import Transcripts
from botflow.storage.turns.sqlite import SqliteTurns
from botflow.storage.turns.store import TurnStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A database's conversations. Of `turns` only the reading methods may be used."""

    turns: TurnStore
    transcripts: Transcripts
    executions: Executions


@asynccontextmanager
async def open_archive(url: str) -> AsyncIterator[Archive]:
    """Open a database for reading; UsageError when it does not exist, or when its schema is not this release's."""
    if is_postgres(url):
        database = await open_database(url, migrate=False)
        try:
            yield Archive(
                turns=database.turns, transcripts=database.transcripts, executions=Executions(database.engine)
            )
        finally:
            await database.close()
        return
    await asyncio.to_thread(check_database, url)
    engine = SqliteEngine(url)
    try:
        yield Archive(turns=SqliteTurns(engine), transcripts=Transcripts(engine), executions=Executions(engine))
    finally:
        await engine.close()


def check_database(url: str) -> None:
    """UsageError when the database does not exist, or when its schema is not this release's."""
    if not is_postgres(url) and not Path(sqlite_path(url)).exists():
        raise UsageError(
            f"there is no database at {sqlite_path(url)}",
            code="database.missing",
            hint="set BOTFLOW_DATABASE_URL to the one that `botflow serve` uses",
        )
    check_version(url)
