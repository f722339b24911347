"""Bring a database to the newest schema, one process at a time. Alembic is imported only when a migration is needed."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from botflow.errors import UsageError
from botflow.private_files import make_private
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.engines.postgres_connect import connection_options, driver_url
from botflow.storage.engines.sqlite import ProcessLock, sqlite_path
from botflow.storage.migrations import HEAD, VERSION_TABLE

SCRIPTS = "botflow:storage/migrations"
LOCK = 0x626F74666C6F77  # "botflow": the advisory lock of the process that migrates


def migrate(url: str) -> None:
    """Apply all migrations; other processes wait (Postgres) or are refused (SQLite)."""
    if is_postgres(url):
        upgrade(url)
        return
    lock = ProcessLock(sqlite_path(url))
    lock.take()
    try:
        upgrade(url)
    finally:
        lock.release()


def upgrade(url: str) -> None:
    """Apply all migrations; UsageError `database.newer` for an unknown revision. SQLite's caller holds the lock."""
    engine = _engine(url)
    try:
        with provider_errors(), engine.connect() as connection:
            version = stored_version(connection)
            _refuse_newer(version)
            if version == HEAD:
                return
            if is_postgres(url):
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
            _run_scripts(connection)
    finally:
        engine.dispose()


def check_version(url: str) -> None:
    """UsageError `database.not_migrated` or `database.newer` unless the schema is this release's."""
    engine = _engine(url)
    try:
        with provider_errors(), engine.connect() as connection:
            version = stored_version(connection)
    finally:
        engine.dispose()
    _refuse_newer(version)
    if version != HEAD:
        raise UsageError(
            f"the database's schema is {version or 'missing'}, this botflow needs {HEAD}",
            code="database.not_migrated",
            hint="run `botflow db upgrade`, or serve without --no-migrate",
        )


def stored_version(connection: Connection) -> str | None:
    """Return the revision that the schema has, or None for an empty database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


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


def _refuse_newer(version: str | None) -> None:
    if version is not None and version > HEAD:
        raise UsageError(
            f"the database's schema {version} is newer than this botflow's ({HEAD})",
            code="database.newer",
            hint="install the newer botflow",
        )


def _run_scripts(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # we execute BEGIN ourselves, else Python commits before DDL
    # The setting is permanent, and made here: it cannot be changed once another process writes to the file.
    connection.execute("PRAGMA journal_mode=WAL")


def _engine(url: str) -> Engine:
    if is_postgres(url):
        return create_engine(
            driver_url(url).replace("postgresql://", "postgresql+psycopg://", 1),
            poolclass=NullPool,
            connect_args=connection_options(),
        )
    make_private(sqlite_path(url))
    engine = create_engine(make_url(url).set(drivername="sqlite"), poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
