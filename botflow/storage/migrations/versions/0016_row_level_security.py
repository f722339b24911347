"""Row-level security: the tables show a transaction for an organization the rows of that organization."""

from __future__ import annotations

from alembic import op

from botflow.storage.migrations.policies import secure, secure_below, secure_by_workflow

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OWN = (
    *("api_keys", "audit_log", "contacts", "credentials", "decisions"),
    *("idempotent_requests", "token_keys", "users", "workflows"),
)
_OF_WORKFLOWS = ("workflow_versions", "drafts", "schedules", "publications", "sessions")
_OF_SESSIONS = ("inbounds", "turns", "answers", "outbounds", "executions", "effects", "checkpoints", "files")
_BELOW = (
    *((table, "session_id", "sessions") for table in _OF_SESSIONS),
    ("artifacts", "execution_id", "executions"),
    ("file_pieces", "file_id", "files"),
    ("publication_sessions", "publication_id", "publications"),
    ("sign_ins", "user_id", "users"),
)


def upgrade() -> None:
    op.create_index("workflows_organization_id_idx", "workflows", ["organization_id", "id"])
    secure("organizations", "id")
    for table in _OWN:
        secure(table)
    for table in _OF_WORKFLOWS:
        secure_by_workflow(table)
    for table, column, parent in _BELOW:
        secure_below(table, column, parent)
