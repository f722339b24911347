"""What both databases offer to the stores that are written once: they run a function of a SQLAlchemy Connection.

Hot statements (for every message or every second) do not use this: they are text on the driver's own connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Engine(Protocol):
    """A database. `work` is a synchronous function that waits only for the database: it runs in a thread (SQLite) or in
    a greenlet (Postgres). Driver errors are raised as ProviderErrors."""

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work`, which only reads; each of its statements is a transaction of its own."""

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work` in one transaction; any exception rolls it back.

        A caller that is cancelled does not know whether it was committed.
        """


class WholeEngine(Engine, Protocol):
    """The database with the rows of all organizations."""

    def within(self, organization: int) -> Engine:
        """Return the database as one organization sees it. Only Postgres can tell them apart, and only with row-level
        security: each statement names the organization all the same."""
