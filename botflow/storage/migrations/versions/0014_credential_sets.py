"""Credentials get an id for the API, a revision, the mark of a module's default, and the time of the last change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Every column may be left out: a process of the former release adds credentials during an upgrade.
_NEW_ID = {
    "postgresql": "substr(md5(random()::text || id::text || clock_timestamp()::text), 1, 16)",
    "sqlite": "lower(hex(randomblob(8)))",
}


def upgrade() -> None:
    op.add_column("credentials", sa.Column("public_id", sa.Text()))
    op.add_column("credentials", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("credentials", sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("credentials", sa.Column("updated_at", UtcTime()))
    op.execute(f"UPDATE credentials SET public_id = {_NEW_ID[op.get_bind().dialect.name]}")
    op.create_index("credentials_name_idx", "credentials", ["organization_id", "name", "user_name"])
