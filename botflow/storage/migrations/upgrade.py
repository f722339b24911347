"""Bring a database to the newest schema, one process at a time.

Every command that reads a database imports this, so Alembic, the driver and the log are imported when a migration needs
them.
"""

from __future__ import annotations

import random
import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from botflow.errors import UsageError
from botflow.private_files import make_private
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.pooler import refuse_pooler
from botflow.storage.engines.postgres_connect import DIALECT, connection_parameters
from botflow.storage.engines.row_security import RowSecurity, grant_tables, read_row_security
from botflow.storage.engines.sqlite_file import ProcessLock, sqlite_path
from botflow.storage.migrations import HEAD, VERSION_TABLE
from botflow.storage.migrations.schema import Schema, read_schema

SCRIPTS = "botflow:storage/migrations"
LOCK_TIMEOUT_S = 2
TRIES = 30
LOCK = 0x626F74666C6F77  # "botflow": the advisory lock of the process that migrates


def migrate(url: str) -> RowSecurity | None:
    """Apply all migrations; other processes wait (Postgres) or are refused (SQLite). See `upgrade`."""
    if is_postgres(url):
        return upgrade(url)
    lock = ProcessLock(sqlite_path(url))
    lock.take()
    try:
        return upgrade(url)
    finally:
        lock.release()


def upgrade(url: str) -> RowSecurity | None:
    """Apply all migrations, and return whether row-level security holds then; None for SQLite, which has none.

    UsageError `database.newer` for a schema on which this release does not work. SQLite's caller holds the lock.
    """
    engine = _engine(url)
    try:
        with provider_errors(), engine.connect() as connection:
            _refuse_pooler(url, engine, connection)
            has_to = not _works_already(stored_schema(connection))
            connection.commit()
            if is_postgres(url):
                return _upgrade_postgres(connection, has_to=has_to)
            if has_to:
                _run_scripts(connection)
            return None
    finally:
        engine.dispose()


def check_version(url: str) -> None:
    """UsageError `database.not_migrated` or `database.newer` unless this release works on the schema."""
    engine = _engine(url)
    try:
        with provider_errors(), engine.connect() as connection:
            _refuse_pooler(url, engine, connection)
            schema = stored_schema(connection)
    finally:
        engine.dispose()
    if not _works_already(schema):
        raise UsageError(
            f"the database's schema is {schema.version if schema else 'missing'}, this botflow needs {HEAD}",
            code="database.not_migrated",
            hint="run `botflow db upgrade`, or serve without --no-migrate",
        )


def stored_schema(connection: Connection) -> Schema | None:
    """Return the schema that the database has, or None for an empty one."""
    return read_schema(connection) if inspect(connection).has_table(VERSION_TABLE) else None


def is_postgres(url: str) -> bool:
    """True for a Postgres URL, False for SQLite; UsageError `database.url` for any other."""
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme in ("postgres", "postgresql"):
        return True
    if scheme == "sqlite":
        return False
    raise UsageError(
        f"BOTFLOW_DATABASE_URL begins with {scheme!r}",
        code="database.url",
        hint="use postgresql://user@host/database or sqlite:///botflow.db",
    )


def _refuse_pooler(url: str, engine: Engine, connection: Connection) -> None:
    if is_postgres(url):
        refuse_pooler(url, engine, connection)


def _works_already(schema: Schema | None) -> bool:
    """Whether nothing has to be migrated; UsageError `database.newer`."""
    if schema is None:
        return False
    schema.refuse_if_too_new()
    if schema.is_newer:
        _log().info("schema_is_newer", schema=schema.version, of_this_release=HEAD)
    return schema.fits


def _upgrade_postgres(connection: Connection, *, has_to: bool) -> RowSecurity:
    """Apply the migrations if there are any, and see that row-level security holds: its role belongs to the server, not
    to the schema, and may be missing after a restore, or until an administrator has made it."""
    state = read_row_security(connection)
    if state.is_on and not has_to:
        return state
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    if has_to:
        _run_beside_others(connection)
    state = grant_tables(connection)
    connection.commit()
    return state


def _run_beside_others(connection: Connection) -> None:
    """Apply all migrations while other processes use the tables: all at once, or nothing.

    A migration that waits for a table holds up every process that needs the table. So it gives up after two seconds and
    tries again, also when the server ends it because of a deadlock.
    """
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'"))
    connection.commit()
    for left in reversed(range(TRIES)):
        try:
            _run_scripts(connection)
        except OperationalError as failure:
            connection.rollback()
            if not left or not _has_waited(failure):
                raise
            _log().warning("migration_waits", cause=str(failure.orig).splitlines()[0], tries_left=left)
            time.sleep(random.uniform(0.5, 1.5))
        else:
            return


def _has_waited(failure: OperationalError) -> bool:
    """Whether the server ended the migration because another transaction holds a table."""
    from psycopg.errors import DeadlockDetected, LockNotAvailable

    return isinstance(failure.orig, LockNotAvailable | DeadlockDetected)


def _run_scripts(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _log() -> Any:
    import structlog

    return structlog.get_logger("botflow.storage")


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # we execute BEGIN ourselves, else Python commits before DDL
    # The setting is permanent, and made here: it cannot be changed once another process writes to the file.
    connection.execute("PRAGMA journal_mode=WAL")


def _engine(url: str) -> Engine:
    if is_postgres(url):
        # Without our limits: a migration may take its time.
        parameters = connection_parameters(url, options="")
        return create_engine(DIALECT, poolclass=NullPool, use_native_hstore=False, connect_args=parameters)
    make_private(sqlite_path(url))
    engine = create_engine(make_url(url).set(drivername="sqlite"), poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
