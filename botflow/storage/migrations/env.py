"""Alembic runs this file for every command; the caller's connection comes by the configuration."""

from __future__ import annotations

from typing import Any

from alembic import context

from botflow.storage.migrations import VERSION_TABLE
from botflow.storage.tables import metadata


def _is_ours(item: Any, name: str | None, kind: str, reflected: bool, twin: Any) -> bool:
    """Leave procrastinate's tables out of comparisons: their schema is procrastinate's."""
    return not (kind == "table" and (name or "").startswith(("procrastinate_", "sqlite_")))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_object=_is_ours,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
