"""Files that visitors of the chat send: stored in pieces, deleted with their session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNSENT = "sent_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="files_pkey"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="files_session_id_fkey", ondelete="CASCADE"),
    )
    op.create_index("files_session_id_idx", "files", ["session_id"])
    op.create_index(
        "files_unsent_idx",
        "files",
        ["created_at"],
        postgresql_where=sa.text(UNSENT),
        sqlite_where=sa.text(UNSENT),
    )
    op.create_table(
        "file_pieces",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("index", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "index", name="file_pieces_pkey"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="file_pieces_file_id_fkey", ondelete="CASCADE"),
    )
