"""Migration 0028 moves columns of sessions and turns traces into text: nothing of a row is changed."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from botflow.storage.engines.postgres_connect import driver_url
from botflow.storage.migrations.upgrade import SCRIPTS

ROWS = """
INSERT INTO sessions (id, workflow_id, version, last_seq, done_seq, flow_version, wake_at, created_at, updated_at,
    parked, paused, channel, external_id, state, token_revoked)
  VALUES (7, 1, 3, 4, 2, 5, '2026-01-02', '2026-01-03', '2026-01-04', true, true, 'sms', '+1555', '{"a": [1.50, null]}',
    true), (8, 1, 0, 0, 0, NULL, NULL, '2026-01-03', '2026-01-04', false, false, 'chat', 'Ann', '{}', false);
INSERT INTO turns (session_id, at, seq, version, status, trace)
  VALUES (7, '2026-01-04', 1, 1, 'waiting', '[["edge", "a", "next", "b"], ["said", {"n": 1e2}]]')
"""
READ = "SELECT to_jsonb(s) FROM sessions s UNION ALL SELECT to_jsonb(t) FROM turns t"


@pytest.mark.parametrize("database_kind", ["postgres"])
def test_each_row_is_what_it_was(database_kind: str, empty_postgres_url: str) -> None:
    engine = create_engine(driver_url(empty_postgres_url).replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        _upgrade(connection, "0027")
        connection.execute(text(ROWS.replace(":", r"\:")))
        before = connection.execute(text(READ)).scalars().all()
        _upgrade(connection, "0028")
        assert connection.execute(text(READ)).scalars().all() == before
        order = "SELECT attname FROM pg_attribute WHERE attrelid = 'sessions'::regclass AND attnum > 0 ORDER BY attnum"
        columns = [name for name in connection.execute(text(order.replace(":", r"\:"))).scalars() if "..." not in name]
        assert columns[-1] == "state"
    engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    connection.commit()
