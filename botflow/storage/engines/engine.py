"""What both databases offer the stores that are written once: connections to read and to write on, and the time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.storage.engines.column_types import utc_text
from botflow.storage.engines.postgres import PostgresEngine


class Engine(Protocol):
    """A database. Driver errors inside `read` and `write` come out as ProviderErrors."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a connection for single statements, each of which is its own transaction."""

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a connection in a transaction that commits at the end of the block."""

    def now(self, offset_s: float = 0.0) -> ColumnElement[datetime]:
        """Return the database's time, so many seconds later (or earlier), as an expression."""

    async def defer_advances(
        self, connection: AsyncConnection, sessions: list[int], *, again: bool = False, timer: bool = False
    ) -> None:
        """Defer `advance` for each session within the caller's transaction; `again` under the second lock name.

        A conversation's turn goes to the queue `turns`: a message's before what a `timer` wants. A run's turn goes to
        the queue `executions` at its execution's priority, whose row the transaction may just have written.
        """


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the two databases in a statement that is written as text for both.

    A statement that a loop repeats all day is text: building it from expressions costs more than running it.
    """

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
