"""Campaigns: conversations that start because of a date of a contact, each once.

A turn neither reads nor writes these tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.migrations.policies import secure, secure_by_workflow

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("after_sought", sa.Text()),
        sa.Column("after_person", BigId),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("minute_at", UtcTime()),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "node", name="campaigns_pkey"),
    )
    op.create_index("campaigns_next_at_idx", "campaigns", ["next_at"])
    op.create_table(
        "campaign_starts",
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("execution_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("workflow_id", "node", "person_id", "occasion", name="campaign_starts_pkey"),
    )
    op.create_index("campaign_starts_person_id_idx", "campaign_starts", ["person_id"])
    op.create_index(
        "campaign_starts_outcome_idx",
        "campaign_starts",
        ["workflow_id", "node", "outcome", "due_at", "person_id", "occasion"],
    )
    secure_by_workflow("campaigns")
    secure("campaign_starts")
