"""Keys, drafts, the audit log and the answers to repeated requests; who published a version, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keys()
    _drafts()
    _audit_log()
    _idempotent_requests()
    op.add_column("workflow_versions", sa.Column("author", sa.Text()))
    op.add_column("workflow_versions", sa.Column("message", sa.Text()))


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime()),
        sa.Column("last_used_at", UtcTime()),
        sa.Column("revoked_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="api_keys_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="api_keys_organization_id_fkey"),
    )
    op.create_index("api_keys_organization_id_idx", "api_keys", ["organization_id", "created_at", "id"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", name="drafts_pkey"),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name="drafts_workflow_id_fkey", ondelete="CASCADE"),
    )


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", Json),
        sa.Column("after", Json),
        sa.PrimaryKeyConstraint("id", name="audit_log_pkey"),
    )
    op.create_index("audit_log_subject_idx", "audit_log", ["organization_id", "subject", "id"])
    op.create_index("audit_log_organization_id_idx", "audit_log", ["organization_id", "id"])


def _idempotent_requests() -> None:
    op.create_table(
        "idempotent_requests",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("headers", Json),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("organization_id", "key", name="idempotent_requests_pkey"),
    )
    op.create_index("idempotent_requests_created_at_idx", "idempotent_requests", ["created_at"])
