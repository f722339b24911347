"""People's pictures, and an index for how long conversations waited for a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("picture", sa.Text()))
    op.create_index(
        "handoffs_requested_idx",
        "handoffs",
        ["organization_id", "requested_at", "queue", "first_claimed_at", "ended_at", "outcome"],
        postgresql_where=sa.text("queue <> ''"),
        sqlite_where=sa.text("queue <> ''"),
    )
