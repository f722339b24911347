"""Alembic runs this file for every command; it gets the caller's connection from the configuration."""

from __future__ import annotations

from alembic import context

from botflow.storage.migrations import VERSION_TABLE
from botflow.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
