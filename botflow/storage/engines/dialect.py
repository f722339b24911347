"""What differs between the two databases in a statement that is written as text for both.

A statement that a loop repeats all day is text: building it from expressions costs more than running it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botflow.storage.engines.column_types import utc_text
from botflow.storage.engines.engine import Engine
from botflow.storage.engines.postgres import PostgresEngine


@dataclass(frozen=True, slots=True)
class Dialect:
    """How Postgres or SQLite says it."""

    is_postgres: bool

    def moment(self, offset_s: float = 0.0) -> str:
        """Return the database's time, so many seconds later (or earlier), as an expression."""
        if self.is_postgres:
            return f"now() + make_interval(secs => {offset_s:.6f})" if offset_s else "now()"
        return f"'{utc_text(datetime.now(UTC) + timedelta(seconds=offset_s))}'"  # the two are one machine

    def seconds_since(self, column: str) -> str:
        """Return how long ago the moment in `column` was, as an expression; negative in the future."""
        if self.is_postgres:
            return f"CAST(extract(epoch FROM now() - {column}) AS float8)"
        return f"(julianday({self.moment()}) - julianday({column})) * 86400.0"

    def lock(self, table: str) -> str:
        """Return the end of a SELECT that keeps others from writing its rows of `table`; it passes locked ones over."""
        return f"FOR NO KEY UPDATE OF {table} SKIP LOCKED" if self.is_postgres else ""


def dialect_of(engine: Engine) -> Dialect:
    return Dialect(isinstance(engine, PostgresEngine))
