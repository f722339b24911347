"""Forks of executions, and where the answers are that they are given again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json
from botflow.storage.migrations.policies import secure_below

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forks",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("from_execution", sa.Uuid(), nullable=False),
        sa.Column("from_session", BigId, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("policy", Json, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="forks_pkey"),
    )
    op.create_index("forks_from_session_idx", "forks", ["from_session"])
    op.create_table(
        "recorded_answers",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("from_session", BigId, nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("from_index", sa.Integer(), nullable=False),
        sa.Column("used_by_session", BigId),
        sa.Column("used_by_seq", sa.Integer()),
        sa.Column("used_by_index", sa.Integer()),
        sa.PrimaryKeyConstraint("session_id", "position", name="recorded_answers_pkey"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["forks.session_id"], name="recorded_answers_session_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("recorded_answers_question_idx", "recorded_answers", ["session_id", "node", "question", "position"])
    secure_below("forks", "session_id", "sessions")
    secure_below("recorded_answers", "session_id", "sessions")
