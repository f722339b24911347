"""What both databases offer the stores that are written once: connections to read and to write on, and the time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection


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
