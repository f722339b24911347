"""The tables. Natural keys, few indexes, NULL for what is empty: the log of a turn is budgeted (1.5 kB).

The tables that a turn writes have no foreign keys: each check would lock a row, and log that, once per insert.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from botflow.storage.columns import BigId, Json, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

organizations = Table(
    "organizations",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

workflows = Table(
    "workflows",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),  # draft, active, inactive, paused, archived
    Column("mode", Text, nullable=False),  # persistent, single
    Column("active_version", BigId),
    Column("created_at", UtcTime, nullable=False),
)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, ForeignKey("workflows.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("documents", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("workflow_id", "digest"),
    UniqueConstraint("workflow_id", "number"),
)

# A turn's update must be HOT: room in the page, and no index on what every turn changes.
# The wait's token stands in `state`; `flow_version` is set while an execution is under way.
sessions = Table(
    "sessions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("done_seq", Integer, nullable=False),
    Column("flow_version", Integer),
    Column("wake_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", Json, nullable=False),
    UniqueConstraint("workflow_id", "channel", "external_id"),
    postgresql_with={"fillfactor": "70"},
)
Index(
    "sessions_wake_at_idx",
    sessions.c.wake_at,
    postgresql_where=text("wake_at IS NOT NULL"),
    sqlite_where=text("wake_at IS NOT NULL"),
)

# `renewed_at` is the last sign of life while an inbound is new: of its owner, or of whoever put it into the queue.
inbounds = Table(
    "inbounds",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("seed", BigId, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("provider", Text),
    Column("content", Json),
    Column("owner", Text),
    Column("renewed_at", UtcTime),
    Column("reply_by", UtcTime),
    PrimaryKeyConstraint("session_id", "seq"),
    UniqueConstraint("session_id", "key"),
)
Index(
    "inbounds_new_idx",
    inbounds.c.session_id,
    inbounds.c.seq,
    postgresql_where=text("state = 'new'"),
    sqlite_where=text("state = 'new'"),
)

turns = Table(
    "turns",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("trace", Json, nullable=False),
    PrimaryKeyConstraint("session_id", "seq"),
)

answers = Table(
    "answers",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("index", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("ask", Json, nullable=False),
    Column("value", Json, nullable=False),
    PrimaryKeyConstraint("session_id", "seq", "index"),
)

outbounds = Table(
    "outbounds",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("index", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("due_at", UtcTime),
    Column("updated_at", UtcTime),
    Column("provider_id", Text),
    Column("error_code", Text),
    PrimaryKeyConstraint("session_id", "version", "index"),
)
UNSETTLED_STATES = ("ready", "handed", "sending", "unknown")
UNSETTLED = f"state IN {UNSETTLED_STATES}"
Index(
    "outbounds_unsettled_idx",
    outbounds.c.session_id,
    outbounds.c.version,
    outbounds.c.index,
    postgresql_where=text(UNSETTLED),
    sqlite_where=text(UNSETTLED),
)

executions = Table(
    "executions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", BigId, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("flow_version", Integer, nullable=False),
    Column("status", Text, nullable=False),  # pending, running, waiting, paused, completed, failed, cancelled
    Column("error", Json),
)
