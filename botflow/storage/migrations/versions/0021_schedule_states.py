"""What operators and the scheduler know of a schedule beside its workflow's document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.migrations.policies import secure_below

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule_states",
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("paused_at", UtcTime()),
        sa.Column("paused_by", sa.Text()),
        sa.Column("last_at", UtcTime()),
        sa.Column("last_execution", sa.Uuid()),
        sa.PrimaryKeyConstraint("workflow_id", "node", name="schedule_states_pkey"),
    )
    secure_below("schedule_states", "workflow_id", "workflows")
