"""The tables. Natural keys, few indexes, NULL for empty values: a turn may write at most 1.5 kB of log.

The tables that a turn writes have no foreign keys: each check would lock a row, and log the lock, once per insert.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime

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
    Column("in_force_since", UtcTime),  # when the active version was published or put into service, NULL before 0009
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
    Column("author", Text),  # who published it first, NULL for a file
    Column("message", Text),  # what that person said of it
    UniqueConstraint("workflow_id", "digest"),
    UniqueConstraint("workflow_id", "number"),
)

# A turn's update must be HOT: room in the page, and no index on a column that every turn changes. The wait's token is
# in `state`; `flow_version` is set while an execution is under way.
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
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", Json, nullable=False),
    Column("token_revoked", Boolean, nullable=False, server_default=false()),
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

# The execution of a conversation, or of a run (channel `run`): only a run has a `trigger`, and its `session_id` is
# unique. Cost and duration are computed from answers and turns. `variables` are those at the end.
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
    Column("trigger", Text),  # what began a run: api, event, schedule, webhook, manual, child
    Column("began", Text),  # what began a conversation's: api, manual, webhook, opened; NULL for a message
    Column("priority", SmallInteger),
    Column("retries", SmallInteger),
    Column("user_name", Text),
    Column("input", Json),
    Column("output", Json),
    Column("metadata", Json),
    Column("variables", Json),
    Column("progress", Json),
    Column("parent_session", BigId),
    Column("parent_token", Text),
    Column("parent_branch", Text),
)
Index(
    "executions_parent_session_idx",
    executions.c.parent_session,
    postgresql_where=text("parent_session IS NOT NULL"),
    sqlite_where=text("parent_session IS NOT NULL"),
)
# For runs only: a conversation's turn writes no row here.
Index(
    "executions_run_idx",
    executions.c.session_id,
    postgresql_where=text('"trigger" IS NOT NULL'),
    sqlite_where=text('"trigger" IS NOT NULL'),
)

# The filters of the list, in its order; each is written when an execution begins and when it ends.
Index("executions_started_at_idx", executions.c.started_at, executions.c.id)
Index("executions_session_id_idx", executions.c.session_id, executions.c.started_at, executions.c.id)
Index(
    "executions_flow_version_idx",
    executions.c.flow_version,
    executions.c.status,
    executions.c.started_at,
    executions.c.id,
)

# What follows a commit besides messages: a child to start, a parent to tell, an event to emit. The row is deleted when
# the effect is carried out, and all rows it writes have natural keys, so carrying it out twice changes nothing.
effects = Table(
    "effects",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("index", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("session_id", "version", "index"),
)
Index("effects_due_at_idx", effects.c.due_at)

# Where a run may be retried from: the session's state before `node`.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("node", Text, nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("state", Json, nullable=False),
    PrimaryKeyConstraint("session_id", "version"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("execution_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),  # output, artifact, metadata, value
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("created_at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("execution_id", "key"),
)

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

# One row per schedule trigger of a workflow's active version; `next_at` is NULL while it does not run.
schedules = Table(
    "schedules",
    metadata,
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("missed", Text, nullable=False),  # skip, once, all
    Column("next_at", UtcTime),
    Column("last_at", UtcTime),
    PrimaryKeyConstraint("workflow_id", "node"),
)
Index("schedules_next_at_idx", schedules.c.next_at)

# Facts about a person at an address, for every workflow of the organization.
contacts = Table(
    "contacts",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("time_zone", Text),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "channel", "address"),
)

# Evidence: why something was or was not sent, asked or allowed. Rows are only added.
decisions = Table(
    "decisions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", Text, nullable=False),  # opt_out, opt_in, suppressed, delayed, held, refused, released
    Column("reason", Text, nullable=False),  # a stable code
    Column("session_id", BigId),
    Column("subject", Text),  # the wire id of the part or the id of the inbound that it is about
    Column("detail", Json),
)
Index("decisions_address_idx", decisions.c.organization_id, decisions.c.channel, decisions.c.address, decisions.c.at)
Index("decisions_person_idx", decisions.c.organization_id, decisions.c.address, decisions.c.id)  # on any channel

# Spent and reserved amounts, by scope (session, contact, organization) and UTC day ("" for a session's whole life).
spending = Table(
    "spending",
    metadata,
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),  # millionths of a US dollar
    PrimaryKeyConstraint("scope", "key", "day"),
)

# When a sending address may send again.
senders = Table(
    "senders",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("channel", "address"),
)

# Named sets of secret fields for a module; `fields` is encrypted and bound to the row. `public_id` is the one that is
# shown: row numbers would tell an organization how many the others have.
credentials = Table(
    "credentials",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("user_name", Text, nullable=False),  # "" for all users of the organization
    Column("module", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("public_id", Text),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("is_default", Boolean, nullable=False, server_default=false()),
    Column("updated_at", UtcTime),
    UniqueConstraint("organization_id", "user_name", "name"),
)
Index("credentials_name_idx", credentials.c.organization_id, credentials.c.name, credentials.c.user_name)
