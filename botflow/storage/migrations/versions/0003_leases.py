"""Inbounds are leased to processes: the job engine's tables are dropped, and waiting inbounds can be claimed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLAIMABLE = "state = 'new' AND owner IS NULL AND priority IS NOT NULL"
JOB_TABLES = (
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
    "finished_jobs",
)
# Indexes that are not procrastinate's own: the previous release made them, on Postgres and on SQLite.
OURS = {"procrastinate_jobs_lock_id_idx", "procrastinate_jobs_doing_idx"}
# Which inbounds a session takes now: a message only if the session does not wait for something else.
TAKES_ON_POSTGRES = (
    "(inbounds.kind <> 'message' OR s.parked OR coalesce(s.state -> 'wait' -> 'accepts' ? 'message', true)"
    " OR inbounds.content ? 'consent')"
)
TAKES = (
    "(inbounds.kind <> 'message' OR s.parked OR s.state -> '$.wait.accepts' IS NULL"
    " OR instr(s.state -> '$.wait.accepts', '\"message\"') OR inbounds.content -> '$.consent' IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="processes_pkey"),
    )
    op.add_column("inbounds", sa.Column("priority", sa.SmallInteger()))
    _make_claimable()
    with op.batch_alter_table("inbounds") as inbounds:
        inbounds.drop_column("renewed_at")
    op.create_index(
        "inbounds_claimable_idx",
        "inbounds",
        [sa.text("priority DESC"), "received_at"],
        postgresql_where=sa.text(CLAIMABLE),
        sqlite_where=sa.text(CLAIMABLE),
    )
    _drop_jobs()


def _make_claimable() -> None:
    """Make waiting inbounds claimable, unless the session is paused or takes none now: messages and the inbounds that
    follow from them at the priority of messages, runs at their own."""
    op.execute("UPDATE inbounds SET owner = NULL WHERE state = 'new'")
    op.execute(
        "UPDATE inbounds SET priority = CASE WHEN s.channel <> 'run' THEN 10 ELSE coalesce((SELECT e.priority"
        ' FROM executions e WHERE e.session_id = s.id AND e."trigger" IS NOT NULL), 0) END'
        " FROM sessions s WHERE s.id = inbounds.session_id AND NOT s.paused"
        f" AND inbounds.state = 'new' AND inbounds.kind <> 'pause' AND {TAKES_ON_POSTGRES if _is_postgres() else TAKES}"
    )


def _drop_jobs() -> None:
    """Drop the former job tables, and procrastinate's functions and types on Postgres.

    Nothing is dropped if the previous release did not make the tables: they may be an application's own.
    """
    if "procrastinate_jobs" not in (inspector := sa.inspect(op.get_bind())).get_table_names():
        return
    if not OURS & {index["name"] for index in inspector.get_indexes("procrastinate_jobs")}:
        return
    for table in JOB_TABLES:
        op.execute(f"DROP TABLE IF EXISTS {table}" + (" CASCADE" if _is_postgres() else ""))
    if _is_postgres():
        op.execute(
            "DO $$ DECLARE thing text; BEGIN"
            " FOR thing IN SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.proname LIKE 'procrastinate%' AND p.pronamespace = current_schema()::regnamespace"
            " LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || thing || ' CASCADE'; END LOOP;"
            " FOR thing IN SELECT format('%I', t.typname) FROM pg_type t"
            " WHERE t.typname LIKE 'procrastinate%' AND t.typtype IN ('e', 'c')"
            " AND t.typnamespace = current_schema()::regnamespace"
            " LOOP EXECUTE 'DROP TYPE IF EXISTS ' || thing || ' CASCADE'; END LOOP; END $$"
        )


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
