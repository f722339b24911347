"""Runs without a conversation, effects that follow a commit, schedules, contacts, and spending per person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_columns()
    _index_outbounds()
    _create_runs()
    _create_contacts()
    _create_credentials()


def _add_columns() -> None:
    op.add_column("sessions", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("inbounds", sa.Column("merged_into", sa.Integer()))
    op.add_column("outbounds", sa.Column("segments", sa.SmallInteger()))
    op.add_column("outbounds", sa.Column("former_ids", sa.Text()))
    for column in (
        sa.Column("trigger", sa.Text()),
        sa.Column("priority", sa.SmallInteger()),
        sa.Column("retries", sa.SmallInteger()),
        sa.Column("user_name", sa.Text()),
        sa.Column("input", Json),
        sa.Column("output", Json),
        sa.Column("metadata", Json),
        sa.Column("progress", Json),
        sa.Column("parent_session", BigId),
        sa.Column("parent_token", sa.Text()),
        sa.Column("parent_branch", sa.Text()),
    ):
        op.add_column("executions", column)
    op.create_index(
        "executions_parent_session_idx",
        "executions",
        ["parent_session"],
        postgresql_where=sa.text("parent_session IS NOT NULL"),
        sqlite_where=sa.text("parent_session IS NOT NULL"),
    )
    op.create_index(
        "executions_run_idx",
        "executions",
        ["session_id"],
        postgresql_where=sa.text('"trigger" IS NOT NULL'),
        sqlite_where=sa.text('"trigger" IS NOT NULL'),
    )


def _index_outbounds() -> None:
    for name, columns, where in (
        ("outbounds_held_idx", ["session_id", "version", "index"], "state = 'held'"),
        ("outbounds_provider_id_idx", ["provider_id"], "provider_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "outbounds",
            columns,
            unique=columns == ["provider_id"],
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )


def _create_runs() -> None:
    op.create_table(
        "effects",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("index", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "version", "index", name="effects_pkey"),
    )
    op.create_index("effects_due_at_idx", "effects", ["due_at"])
    op.create_table(
        "checkpoints",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "version", name="checkpoints_pkey"),
    )
    op.create_table(
        "artifacts",
        sa.Column("execution_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("execution_id", "key", name="artifacts_pkey"),
    )
    op.create_table(
        "schedules",
        sa.Column("workflow_id", BigId, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("next_at", UtcTime()),
        sa.Column("last_at", UtcTime()),
        sa.PrimaryKeyConstraint("workflow_id", "node", name="schedules_pkey"),
    )
    op.create_index("schedules_next_at_idx", "schedules", ["next_at"])


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "channel", "address", name="contacts_pkey"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("session_id", BigId),
        sa.Column("subject", sa.Text()),
        sa.Column("detail", Json),
        sa.PrimaryKeyConstraint("id", name="decisions_pkey"),
    )
    op.create_index("decisions_address_idx", "decisions", ["organization_id", "channel", "address", "at"])
    op.create_table(
        "spending",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "day", name="spending_pkey"),
    )
    op.create_table(
        "senders",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="senders_pkey"),
    )


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", BigId, sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="credentials_organization_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="credentials_pkey"),
        sa.UniqueConstraint(
            "organization_id", "user_name", "name", name="credentials_organization_id_user_name_name_key"
        ),
    )
