"""Canaries: versions that only a share of the new executions gets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.migrations.policies import secure_below

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "canaries",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("base_id", BigId, nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime()),
        sa.Column("publication_id", BigId),
        sa.PrimaryKeyConstraint("id", name="canaries_pkey"),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name="canaries_workflow_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("canaries_workflow_id_idx", "canaries", ["workflow_id", "id"])
    op.create_index(
        "canaries_running_idx",
        "canaries",
        ["workflow_id"],
        unique=True,
        postgresql_where=_RUNNING,
        sqlite_where=_RUNNING,
    )
    secure_below("canaries", "workflow_id", "workflows")
