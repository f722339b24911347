"""A session remembers that its visitor's token was revoked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("token_revoked", sa.Boolean(), nullable=False, server_default=sa.false()))
