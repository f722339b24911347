"""What waits is counted, with its age, on both databases."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event, insert

from botflow.records.sessions import StoredSession
from botflow.storage.backlog_counts import Waiting
from botflow.storage.database import Database, open_database
from botflow.storage.tables import effects
from tests.storage.aged_rows import make_due
from tests.storage.sample_turns import key, message, said, waiting


async def test_an_empty_database_has_nothing_waiting(database: Database) -> None:
    census = await database.census.take()
    nothing = Waiting(count=0, oldest_s=0.0)
    assert (census.sessions, census.timers, census.effects, census.outbox) == (0, nothing, nothing, {})


async def test_what_waits_is_counted_by_kind(database: Database) -> None:
    parts = [said("one", "ready"), said("two", "ready"), said("three", "unknown"), said("four", "sent")]
    turn = waiting(StoredSession(key=key()), message("m1"), *parts, timeout_s=60)
    [stored] = await database.sessions.commit_turns([turn])
    assert stored is not None
    await make_due(database, stored.session)
    for person in ("ann", "bob"):
        for name in ("m2", "m3"):
            await database.inbox.enqueue(key(person), message(name, person=person), 7, 0)
    row = {"session_id": 1, "version": 1, "index": 0, "kind": "emit", "body": {}, "attempts": 0}
    async with database.engine.write() as connection:
        await connection.execute(insert(effects).values(**row, due_at=database.engine.now(-30.0)))
        await connection.execute(insert(effects).values(**{**row, "index": 1}, due_at=database.engine.now(30.0)))
    census = await database.census.take()
    assert census.sessions == 2
    assert census.timers.count == 1
    assert 1 <= census.timers.oldest_s < 30
    assert census.effects.count == 1
    assert 30 <= census.effects.oldest_s < 60
    assert {state: found.count for state, found in census.outbox.items()} == {"ready": 2, "unknown": 1}


async def test_counting_reads_the_indexes_of_what_is_unfinished(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine._readers.sync_engine, "before_cursor_execute", note)  # type: ignore[union-attr]
    await database.census.take()
    async with database.engine.read() as connection:
        plans: list[Any] = [
            (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
            for statement, parameters in list(statements)
        ]
    await database.close()
    steps = " / ".join(row[3] for plan in plans for row in plan)
    assert len(plans) == 4
    for index in ("inbounds_new_idx", "outbounds_unsettled_idx", "sessions_wake_at_idx", "effects_due_at_idx"):
        assert index in steps
    assert not re.search(r"SCAN (sessions|inbounds|outbounds|effects)(?! USING)", steps), steps
