"""Which versions a process cannot run, so that every process can say which ones no process runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("processes", sa.Column("cannot_run", sa.Text(), nullable=False, server_default=""))
