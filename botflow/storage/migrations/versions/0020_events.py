"""Lifecycle events, and the webhooks that they are sent to. No table of a turn changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.migrations.policies import secure, secure_below

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "event_feeds",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("wanted_until", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="event_feeds_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="event_feeds_organization_id_fkey"),
    )
    op.create_table(
        "event_sources",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("session_id", BigId),
        sa.Column("refers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="event_sources_pkey"),
    )
    op.create_table(
        "events",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "number", name="events_pkey"),
    )
    op.create_index("events_at_idx", "events", ["organization_id", "at"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("types", Json, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("disabled_at", UtcTime()),
        sa.Column("disabled_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="webhooks_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="webhooks_organization_id_fkey"),
    )
    op.create_index("webhooks_organization_id_idx", "webhooks", ["organization_id", "created_at", "id"])
    op.create_table(
        "event_consumers",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", UtcTime()),
        sa.Column("owner", sa.Text()),
        sa.Column("owned_until", UtcTime()),
        sa.PrimaryKeyConstraint("organization_id", "id", name="event_consumers_pkey"),
    )
    op.create_index(
        "event_consumers_due_at_idx", "event_consumers", ["due_at"], postgresql_where=_DUE, sqlite_where=_DUE
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("error", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "number", name="webhook_deliveries_pkey"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="webhook_deliveries_webhook_id_fkey", ondelete="CASCADE"
        ),
    )
    secure("event_feeds")
    secure("event_sources")
    secure("events")
    secure("webhooks")
    secure("event_consumers")
    secure_below("webhook_deliveries", "webhook_id", "webhooks")
