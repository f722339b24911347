"""Plans of publications, and the sessions that they move, each with the state that it came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("state IN ('moving', 'returning')")


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("began_at", UtcTime()),
        sa.Column("finished_at", UtcTime()),
        sa.Column("from_version", BigId),
        sa.Column("to_version", BigId),
        sa.PrimaryKeyConstraint("id", name="publications_pkey"),
        sa.UniqueConstraint("token", name="publications_token_key"),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name="publications_workflow_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("publications_workflow_id_idx", "publications", ["workflow_id", "id"])
    op.create_index(
        "publications_unfinished_idx", "publications", ["id"], postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED
    )
    op.create_table(
        "publication_sessions",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("version", sa.Integer()),
        sa.Column("flow_version", sa.Integer()),
        sa.Column("execution_id", sa.Uuid()),
        sa.Column("wake_at", UtcTime()),
        sa.Column("before", Json),
        sa.PrimaryKeyConstraint("publication_id", "session_id", name="publication_sessions_pkey"),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name="publication_sessions_publication_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index("publication_sessions_state_idx", "publication_sessions", ["publication_id", "state", "session_id"])
