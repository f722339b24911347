"""People who sign in, their browsers, and the keys of applications that vouch for people of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcTime()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("deactivated_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.UniqueConstraint("email", name="users_email_key"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="users_organization_id_fkey"),
    )
    op.create_index("users_organization_id_idx", "users", ["organization_id", "created_at", "id"])
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="sign_ins_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="sign_ins_user_id_fkey", ondelete="CASCADE"),
    )
    op.create_index("sign_ins_user_id_idx", "sign_ins", ["user_id"])
    op.create_index("sign_ins_expires_at_idx", "sign_ins", ["expires_at"])
    op.create_table(
        "token_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="token_keys_pkey"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="token_keys_organization_id_fkey"),
    )
    op.create_index("token_keys_organization_id_idx", "token_keys", ["organization_id", "created_at", "id"])
