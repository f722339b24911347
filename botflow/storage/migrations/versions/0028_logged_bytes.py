"""What a turn changes of a session is last in its row, and a turn's trace is JSON as text: both make Postgres log less.

Postgres cannot move columns: each is added anew behind the others, filled and renamed. SQLite logs whole pages, and its
JSON is text already.

Processes of an older release stop: they read a trace by functions of JSONB.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.dialects import is_postgres
from botflow.storage.migrations import VERSION_TABLE

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CHANGED = {
    "parked": "boolean NOT NULL",
    "flow_version": "integer",
    "version": "integer NOT NULL",
    "last_seq": "integer NOT NULL",
    "done_seq": "integer NOT NULL",
    "wake_at": "timestamptz",
    "updated_at": "timestamptz NOT NULL",
    "state": "jsonb NOT NULL",
}
WAKE_AT = "sessions_wake_at_idx"


def upgrade() -> None:
    if not is_postgres(op.get_bind()):
        return
    op.execute(sa.text("ALTER TABLE turns ALTER trace TYPE json USING trace::json"))
    op.drop_index(WAKE_AT, "sessions")
    _alter(f"ADD {name}_moved {kind.removesuffix(' NOT NULL')}" for name, kind in CHANGED.items())
    op.execute(sa.text("UPDATE sessions SET " + ", ".join(f"{name}_moved = {name}" for name in CHANGED)))
    _alter(f"DROP {name}" for name in CHANGED)
    for name in CHANGED:
        op.alter_column("sessions", f"{name}_moved", new_column_name=name)
    op.execute(sa.text(f"UPDATE {VERSION_TABLE} SET oldest = '{revision}'"))
    _alter(f"ALTER {name} SET NOT NULL" for name, kind in CHANGED.items() if kind.endswith(" NOT NULL"))
    op.create_index(WAKE_AT, "sessions", ["wake_at"], postgresql_where=sa.text("wake_at IS NOT NULL"))


def _alter(changes: Iterable[str]) -> None:
    op.execute(sa.text("ALTER TABLE sessions " + ", ".join(changes)))
