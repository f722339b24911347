"""Handoffs in the database: listed by an index that holds the open ones alone, pruned, and once opened never again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, insert, select, text

from botflow.engine.effects import OpenHandoff
from botflow.storage.database import Database
from botflow.storage.engines.dialects import is_postgres, now
from botflow.storage.runs.handoff_rows import close_rows, open_row
from botflow.storage.service.sessions.handoff_pages import HandoffChoice, HandoffFilter, page_of_handoffs
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
