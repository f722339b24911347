"""An application's own AsyncEngine, used in place of one of botflow's: the rules that it must keep.

Statements that run for every message have connections of their own anyway (`postgres_prepared`), made from the engine's
URL. Everything else takes connections from its pool, which belongs to the application and is never disposed of here.
"""

from __future__ import annotations

from typing import Any, LiteralString

from sqlalchemy import Connection, cast, literal, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from botflow.errors import UsageError
from botflow.settings import Settings
from botflow.storage.engines.column_types import Json
from botflow.storage.engines.postgres_connect import driver_url

WHERE_AM_I: LiteralString = "SELECT current_database(), current_schema(), inet_server_port()"
_PLAIN = {"text": "é\u2028", "numbers": [1, 1.5, -9007199254740993], "others": [None, True, {}, []]}


def settings_of(engine: AsyncEngine, settings: Settings) -> Settings:
    """Return the settings with the engine's database; UsageError when botflow cannot use the engine, or when
    BOTFLOW_DATABASE_URL names another database."""
    if (engine.dialect.name, engine.dialect.driver) != ("postgresql", "psycopg"):
        raise UsageError(
            f"an engine of {engine.dialect.name}+{engine.dialect.driver} cannot be shared with botflow",
            code="engine.driver",
            hint="make it with create_async_engine('postgresql+psycopg://...'), or give no engine and let"
            " BOTFLOW_DATABASE_URL name the same database",
        )
    if not isinstance(engine.pool, AsyncAdaptedQueuePool):
        raise UsageError(
            f"an engine with a {type(engine.pool).__name__} cannot be shared with botflow, which runs several"
            " statements at a time and many in a second",
            code="engine.pool",
            hint="leave poolclass out, or give no engine",
        )
    if "botflow_database_url" in settings.model_fields_set and not _is_same(engine.url, settings.botflow_database_url):
        raise UsageError(
            "BOTFLOW_DATABASE_URL and the engine name two databases",
            code="engine.other_database",
            hint="leave BOTFLOW_DATABASE_URL out, or let it name the engine's database",
        )
    url = driver_url(engine.url.render_as_string(hide_password=False))
    return settings.model_copy(update={"botflow_database_url": url})


def check_shared(connection: Connection, expected: tuple[Any, ...]) -> None:
    """UsageError unless the engine's connections see what botflow's own do (`expected`, as WHERE_AM_I reads it), and
    keep JSON as it is."""
    found = tuple(connection.execute(text(WHERE_AM_I)).one())
    if found != expected:
        raise UsageError(
            f"the engine's connections use {found}, but its URL leads to {expected}: database, schema, port",
            code="engine.other_database",
            hint="options that lead to a database or a schema belong into the engine's URL",
        )
    kept: Any = connection.execute(select(cast(literal(_PLAIN, Json), Json))).scalar_one()
    if not isinstance(kept, dict) or _written(kept) != _written(_PLAIN):
        raise UsageError(
            "the engine changes JSON values",
            code="engine.json",
            hint="leave json_serializer and json_deserializer out, or give no engine",
        )


def _is_same(url: URL, written: str) -> bool:
    try:
        other = make_url(driver_url(written))
    except ArgumentError:
        return False
    return _place(url) == _place(other)


def _place(url: URL) -> tuple[object, ...]:
    return url.host or url.query.get("host") or "localhost", url.port or 5432, url.database


def _written(values: dict[str, Any]) -> dict[str, str]:
    """Return the values with their types; the order of the keys is the database's."""
    return {name: repr(value) for name, value in values.items()}
