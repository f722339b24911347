"""Whether a pooler before Postgres gives each transaction another session of the server, as pgbouncer can.

botflow's processes need sessions of their own: for LISTEN, for prepared statements, for the lock of a migration, and
for the limits that a connection begins with. Through such a pooler a lock would stay behind with the next client, and a
prepared statement would be there or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from botflow.errors import UsageError
from botflow.storage.engines.postgres_connect import connection_parameters

if TYPE_CHECKING:
    import psycopg

LOOKS = 5
SESSION_OF_ITS_OWN = (
    "name the Postgres server itself, or a pool in session mode: each process pools its own connections, at most"
    " BOTFLOW_DATABASE_CONNECTIONS"
)
OPTIONS_REFUSED = "unsupported startup parameter"  # as pgbouncer says it
OPTIONS_NEEDED = "let the pool pass on the start-up parameter `options`; pgbouncer: ignore_startup_parameters = options"
_SESSION = text("SELECT pg_backend_pid()")


def refuse_pooler(url: str, engine: Engine, connection: Connection) -> None:
    """UsageError `database.pooler` unless a connection is a session of the server, and may begin with our limits.
    `engine` opens others like `connection`, to `url`.

    A pooler tells its clients process ids that are not the server's; without one, that is one statement.
    """
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    if _session(connection) == driver.info.backend_pid:
        return
    with engine.connect() as other:
        one = {_session(connection)}
        two = {_session(other)}
        for _ in range(LOOKS):
            one.add(_session(connection))
            two.add(_session(other))
    if len(one | two) != 2 or one & two:
        raise UsageError(
            "BOTFLOW_DATABASE_URL leads to a pooler that gives each transaction another session of the server, as"
            " pgbouncer does in transaction mode; LISTEN, prepared statements and locks do not work through it",
            code="database.pooler",
            hint=SESSION_OF_ITS_OWN,
        )
    _refuse_without_options(url)


def _refuse_without_options(url: str) -> None:
    import psycopg

    try:
        psycopg.connect(**connection_parameters(url)).close()
    except psycopg.OperationalError as failure:
        if OPTIONS_REFUSED not in str(failure):
            raise
        raise UsageError(
            "the pooler of BOTFLOW_DATABASE_URL refuses the limits with which a connection begins",
            code="database.pooler",
            hint=OPTIONS_NEEDED,
        ) from None


def _session(connection: Connection) -> int:
    """Return the id of the server's process that executed this, in a transaction of its own."""
    found = int(connection.execute(_SESSION).scalar_one())
    connection.rollback()
    return found
