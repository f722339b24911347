"""Driver errors as ProviderErrors: the failure is outside this process, and a retry may help."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from sqlalchemy.exc import StatementError
from sqlalchemy.exc import TimeoutError as NoConnection

from botflow.errors import ProviderError

HINT = "is the server of BOTFLOW_DATABASE_URL running and reachable?"


@contextmanager
def provider_errors() -> Iterator[None]:
    """Raise driver errors as `database.unavailable` (retryable) or `database.refused` (a value it rejects)."""
    try:
        yield
    except StatementError as failure:
        raise _translated(failure.orig or failure) from failure
    except (psycopg.Error, sqlite3.Error, psycopg_pool.PoolClosed) as failure:
        raise _translated(failure) from failure
    except (psycopg_pool.PoolTimeout, NoConnection, OSError) as failure:
        raise _unavailable(failure) from failure


def is_about_a_row(failure: BaseException) -> bool:
    """True if a statement failed because another transaction holds one of its rows; the database is available."""
    return isinstance(failure.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)


def _translated(failure: BaseException) -> ProviderError:
    match failure:
        case psycopg.errors.ProgramLimitExceeded() | psycopg.errors.StatementTooComplex():
            return _refused(failure)  # too long or too deep: operational errors that a retry does not help
        case psycopg.OperationalError() | psycopg.InterfaceError() | psycopg_pool.PoolClosed():
            return _unavailable(failure)
        case sqlite3.OperationalError():
            return _unavailable(failure)
        case _:
            return _refused(failure)


def _refused(failure: BaseException) -> ProviderError:
    return ProviderError(f"the database refused a statement: {_first_line(failure)}", code="database.refused")


def _unavailable(failure: BaseException) -> ProviderError:
    reason = "no connection in time" if isinstance(failure, asyncio.TimeoutError) else _first_line(failure)
    return ProviderError(
        f"the database is not available: {reason}", code="database.unavailable", hint=HINT, retryable=True
    )


def _first_line(failure: BaseException) -> str:
    """Return the message without its detail, which may quote a person's words."""
    return (str(failure).splitlines() or [type(failure).__name__])[0]
