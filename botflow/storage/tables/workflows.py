"""Workflows, their versions, and the organization that they belong to."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

organizations = Table(
    "organizations",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
)

workflows = Table(
    "workflows",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),  # draft, active, inactive, paused, archived
    Column("mode", Text, nullable=False),  # persistent, single
    Column("active_version", BigId),
    Column("created_at", UtcTime, nullable=False),
    Column("in_force_since", UtcTime),  # when the active version was published or put into service, NULL before 0009
)

# The policies of row-level security ask for an organization's workflows.
Index("workflows_organization_id_idx", workflows.c.organization_id, workflows.c.id)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, ForeignKey("workflows.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("documents", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("author", Text),  # who published it first, NULL for a file
    Column("message", Text),  # what that person said of it
    UniqueConstraint("workflow_id", "digest"),
    UniqueConstraint("workflow_id", "number"),
)
