"""What a turn reads and writes. Natural keys, few indexes, NULL for empty values: a turn may log at most 1.5 kB.

These tables have no foreign keys: each check would lock a row, and log the lock, once per insert.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime, WrittenJson
from botflow.storage.tables.schema import metadata

# A turn's update must be HOT: room in the page, and no index on a column that every turn changes. The columns that a
# turn changes are last: Postgres does not log what an updated row has in common with the former one at its beginning.
# The wait's token is in `state`; `flow_version` is set while an execution is under way.
sessions = Table(
    "sessions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("token_revoked", Boolean, nullable=False, server_default=false()),
    Column("parked", Boolean, nullable=False),
    Column("flow_version", Integer),
    Column("version", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("done_seq", Integer, nullable=False),
    Column("wake_at", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
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

# `merged_into` is the seq of the inbound whose turn also answered this one. `owner` is the process that runs it. With
# `priority` and without an owner it waits to be claimed; without both it waits behind another inbound of its session.
# One that a fork of a conversation has yet to hear is `planned`, and has a seq below 0 (`storage.runs.plays`).
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
    Column("reply_by", UtcTime),
    Column("merged_into", Integer),
    Column("priority", SmallInteger),
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

# An inbound that the receiving process runs is never in this index.
CLAIMABLE = "state = 'new' AND owner IS NULL AND priority IS NOT NULL"
Index(
    "inbounds_claimable_idx",
    inbounds.c.priority.desc(),
    inbounds.c.received_at,
    postgresql_where=text(CLAIMABLE),
    sqlite_where=text(CLAIMABLE),
)

# A process renews all its leases by renewing its row. `queues` are the queues it works on, "" when it only serves.
processes = Table(
    "processes",
    metadata,
    Column("id", Text, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("queues", Text, nullable=False),
    Column("cannot_run", Text, nullable=False, server_default=""),  # ids of versions, with commas between them
    PrimaryKeyConstraint("id"),
)

turns = Table(
    "turns",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("trace", WrittenJson, nullable=False),
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
    Column("segments", SmallInteger),
    Column("former_ids", Text),  # the provider's ids of failed sendings, before it was sent again
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

Index(
    "outbounds_held_idx",
    outbounds.c.session_id,
    outbounds.c.version,
    outbounds.c.index,
    postgresql_where=text("state = 'held'"),
    sqlite_where=text("state = 'held'"),
)
# A provider's message may have to be found by its text alone, and must then belong to one part only.
Index(
    "outbounds_provider_id_idx",
    outbounds.c.provider_id,
    unique=True,
    postgresql_where=text("provider_id IS NOT NULL"),
    sqlite_where=text("provider_id IS NOT NULL"),
)
