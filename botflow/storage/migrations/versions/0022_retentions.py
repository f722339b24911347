"""How long each organization keeps what is over, and an index of the decisions that may be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.migrations.policies import secure

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_FORGETTABLE = sa.text("kind NOT IN ('opt_out', 'opt_in')")
_DAYS = ("conversation_days", "run_days", "file_days", "event_days", "decision_days", "audit_log_days")


def upgrade() -> None:
    op.create_table(
        "retentions",
        sa.Column("organization_id", BigId, nullable=False),
        *(sa.Column(name, sa.Integer()) for name in _DAYS),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("pruned_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="retentions_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="retentions_organization_id_fkey"),
    )
    op.create_index(
        "decisions_forgettable_idx",
        "decisions",
        ["organization_id", "at", "id"],
        if_not_exists=True,  # a large table may have it before: built by hand with CREATE INDEX CONCURRENTLY
        postgresql_where=_FORGETTABLE,
        sqlite_where=_FORGETTABLE,
    )
    secure("retentions")
