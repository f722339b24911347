"""Handoffs in the database: listed by an index that holds the open ones alone, pruned, and once opened never again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, insert, select, text

from botflow.engine.effects import OpenHandoff
from botflow.storage.database import Database
from botflow.storage.engines.dialects import is_postgres, now
from botflow.storage.runs.handoff_rows import close_rows, open_row
from botflow.storage.service.sessions.handoff_pages import HandoffChoice, HandoffFilter, page_of_handoffs
from botflow.storage.service.sessions.waiting_times import WaitingTimes, list_waiting_times, page_of_waiting_times
from botflow.storage.tables import handoffs, sessions, workflows
from tests.organizations import HOME

REQUEST = OpenHandoff(version=2, node="agent", queue="billing", priority=1, note="x", summary={"a": 1}, results=("b",))
ENDED, WAITING = 5_000, 20


def add_session(connection: Connection, state: Mapping[str, Any]) -> int:
    connection.execute(
        insert(workflows).values(
            id=1, organization_id=HOME, slug="desk", name="Desk", mode="persistent", status="active", created_at=now()
        )
    )
    columns = {"workflow_id": 1, "channel": "chat", "version": 3, "last_seq": 0, "done_seq": 0, "parked": False}
    made = insert(sessions).values(**columns, external_id="ann", state=state, created_at=now(), updated_at=now())
    return int(connection.execute(made.returning(sessions.c.id)).scalar_one())


@pytest.mark.parametrize(
    ("handoff", "expected"),
    [
        ({"person": "", "since": 0, "version": 2}, (None, None)),
        ({"person": "Maria", "since": 2, "version": 2}, ("Maria", None)),
        ({"person": "", "since": 0, "version": 9}, (None, "cancelled")),
        (None, (None, "cancelled")),
    ],
)
async def test_a_row_says_what_its_session_says_although_it_comes_later(
    database: Database, handoff: dict[str, Any] | None, expected: tuple[Any, ...]
) -> None:
    def change(connection: Connection) -> list[Any]:
        session = add_session(connection, {"handoff": handoff} if handoff else {})
        tells = [open_row(connection, session, REQUEST) for _ in range(2)]
        assert tells == [expected == (None, None), False]  # people are told once, and only while it waits
        found = select(handoffs.c.person, handoffs.c.outcome)
        before = [tuple(row) for row in connection.execute(found)]
        close_rows(connection, session, "returned", version=2)
        open_row(connection, session, REQUEST)
        assert connection.execute(select(handoffs.c.ended_at)).scalars().all() != [None]
        return before

    assert await database.engine.write(change) == [expected]


@pytest.mark.parametrize("state", get_args(HandoffChoice))
async def test_a_page_is_read_by_its_index_however_many_handoffs_have_ended(
    database: Database, state: HandoffChoice
) -> None:
    def plan(connection: Connection) -> str:
        session = add_session(connection, {})
        common = {
            "organization_id": HOME,
            "workflow_id": 1,
            "session_id": session,
            "node": "a",
            "queue": "q",
            "priority": 1,
            "note": "",
            "summary": {},
            "results": [],
        }
        rows = [
            {**common, "version": number, "outcome": "returned" if number < ENDED else None}
            for number in range(ENDED + WAITING)
        ]
        connection.execute(insert(handoffs).values(requested_at=now(), ended_at=now()), rows[:ENDED])
        connection.execute(insert(handoffs).values(requested_at=now()), rows[ENDED:])
        if is_postgres(connection):
            connection.execute(text("ANALYZE handoffs"))
        query = page_of_handoffs(HOME, HandoffFilter(state=state), None, 50)
        written = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if is_postgres(connection) else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {written}"))

    shown = await database.engine.write(plan)

    assert f"handoffs_{'ended' if state == 'ended' else 'open'}_idx" in shown
    assert "Seq Scan on handoffs" not in shown


async def test_waiting_times_are_rolled_up_by_day_and_queue_from_an_index(database: Database) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def change(connection: Connection) -> tuple[list[WaitingTimes], str]:
        session = add_session(connection, {})
        common = {"organization_id": HOME, "workflow_id": 1, "session_id": session, "node": "a", "priority": 1}
        common |= {"note": "", "summary": {}, "results": []}
        rows: list[tuple[Any, ...]] = []
        for number in range(1, 101):  # claimed after 1 to 100 seconds, returned after ten times that
            asked = noon + timedelta(days=number % 2)
            claimed, ended = asked + timedelta(seconds=number), asked + timedelta(seconds=10 * number)
            rows.append((number, "billing", asked, claimed, ended, "returned"))
        rows.append((200, "billing", noon, None, noon + timedelta(seconds=5), "timed_out"))
        rows.append((201, "sales", noon, None, None, None))
        rows += [(202, "", noon, noon, noon, "returned"), (203, "billing", noon - timedelta(days=9), None, None, None)]
        for version, queue, asked, claimed, ended, outcome in rows:
            times = {"requested_at": asked, "first_claimed_at": claimed, "ended_at": ended, "outcome": outcome}
            connection.execute(insert(handoffs).values(**common, version=version, queue=queue, **times))
        span = (HOME, noon - timedelta(days=1), noon + timedelta(days=2))
        if is_postgres(connection):
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        query = page_of_waiting_times(connection, *span, None, None, 50)
        written = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if is_postgres(connection) else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {written}"))
        pages = [list_waiting_times(connection, *span, None, None, 1)]
        while len(pages[-1]) == 2:
            pages.append(list_waiting_times(connection, *span, None, (str(pages[-1][0].day), pages[-1][0].queue), 1))
        whole = list_waiting_times(connection, *span, None, None, 50)
        assert [page[0] for page in pages] == whole
        assert list_waiting_times(connection, *span, "sales", None, 50) == whole[1:2]
        return whole, plan

    (even, sales, odd), plan = await database.engine.write(change)

    counts = ("day", "queue", "requested", "claimed", "returned", "abandoned")
    assert [tuple(getattr(row, name) for name in counts) for row in (even, sales, odd)] == [
        (date(2026, 11, 20), "billing", 51, 50, 50, 1),
        (date(2026, 11, 20), "sales", 1, 0, 0, 0),
        (date(2026, 11, 21), "billing", 50, 50, 50, 0),
    ]
    times = ("claimed_median", "claimed_p95", "returned_median", "returned_p95")
    assert [tuple(getattr(row, name) for name in times) for row in (even, sales, odd)] == [
        (50.0, 96.0, 500.0, 960.0),
        (None, None, None, None),
        (49.0, 95.0, 490.0, 950.0),
    ]
    assert "handoffs_requested_idx" in plan
