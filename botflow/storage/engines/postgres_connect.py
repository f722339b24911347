"""The options of every connection to Postgres: a peer that stops or is cut off must not block the others."""

from __future__ import annotations

from typing import Any

SERVER_LIMITS = (
    "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=5s -c tcp_user_timeout=10s"
)


def driver_url(url: str) -> str:
    """Return a URL as libpq takes it, whichever SQLAlchemy driver it names."""
    scheme, _, rest = url.partition("://")
    return f"postgresql://{rest}" if scheme.startswith("postgres") else url


def connection_options() -> dict[str, Any]:
    """Return keepalives and timeouts: a dead server is noticed within about ten seconds."""
    return {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
