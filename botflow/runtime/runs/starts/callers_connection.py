"""An application's own connection, in whose transaction a workflow starts: of SQLAlchemy's kinds, sync and async."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from botflow.errors import UsageError

SyncConnection = Connection | Session
AnyConnection = AsyncConnection | AsyncSession | SyncConnection
Result = TypeVar("Result")


async def work_on(connection: AnyConnection, work: Callable[[Connection], Result]) -> Result:
    """Do the work in the connection's transaction, which the application ends."""
    match connection:
        case AsyncSession():
            return await connection.run_sync(lambda session: work(session.connection()))
        case AsyncConnection():
            return await connection.run_sync(work)
        case _:
            return work_on_sync(connection, work)


def work_on_sync(connection: SyncConnection, work: Callable[[Connection], Result]) -> Result:
    """Like `work_on`, for synchronous code."""
    match connection:
        case Session():
            return work(connection.connection())
        case Connection():
            return work(connection)
        case _:
            raise UsageError(
                f"{type(connection).__name__} is no connection that a workflow can be started on",
                code="trigger.connection",
                hint="hand over SQLAlchemy's AsyncSession or AsyncConnection (with await), Session or Connection",
            )
