"""The first tables: workflows and their versions, conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_workflows()
    _create_sessions()
    _create_journal()
    _create_outcomes()
    op.execute("INSERT INTO organizations (slug, name) VALUES ('default', 'Default')")


def _create_workflows() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="organizations_pkey"),
        sa.UniqueConstraint("slug", name="organizations_slug_key"),
    )
    op.create_table(
        "workflows",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("active_version", BigId),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="workflows_organization_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="workflows_pkey"),
        sa.UniqueConstraint("slug", name="workflows_slug_key"),
    )
    op.create_table(
        "workflow_versions",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("documents", Json, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name="workflow_versions_workflow_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="workflow_versions_pkey"),
        sa.UniqueConstraint("workflow_id", "digest", name="workflow_versions_workflow_id_digest_key"),
        sa.UniqueConstraint("workflow_id", "number", name="workflow_versions_workflow_id_number_key"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("done_seq", sa.Integer(), nullable=False),
        sa.Column("flow_version", sa.Integer()),
        sa.Column("wake_at", UtcTime()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
        sa.UniqueConstraint(
            "workflow_id", "channel", "external_id", name="sessions_workflow_id_channel_external_id_key"
        ),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "sessions_wake_at_idx",
        "sessions",
        ["wake_at"],
        postgresql_where=sa.text("wake_at IS NOT NULL"),
        sqlite_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_table(
        "inbounds",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("seed", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text()),
        sa.Column("content", Json),
        sa.Column("owner", sa.Text()),
        sa.Column("renewed_at", UtcTime()),
        sa.Column("reply_by", UtcTime()),
        sa.PrimaryKeyConstraint("session_id", "seq", name="inbounds_pkey"),
        sa.UniqueConstraint("session_id", "key", name="inbounds_session_id_key_key"),
    )
    op.create_index(
        "inbounds_new_idx",
        "inbounds",
        ["session_id", "seq"],
        postgresql_where=sa.text("state = 'new'"),
        sqlite_where=sa.text("state = 'new'"),
    )


def _create_journal() -> None:
    op.create_table(
        "turns",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trace", Json, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "seq", name="turns_pkey"),
    )
    op.create_table(
        "answers",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("ask", Json, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "seq", "index", name="answers_pkey"),
    )


def _create_outcomes() -> None:
    op.create_table(
        "outbounds",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("index", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("due_at", UtcTime()),
        sa.Column("updated_at", UtcTime()),
        sa.Column("provider_id", sa.Text()),
        sa.Column("error_code", sa.Text()),
        sa.PrimaryKeyConstraint("session_id", "version", "index", name="outbounds_pkey"),
    )
    op.create_index(
        "outbounds_unsettled_idx",
        "outbounds",
        ["session_id", "version", "index"],
        postgresql_where=sa.text("state IN ('ready', 'handed', 'sending', 'unknown')"),
        sqlite_where=sa.text("state IN ('ready', 'handed', 'sending', 'unknown')"),
    )
    op.create_table(
        "executions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime()),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", Json),
        sa.PrimaryKeyConstraint("id", name="executions_pkey"),
    )
