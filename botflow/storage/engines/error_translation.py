"""What a driver's error is for the caller: away, or a refusal of one statement; and what an operator looks for.

Both drivers are imported here, and Postgres's takes long to load: `driver_errors` imports this when an error comes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping

import psycopg
import psycopg_pool
from sqlalchemy.exc import StatementError
from sqlalchemy.exc import TimeoutError as NoConnection

from botflow.errors import ProviderError
from botflow.storage.engines.driver_errors import HINT

_READ_ONLY = (
    "BOTFLOW_DATABASE_URL leads to a server that takes no writes, as a standby does: name the primary, or all servers"
    " with ?target_session_attrs=read-write"
)
_LOCKED = "another transaction holds a lock: pg_locks and pg_stat_activity show which one"
_FULL = "the disk of the database is full: free space on it"
_NO_CONNECTION = "the server has no connection free: raise max_connections there, or lower BOTFLOW_DATABASE_CONNECTIONS"
_POOLER = (
    "BOTFLOW_DATABASE_URL leads to a pooler: name the Postgres server itself, or a pool in session mode that passes on"
    " the start-up parameter `options`"
)
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_HINTS: Mapping[type[psycopg.Error], str] = {
    psycopg.errors.ReadOnlySqlTransaction: _READ_ONLY,
    psycopg.errors.LockNotAvailable: _LOCKED,
    psycopg.errors.DeadlockDetected: _LOCKED,
    psycopg.errors.QueryCanceled: f"a statement took longer than statement_timeout. {_LOCKED}; or is a timeout of the"
    " role, the database or the URL too short?",
    psycopg.errors.DiskFull: _FULL,
    psycopg.errors.TooManyConnections: _NO_CONNECTION,
}
# https://www.sqlite.org/rescode.html
_SQLITE_HINTS = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": "the database's file, or its folder, may not be written by this user",
    "SQLITE_BUSY": "another program writes to the database's file",
    "SQLITE_CANTOPEN": "is the folder of BOTFLOW_DATABASE_URL there, and may this user write in it?",
}


def translated(failure: Exception) -> ProviderError | None:
    """Return a driver's error as a ProviderError; None when it is not one."""
    match failure:
        case StatementError():
            return _of_driver(failure.orig or failure)
        case psycopg.Error() | sqlite3.Error() | psycopg_pool.PoolClosed():
            return _of_driver(failure)
        case psycopg_pool.PoolTimeout() | NoConnection() | OSError():
            return _unavailable(failure)
        case _:
            return None


def is_about_a_row(failure: BaseException) -> bool:
    """True if a statement failed because another transaction holds one of its rows; the database is available."""
    return isinstance(failure.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)


def _of_driver(failure: BaseException) -> ProviderError:
    match failure:
        case psycopg.errors.ProgramLimitExceeded() | psycopg.errors.StatementTooComplex():
            return _refused(failure)  # too long or too deep: operational errors that a retry does not help
        case psycopg.OperationalError() | psycopg.InterfaceError() | psycopg_pool.PoolClosed():
            return _unavailable(failure)
        case psycopg.errors.ReadOnlySqlTransaction() | psycopg.errors.IdleInTransactionSessionTimeout():
            return _unavailable(failure)  # after a failover, or a pause of this process: not the statement's fault
        case sqlite3.OperationalError():
            return _unavailable(failure)
        case _:
            return _refused(failure)


def _refused(failure: BaseException) -> ProviderError:
    return ProviderError(f"the database refused a statement: {_first_line(failure)}", code="database.refused")


def _unavailable(failure: BaseException) -> ProviderError:
    reason = "no connection in time" if isinstance(failure, asyncio.TimeoutError) else _first_line(failure)
    return ProviderError(
        f"the database is not available: {reason}", code="database.unavailable", hint=_hint(failure), retryable=True
    )


def _hint(failure: BaseException) -> str:
    """Return what to look for, by the failure's cause."""
    if isinstance(failure, sqlite3.Error):
        name = getattr(failure, "sqlite_errorname", None) or ""
        return next((hint for prefix, hint in _SQLITE_HINTS.items() if name.startswith(prefix)), HINT)
    if any(words in str(failure) for words in ("unsupported startup parameter", "statement pooling mode")):
        return _POOLER
    if "FATAL" in str(failure) and any(words in str(failure) for words in ("too many c", "connection slots")):
        return _NO_CONNECTION  # the driver gives no code for what happens while it connects
    return next((hint for kind, hint in _HINTS.items() if isinstance(failure, kind)), HINT)


def _first_line(failure: BaseException) -> str:
    """Return the message without its detail, which may quote a person's words."""
    return (str(failure).splitlines() or [type(failure).__name__])[0]
