"""The service around the conversations: credentials, keys, people, drafts, publications, the audit log."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
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
from botflow.storage.tables.schema import metadata

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

# `id` is the public half of a key, `digest` the SHA-256 of its secret half: 256 random bits need no slow hash.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
)
Index("api_keys_organization_id_idx", api_keys.c.organization_id, api_keys.c.created_at, api_keys.c.id)

# What editors write before they publish. A workflow without a row here is edited from its active version.
drafts = Table(
    "drafts",
    metadata,
    Column("workflow_id", BigId, ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
    Column("document", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

# Who changed what, when, and from where. Rows are not changed; retention deletes old ones. `before` and `after` never
# hold a secret.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),  # where the call came from, "" for one in this process
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
)
Index("audit_log_subject_idx", audit_log.c.organization_id, audit_log.c.subject, audit_log.c.id)
Index("audit_log_organization_id_idx", audit_log.c.organization_id, audit_log.c.id)

# After how many days what is over is deleted. An organization without a row, or NULL in a column, leaves it to the
# deployment.
retentions = Table(
    "retentions",
    metadata,
    Column("organization_id", BigId, ForeignKey("organizations.id"), primary_key=True),
    Column("conversation_days", Integer),
    Column("run_days", Integer),
    Column("file_days", Integer),
    Column("event_days", Integer),
    Column("decision_days", Integer),
    Column("audit_log_days", Integer),
    Column("revision", Integer, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("pruned_at", UtcTime, nullable=False),
)

# The answers to POSTs that named a key. `status` is NULL while the first of them runs, or if it was cut off.
idempotent_requests = Table(
    "idempotent_requests",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of method, path and body
    Column("created_at", UtcTime, nullable=False),
    Column("status", SmallInteger),
    Column("headers", Json),
    Column("body", LargeBinary),
    PrimaryKeyConstraint("organization_id", "key"),
)
Index("idempotent_requests_created_at_idx", idempotent_requests.c.created_at)

# People who sign in. An address has one account in the whole deployment.
users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("email", Text, nullable=False, unique=True),  # in lower case
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),  # Argon2id, with its parameters and salt
    Column("failures", Integer, nullable=False),  # wrong passwords since the last right one
    Column("locked_until", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("deactivated_at", UtcTime),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("picture", Text),  # the address of a picture that contacts see when the person writes to them
)
Index("users_organization_id_idx", users.c.organization_id, users.c.created_at, users.c.id)

# One row per browser that signed in; `digest` is the SHA-256 of what its cookie holds.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)
Index("sign_ins_user_id_idx", sign_ins.c.user_id)
Index("sign_ins_expires_at_idx", sign_ins.c.expires_at)

# What verifies the tokens of an application that embeds botflow. Only public keys: there is nothing to steal here.
token_keys = Table(
    "token_keys",
    metadata,
    Column("id", Text, primary_key=True),  # the token's `kid`
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("algorithm", Text, nullable=False),  # ES256, RS256
    Column("role", Text, nullable=False),  # the highest that a token may claim
    Column("public_key", Text, nullable=False),  # PEM
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)
Index("token_keys_organization_id_idx", token_keys.c.organization_id, token_keys.c.created_at, token_keys.c.id)
# A plan, and what became of it. `state`: planned (until `expires_at`), moving, done, returning, returned. `token` is
# the SHA-256 of the plan's token. `plan` holds what it is bound to, and the moves. The versions are NULL while planned.
publications = Table(
    "publications",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("token", LargeBinary, nullable=False, unique=True),
    Column("plan", Json, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("began_at", UtcTime),  # the present work, for `moving` and `returning`
    Column("finished_at", UtcTime),
    Column("from_version", BigId),  # that new executions got before, NULL for a first publication
    Column("to_version", BigId),
)
Index("publications_workflow_id_idx", publications.c.workflow_id, publications.c.id)
UNFINISHED = "state IN ('moving', 'returning')"
Index(
    "publications_unfinished_idx",
    publications.c.id,
    postgresql_where=text(UNFINISHED),
    sqlite_where=text(UNFINISHED),
)

# The sessions of a publication. `state`: waiting, moved, stayed, refused (both final), returned, gone_on. The columns
# from `flow_version` on say where a moved session came from; `version` is the session's own after the move.
publication_sessions = Table(
    "publication_sessions",
    metadata,
    Column("publication_id", BigId, ForeignKey("publications.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", BigId, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),  # why it was refused
    Column("version", Integer),
    Column("flow_version", Integer),
    Column("execution_id", Uuid),
    Column("wake_at", UtcTime),
    Column("before", Json),
    PrimaryKeyConstraint("publication_id", "session_id"),
)
Index(
    "publication_sessions_state_idx",
    publication_sessions.c.publication_id,
    publication_sessions.c.state,
    publication_sessions.c.session_id,
)

# Versions on trial. `state`: running, promoted, aborted, replaced; a workflow has at most one that runs. `percent` of
# the new executions begin in `version_id`. `publication_id` moves sessions at its end, if that was planned.
canaries = Table(
    "canaries",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("workflow_id", BigId, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("version_id", BigId, nullable=False),
    Column("base_id", BigId, nullable=False),  # the version that was active when it began
    Column("percent", SmallInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("publication_id", BigId),
)
Index("canaries_workflow_id_idx", canaries.c.workflow_id, canaries.c.id)
RUNNING = "state = 'running'"
Index(
    "canaries_running_idx",
    canaries.c.workflow_id,
    unique=True,
    postgresql_where=text(RUNNING),
    sqlite_where=text(RUNNING),
)
