"""How botflow connects to Postgres, always: what the URL says, with limits of our own where it says nothing."""

from __future__ import annotations

import os
from typing import Any

from botflow.errors import UsageError

DIALECT = "postgresql+psycopg://"  # for SQLAlchemy, which gets everything else as `connect_args`
# A peer that stops or is cut off must not block the others.
SERVER_LIMITS = (
    "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=5s -c tcp_user_timeout=10s"
)
# Keepalives and timeouts by which a dead server is noticed within about ten seconds.
_NETWORK_LIMITS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def driver_url(url: str) -> str:
    """Return a URL as libpq takes it, whichever SQLAlchemy driver it names."""
    scheme, _, rest = url.partition("://")
    return f"postgresql://{rest}" if scheme.startswith("postgres") else url


def connection_parameters(url: str, options: str = SERVER_LIMITS, *, name: str = "botflow") -> dict[str, Any]:
    """Return libpq's parameters for a connection; UsageError `database.url` when the URL is not one.

    `options` are settings of the server, as `-c name=value`; those of the URL, or else of PGOPTIONS, follow ours and so
    come first. `name` is what pg_stat_activity shows, unless the URL or PGAPPNAME names the connection.
    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    """
    given = _parse(url)
    own = given.get("options") or os.environ.get("PGOPTIONS", "")
    given["options"] = " ".join(filter(None, (options, own)))
    if not given.get("application_name"):
        given["application_name"] = os.environ.get("PGAPPNAME") or name
    return {**_NETWORK_LIMITS, **given}


def _parse(url: str) -> dict[str, Any]:
    """Return the parameters that a URL names. A refusal quotes nothing of it: it may be a part of the password."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given: dict[str, Any] = conninfo_to_dict(driver_url(url))
    except psycopg.ProgrammingError:
        given = {"port": "?"}
    if not all(port.isdigit() for port in given.get("port", "0").split(",") if port):
        raise UsageError(
            "BOTFLOW_DATABASE_URL is not the URL of a Postgres database",
            code="database.url",
            hint="use postgresql://user:password@host:5432/database, in user and password with %2F for a /, %40 for an"
            " @ and so on; after a ? only parameters of libpq",
        )
    return given
