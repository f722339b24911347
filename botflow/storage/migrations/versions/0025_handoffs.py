"""Handoffs: conversations that wait for a person or that a person has, and how long people waited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.migrations.policies import secure

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handoffs",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.Column("results", Json, nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", UtcTime()),
        sa.Column("first_claimed_at", UtcTime()),
        sa.Column("ended_at", UtcTime()),
        sa.Column("outcome", sa.Text()),
        sa.Column("returned_note", sa.Text()),
        sa.PrimaryKeyConstraint("session_id", "version", name="handoffs_pkey"),
    )
    op.create_index(
        "handoffs_open_idx",
        "handoffs",
        ["organization_id", "priority", "requested_at", "session_id", "version"],
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "handoffs_ended_idx",
        "handoffs",
        ["organization_id", "ended_at", "session_id", "version"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NOT NULL"),
    )
    secure("handoffs")
