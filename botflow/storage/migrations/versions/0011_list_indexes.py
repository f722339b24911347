"""Lists of executions and of decisions read an index in their own order, whatever they are filtered by.

A large database may have them before: built by hand with CREATE INDEX CONCURRENTLY, under the same names.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = {
    "executions_started_at_idx": ("executions", ["started_at", "id"]),
    "executions_session_id_idx": ("executions", ["session_id", "started_at", "id"]),
    "executions_flow_version_idx": ("executions", ["flow_version", "status", "started_at", "id"]),
    "decisions_person_idx": ("decisions", ["organization_id", "address", "id"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns, if_not_exists=True)
