"""What people of the chat think of a message: up or down, with a comment.

A turn neither reads nor writes this table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.migrations.policies import secure

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

IS_GIVEN = "value IS NOT NULL"


def upgrade() -> None:
    message = ["session_id", "version", "index"]
    op.create_table(
        "feedback",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("index", sa.SmallInteger(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("flow_version", sa.Integer()),
        sa.Column("value", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint(*message, name="feedback_pkey"),
        sa.ForeignKeyConstraint(
            message,
            [f"outbounds.{column}" for column in message],
            name="feedback_session_id_version_index_fkey",
            ondelete="CASCADE",
        ),
    )
    for name, owner in (("feedback_given_idx", "organization_id"), ("feedback_of_workflow_idx", "workflow_id")):
        op.create_index(
            name,
            "feedback",
            [owner, "created_at", *message],
            postgresql_where=sa.text(IS_GIVEN),
            sqlite_where=sa.text(IS_GIVEN),
        )
    secure("feedback")
