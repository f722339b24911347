"""Column types that mean the same on Postgres and SQLite: times are aware UTC, JSON is plain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.sqlite import JSON as SqliteJson
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator


class JsonText(SqliteJson):
    """JSON in a column of SQLite's type TEXT. A column declared as JSON has the affinity NUMERIC: SQLite turns the text
    `5` into an integer, which is not JSON any more for its reader."""


@compiles(JsonText, "sqlite")
def _declared(kind: JsonText, compiler: Any, **more: Any) -> str:
    return "TEXT"


BigId = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY increments by itself there
Json = (
    JSON(none_as_null=True)
    .with_variant(JSONB(none_as_null=True), "postgresql")
    .with_variant(JsonText(none_as_null=True), "sqlite")
)
# JSON that each turn writes and that is read as a whole: as text it takes a quarter less than JSONB, and less time.
WrittenJson = JSON(none_as_null=True).with_variant(JsonText(none_as_null=True), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """A time. SQLite stores it as UTC text without a zone, which sorts in the order of time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_text(moment: datetime) -> str:
    """Return a time as UtcTime stores it on SQLite, for statements that are written by hand."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def utc_moment(stored: str) -> datetime:
    """Return the time that `utc_text` wrote."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)
