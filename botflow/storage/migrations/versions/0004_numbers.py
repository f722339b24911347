"""A stored input or output that is a bare number stays JSON on SQLite: the columns get the type TEXT."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("input", "output"):
            _keep_as_text(name)


def _keep_as_text(name: str) -> None:
    """Change a column of executions to TEXT, and stored numbers to the JSON that they were."""
    op.execute("ALTER TABLE executions ADD COLUMN kept TEXT")
    op.execute(f"UPDATE executions SET kept = CAST({name} AS TEXT)")
    op.execute(f"ALTER TABLE executions DROP COLUMN {name}")
    op.execute(f"ALTER TABLE executions RENAME COLUMN kept TO {name}")
