"""Row-level security: the tables show a transaction for an organization the rows of that organization."""

from __future__ import annotations

from botflow.storage.migrations.policies import secure, secure_below

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

_OWN = (
    *("api_keys", "audit_log", "contacts", "credentials", "decisions"),
    *("idempotent_requests", "token_keys", "users", "workflows"),
)
_BELOW = (
    ("workflow_versions", "workflow_id", "workflows"),
    ("drafts", "workflow_id", "workflows"),
    ("schedules", "workflow_id", "workflows"),
    ("publications", "workflow_id", "workflows"),
    ("publication_sessions", "publication_id", "publications"),
    ("sessions", "workflow_id", "workflows"),
    ("inbounds", "session_id", "sessions"),
    ("turns", "session_id", "sessions"),
    ("answers", "session_id", "sessions"),
    ("outbounds", "session_id", "sessions"),
    ("executions", "session_id", "sessions"),
    ("effects", "session_id", "sessions"),
    ("checkpoints", "session_id", "sessions"),
    ("artifacts", "execution_id", "executions"),
    ("files", "session_id", "sessions"),
    ("file_pieces", "file_id", "files"),
    ("sign_ins", "user_id", "users"),
)


def upgrade() -> None:
    secure("organizations", "id")
    for table in _OWN:
        secure(table)
    for table, column, parent in _BELOW:
        secure_below(table, column, parent)
