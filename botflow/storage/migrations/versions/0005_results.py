"""An execution's row keeps its final variables, and what began a conversation's execution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("executions", sa.Column("began", sa.Text()))
    op.add_column("executions", sa.Column("variables", Json))
