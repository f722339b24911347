"""The oldest release that works on the schema, so that older processes know whether they may go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.migrations import VERSION_TABLE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(VERSION_TABLE, sa.Column("oldest", sa.String(32), nullable=False, server_default="0010"))
