"""Erasures of persons, the sessions of one under way, and what providers are to delete."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.migrations.policies import secure, secure_below

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 'running'")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("cursor", Json),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("names", Json),
        sa.Column("counts", Json, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.Column("receipt", Json),
        sa.Column("signature", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="erasures_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="erasures_organization_id_fkey"),
    )
    op.create_index("erasures_organization_id_idx", "erasures", ["organization_id", "id"])
    op.create_index("erasures_running_idx", "erasures", ["id"], postgresql_where=_RUNNING, sqlite_where=_RUNNING)
    op.create_table(
        "erased_sessions",
        sa.Column("erasure_id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", "session_id", name="erased_sessions_pkey"),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name="erased_sessions_erasure_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "redactions",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("erasure_id", BigId, nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="redactions_pkey"),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name="redactions_erasure_id_fkey", ondelete="CASCADE"),
    )
    op.create_index(
        "redactions_pending_idx", "redactions", ["due_at"], postgresql_where=_PENDING, sqlite_where=_PENDING
    )
    op.create_index("redactions_erasure_id_idx", "redactions", ["erasure_id"])
    secure("erasures")
    secure_below("erased_sessions", "erasure_id", "erasures")
    secure_below("redactions", "erasure_id", "erasures")
