"""What differs between the two databases in SQLAlchemy's expressions: their time, and INSERT ... ON CONFLICT."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, FunctionElement, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from botflow.storage.engines.column_types import UtcTime

SQLITE_NOW = "botflow_now"  # a function of our own connections to SQLite: when the transaction began


class _Now(FunctionElement[datetime]):
    type = UtcTime()
    inherit_cache = True


def now(offset_s: float | ColumnElement[float] = 0.0) -> ColumnElement[datetime]:
    """Return the database's time, so many seconds later (or earlier), as an expression: when the transaction began.

    SQLite uses this machine's clock, since it runs inside this process.
    """
    return _Now(offset_s if isinstance(offset_s, ColumnElement) else literal(offset_s, Float))


def clock_time(connection: Connection) -> datetime:
    """Return the database's time at this moment, aware UTC, however long ago the transaction began."""
    if is_postgres(connection):
        return connection.execute(select(func.clock_timestamp(type_=UtcTime()))).scalar_one()
    return datetime.now(UTC)


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what happens ON CONFLICT."""
    return postgresql.insert(table) if is_postgres(connection) else sqlite.insert(table)


def is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@compiles(_Now, "postgresql")
def _postgres_now(element: _Now, compiler: Any, **options: Any) -> str:
    return f"(now() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(_Now, "sqlite")
def _sqlite_now(element: _Now, compiler: Any, **options: Any) -> str:
    return f"{SQLITE_NOW}({compiler.process(element.clauses, **options)})"
