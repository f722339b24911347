"""Since when a workflow's active version is in force: from then on its new and changed schedules count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workflows", sa.Column("in_force_since", UtcTime()))
