"""Looking for work costs what there is to do, not what was ever done: the statements use their partial indexes."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event

from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from botflow.storage.engines.sqlite import sqlite_path
from botflow.storage.turns import sqlite_inbox, sqlite_sessions
from tests.storage.sample_turns import key, message, waiting


@pytest.mark.parametrize(
    ("look", "index"),
    [
        ("fire_due_waits", "sessions_wake_at_idx"),
        ("defer_orphans", "inbounds_new_idx"),
        ("claim_sends", "outbounds_unsettled_idx"),
        ("unresolved", "outbounds_unsettled_idx"),
    ],
)
async def test_a_look_for_work_reads_its_index_on_sqlite(sqlite_url: str, look: str, index: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    await database.sessions.commit_turns([waiting(StoredSession(key=key()), message("m1"))])
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(database.engine._writer.sync_engine, "before_cursor_execute", note)  # type: ignore[union-attr]
    await _look(database, look)
    statement, parameters = statements[0]
    async with database.engine.read() as connection:
        plan: Any = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
    await database.close()
    steps = " / ".join(row[3] for row in plan)
    assert index in steps
    assert not re.search(r"SCAN (sessions|inbounds|outbounds)(?! USING INDEX \w+_idx)", steps)


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (sqlite_inbox.BEGIN, ["inbounds_new_idx"]),
        (sqlite_inbox.FINISH, ["inbounds_new_idx"]),
        (sqlite_sessions.MOVE, ["sqlite_autoindex_inbounds_2", "outbounds_unsettled_idx"]),
        (sqlite_sessions.FIND_BY_KEY, ["sqlite_autoindex_sessions_1", "sqlite_autoindex_inbounds_2"]),
    ],
)
async def test_a_hot_statement_never_scans_a_table_on_sqlite(
    sqlite_url: str, statement: str, indexes: list[str]
) -> None:
    anything: Mapping[str, Any] = defaultdict(lambda: 1)
    with closing(sqlite3.connect(sqlite_path(sqlite_url))) as connection:
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", anything)]
    assert all(any(index in step for step in steps) for index in indexes), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


async def _look(database: Database, name: str) -> None:
    match name:
        case "fire_due_waits":
            await database.timers.fire_due_waits(10)
        case "defer_orphans":
            await database.timers.defer_orphans(10)
        case "claim_sends":
            await database.outbox.claim_sends(10, lambda channel, sender: 1.0)
        case "unresolved":
            await database.outbox.unresolved(10, 10)
