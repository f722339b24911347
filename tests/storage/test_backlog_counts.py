"""What waits is counted, with its age, on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, text

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import UNDER_WAY
from botflow.records.sessions import StoredSession
from botflow.storage.backlog_counts import Waiting
from botflow.storage.database import Database, open_database
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import effects, executions
from tests.storage.aged_rows import make_due, start_run_of
from tests.storage.leased_turns import ONE, accept, finish, leased
from tests.storage.sample_turns import key, message, said, waiting
from tests.storage.statements import noted_statements, steps_of


async def test_an_empty_database_has_nothing_waiting(database: Database) -> None:
    census = await database.census.take()
    nothing = Waiting(count=0, oldest_s=0.0)
    assert (census.sessions, census.timers, census.effects, census.outbox) == (0, nothing, nothing, {})


async def test_what_waits_is_counted_by_kind(database: Database) -> None:
    parts = [said("one", "ready"), said("two", "ready"), said("three", "unknown"), said("four", "sent")]
    turn = waiting(StoredSession(key=key()), message("m1"), *parts, timeout_s=60)
    stored = await database.turns.commit(turn)
    assert stored is not None
    await make_due(database, stored.session)
    for person in ("ann", "bob"):
        for name in ("m2", "m3"):
            await accept(database, name, who=key(person))
    row = {"session_id": 1, "version": 1, "index": 0, "kind": "emit", "body": {}, "attempts": 0}
    late, early = (datetime.now(UTC) + timedelta(seconds=seconds) for seconds in (-30, 30))
    due = [{**row, "due_at": late}, {**row, "index": 1, "due_at": early}]
    await database.engine.write(lambda connection: connection.execute(insert(effects), due))
    census = await database.census.take()
    assert census.sessions == 2
    assert census.timers.count == 1
    assert 1 <= census.timers.oldest_s < 30
    assert census.effects.count == 1
    assert 30 <= census.effects.oldest_s < 60
    assert {state: found.count for state, found in census.outbox.items()} == {"ready": 2, "unknown": 1}


async def test_an_empty_database_has_no_queue(database: Database) -> None:
    assert await database.census.depths() == []


async def test_what_waits_to_be_claimed_and_what_runs_is_counted_by_queue_and_priority(database: Database) -> None:
    late = datetime.now(UTC) - timedelta(minutes=2)
    for number in range(3):
        await accept(database, message("m1", received_at=late), who=key(f"waits-{number}"))
    for number in range(2):
        await leased(database, message("m1", received_at=late), who=key(f"runs-{number}"))
    await start_run_of(database, "low", priority=-10)
    await start_run_of(database, "normal")
    depths = {(each.queue, each.priority): each for each in await database.census.depths()}
    assert {place: (each.waiting, each.running) for place, each in depths.items()} == {
        ("turns", MESSAGE_PRIORITY): (3, 2),
        ("executions", -10): (1, 0),
        ("executions", 0): (1, 0),
    }
    assert 119 < depths["turns", MESSAGE_PRIORITY].oldest_s < 180
    assert depths["executions", 0].oldest_s < 60


async def test_what_waits_for_a_turn_of_its_own_session_says_nothing_about_the_load(database: Database) -> None:
    """However long that takes: nobody else's message may be refused for it."""
    late = datetime.now(UTC) - timedelta(minutes=2)
    lease = await leased(database, "m1")
    await accept(database, message("m2", received_at=late))
    [depth] = await database.census.depths()
    assert (depth.waiting, depth.running, depth.oldest_s) == (1, 1, 0.0)
    await database.leases.let_go(ONE, [lease.queued.id])
    [depth] = await database.census.depths()
    assert (depth.waiting, depth.running) == (2, 0)
    assert depth.oldest_s > 119


async def test_what_runs_is_as_old_as_it_likes_and_what_is_done_or_cannot_go_on_is_not_counted(
    database: Database,
) -> None:
    late = datetime.now(UTC) - timedelta(minutes=2)
    await leased(database, message("m1", received_at=late))
    done = await leased(database, "m1", who=key("bob"))
    await finish(database, done, waiting(done.session, done.queued.inbound, accepts=("child_done",)))
    await accept(database, "m2", who=key("bob"))
    [depth] = await database.census.depths()
    assert (depth.waiting, depth.running, depth.oldest_s) == (0, 1, 0.0)


async def test_counting_reads_the_indexes_of_what_is_unfinished(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    with noted_statements() as statements:
        await database.census.take()
        await database.census.depths()
    await database.close()
    plans = [steps_of(sqlite_url, statement, parameters) for statement, parameters in statements]
    steps = " / ".join(step for plan in plans for step in plan)
    assert len(plans) == 5
    for index in ("inbounds_new_idx", "outbounds_unsettled_idx", "sessions_wake_at_idx", "effects_due_at_idx"):
        assert index in steps
    assert not re.search(r"SCAN (sessions|inbounds|outbounds|effects)(?! USING)", steps), steps


async def test_open_executions_are_counted_by_status_in_an_index(database: Database, database_url: str) -> None:
    assert await database.census.open_executions() == dict.fromkeys(UNDER_WAY, 0)
    for number in (1, 2):
        await database.flows.publish("bot", "Bot", f"d{number}", {"bot": {}})
    rows = [
        {"id": uuid4(), "session_id": 1, "started_at": datetime.now(UTC), "flow_version": version, "status": status}
        for version in (1, 2)
        for status, count in (("waiting", 2), ("running", 1), ("completed", 5), ("paused", version))
        for _ in range(count)
    ]
    await database.engine.write(lambda connection: connection.execute(insert(executions), rows))
    with noted_statements() as sent:
        found = await database.census.open_executions()
    assert found == {"pending": 0, "running": 2, "waiting": 4, "paused": 3, "cancelling": 0}
    [(statement, given)] = [each for each in sent if "executions" in each[0]]
    await database.engine.read(lambda connection: is_read_from_its_index(connection, database_url, statement, given))


def is_read_from_its_index(connection: Connection, url: str, statement: str, given: Any) -> None:
    """Assert that a statement reads no execution itself, but for the index."""
    if is_postgres(connection):
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))  # these tables have few rows
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars())
        assert plan.count("Index Only Scan using executions_flow_version_idx") == len(UNDER_WAY)
    else:
        steps = [step for step in steps_of(url, statement, given) if "executions" in step]
        assert len(steps) == len(UNDER_WAY)
        for step in steps:
            assert "COVERING INDEX executions_flow_version_idx (flow_version=? AND status=?)" in step
