"""Files that visitors of the chat send."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.tables.schema import metadata

# Files that visitors of the chat have sent, in pieces. `size` is NULL until the file is whole, `sent_at` until a
# message has it. No turn writes these tables, so they may have foreign keys: a file goes with its session.
files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", BigId, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer),  # bytes
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
)
Index("files_session_id_idx", files.c.session_id)
Index(
    "files_unsent_idx",
    files.c.created_at,
    postgresql_where=text("sent_at IS NULL"),
    sqlite_where=text("sent_at IS NULL"),
)

file_pieces = Table(
    "file_pieces",
    metadata,
    Column("file_id", Text, ForeignKey("files.id", ondelete="CASCADE"), nullable=False),
    Column("index", SmallInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("file_id", "index"),
)
