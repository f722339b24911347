"""What people of the chat think of a message."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from botflow.storage.engines.column_types import BigId, UtcTime
from botflow.storage.tables.schema import metadata
from botflow.storage.tables.turns import outbounds

# The key is that of the message in `outbounds`, with which the row is deleted: no turn writes this table, so it may
# have a foreign key. `value` is NULL once the person has taken it back. `node` is what said the message, with the
# workflow in front if it belongs to a subflow (`refund/ask_reason`), "" if no node said it; `flow_version` is the id of
# the version that ran. `created_at` is when the person gave a value first, `updated_at` when they last changed it.
feedback = Table(
    "feedback",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("index", SmallInteger, nullable=False),
    Column("organization_id", BigId, nullable=False),
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("flow_version", Integer),
    Column("value", Text),  # up, down
    Column("comment", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("session_id", "version", "index"),
    ForeignKeyConstraint(
        ["session_id", "version", "index"],
        [outbounds.c.session_id, outbounds.c.version, outbounds.c.index],
        ondelete="CASCADE",
    ),
)
_IS_GIVEN = text("value IS NOT NULL")
Index(
    "feedback_given_idx",
    feedback.c.organization_id,
    feedback.c.created_at,
    feedback.c.session_id,
    feedback.c.version,
    feedback.c.index,
    postgresql_where=_IS_GIVEN,
    sqlite_where=_IS_GIVEN,
)
Index(
    "feedback_of_workflow_idx",
    feedback.c.workflow_id,
    feedback.c.created_at,
    feedback.c.session_id,
    feedback.c.version,
    feedback.c.index,
    postgresql_where=_IS_GIVEN,
    sqlite_where=_IS_GIVEN,
)
