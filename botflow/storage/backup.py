"""Copies of a SQLite database: made while it is served, and put back while it is not.

Copying the file itself is wrong: what was written last stands in the file beside it, the write-ahead log, so that the
copy of a young database is empty. SQLite's online backup copies one moment of both.
https://www.sqlite.org/backup.html
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from botflow.errors import UsageError
from botflow.private_files import make_private
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.sqlite_file import ProcessLock, sqlite_path
from botflow.storage.migrations import VERSION_TABLE
from botflow.storage.migrations.schema import schema_of
from botflow.storage.migrations.upgrade import is_postgres

BUSY_S = 30.0


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy: its file, its size in bytes, its schema, and how many sessions are in it."""

    file: Path
    size: int
    schema: str
    sessions: int


def back_up(url: str, file: Path) -> Copied:
    """Copy the database into a new file, which only its owner can read; processes may serve it meanwhile.

    UsageError `backup.postgres`, `database.missing`, `backup.exists`, or `backup.invalid` for a damaged database.
    """
    database = _sqlite_file(url)
    if not database.exists():
        raise UsageError(
            f"there is no database at {database}",
            code="database.missing",
            hint="set BOTFLOW_DATABASE_URL to the one that `botflow serve` uses",
        )
    if file.exists():
        raise UsageError(f"{file} exists already", code="backup.exists", hint="name a file that does not exist yet")
    with _copy_of(database, file) as copy:
        copied = _checked(copy)
        os.rename(copy, file)
    return Copied(file, *copied)


def restore(url: str, file: Path) -> tuple[Copied, Path | None]:
    """Put a copy in the place of the database, which no process may serve; return what is restored, and where the
    database that was there before is kept.

    UsageError `database.in_use`, `backup.missing`, and `backup.invalid` for a file that is no sound database of
    botflow's, or one of a newer release. An older one is migrated when it is served.
    """
    database = _sqlite_file(url)
    if not file.is_file():
        raise UsageError(f"there is no file {file}", code="backup.missing", hint="name what `botflow db backup` wrote")
    make_private(database)
    lock = ProcessLock(database)
    lock.take()
    try:
        with _copy_of(file, database) as copy:
            restored = _checked(copy)
            kept = _set_aside(database)
            os.replace(copy, database)
    finally:
        lock.release()
    return Copied(database, *restored), kept


def _sqlite_file(url: str) -> Path:
    if is_postgres(url):
        raise UsageError(
            "this command is for SQLite; Postgres brings its own",
            code="backup.postgres",
            hint="use pg_dump --format=custom and pg_restore, or your provider's snapshots",
        )
    return Path(sqlite_path(url)).resolve()


@contextmanager
def _copy_of(source: Path, beside: Path) -> Iterator[Path]:
    """Copy a database into a file beside `beside`, which is deleted afterwards unless it has been renamed."""
    copy = beside.with_name(f"{beside.name}.copying-{os.getpid()}")
    make_private(copy)
    try:
        try:
            with (
                closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True, timeout=BUSY_S)) as original,
                closing(sqlite3.connect(copy)) as target,
            ):
                original.backup(target)  # in one step, so that it is the copy of one moment
        except sqlite3.DatabaseError as failure:
            raise _invalid(source, str(failure)) from None
        _write_to_disk(copy)
        yield copy
    finally:
        for file in (copy, _beside(copy, "-wal"), _beside(copy, "-shm"), _beside(copy, "-journal")):
            file.unlink(missing_ok=True)


def _checked(copy: Path) -> tuple[int, str, int]:
    """Return size, schema and number of sessions; UsageError `backup.invalid`."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # one file; serving it sets WAL again
            [[verdict]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise _invalid(copy, verdict)
            [[sessions]] = connection.execute("SELECT count(*) FROM sessions").fetchall()
            connection.row_factory = sqlite3.Row
            [row] = connection.execute(f"SELECT * FROM {VERSION_TABLE}").fetchall()
            schema = schema_of(dict(row))
    except (sqlite3.DatabaseError, ValueError) as failure:
        raise _invalid(copy, str(failure)) from None
    schema.refuse_if_too_new("the copy's schema")
    return copy.stat().st_size, schema.version, sessions


def _set_aside(database: Path) -> Path | None:
    """Keep the database that is there under another name, whole in one file; None when there was none."""
    if not database.stat().st_size:
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = database.with_name(f"{database.name}.before-restore-{moment}")
    with provider_errors(), closing(sqlite3.connect(database, timeout=BUSY_S)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # moves the log's contents into the file
    for log in ("-wal", "-shm"):
        _beside(database, log).unlink(missing_ok=True)
    os.link(database, kept)
    return kept


def _write_to_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _quoted(file: Path) -> str:
    return file.resolve().as_uri().removeprefix("file://")


def _invalid(file: Path, reason: str) -> UsageError:
    return UsageError(
        f"{file} is no sound SQLite database of botflow: {reason}",
        code="backup.invalid",
        hint="use another copy",
    )
