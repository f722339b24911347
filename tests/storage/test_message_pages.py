"""Lists of messages: whatever they are found by, pages are parts of one list, and read an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, insert

from botflow.storage.database import Database
from botflow.storage.service.sessions.message_pages import (
    INBOUNDS,
    OUTBOUNDS,
    Found,
    Messages,
    get_message,
    list_in_state,
    list_messages,
)
from botflow.storage.service.sessions.session_walk import MessageFilter
from botflow.storage.tables import inbounds, outbounds, sessions, workflows
from tests.organizations import HOME
from tests.storage.statements import noted_statements, steps_of

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE, EACH = 700, 6
PAGE = 10
FEW_ROWS = 400  # that a step of a plan may look at: 50 sessions with EACH messages, and the index of a state
ANN = [("chat", "p7"), ("sms", "p7")]
LISTED = {
    "a session": MessageFilter(session=7),
    "a session's turn": MessageFilter(session=7, turn=3),
    "a person": MessageFilter(people=ANN),
    "a person's time": MessageFilter(people=ANN, after=AT, before=AT),
    "a workflow": MessageFilter(workflow="w"),
    "a workflow's channel": MessageFilter(workflow="w", channel="chat"),
    "a workflow's rare state": MessageFilter(workflow="w", status="dead"),
}
IN_STATE = [
    (INBOUNDS, MessageFilter(status="new")),
    (OUTBOUNDS, MessageFilter(status="held")),
    (OUTBOUNDS, MessageFilter(status="ready", workflow="w")),
]


async def test_pages_are_parts_of_one_list(database: Database, subtests: pytest.Subtests) -> None:
    await database.engine.write(fill)
    mine = {id for id in range(1, PEOPLE + 1) if id % 10}
    for name, messages in (("inbounds", INBOUNDS), ("outbounds", OUTBOUNDS)):
        with subtests.test(name):
            found = [
                (session.id, messages.key_of(row)) for session, row in await all_pages(database, messages, "w", 100)
            ]
            assert len(found) == len(set(found)) == len(mine) * EACH
            assert {session for session, _ in found} == mine
            of_seven = [key[0] for session, key in found if session == 7]
            assert of_seven == sorted(of_seven, reverse=True)
    with subtests.test("short pages"):
        texted = [id for id in mine if id % 3 == 0]
        assert len(await all_pages(database, INBOUNDS, "w", 7, channel="sms")) == len(texted) * EACH


async def test_a_page_costs_its_length_whatever_it_is_found_by(
    database: Database, database_url: str, subtests: pytest.Subtests
) -> None:
    await database.engine.write(fill)
    looks = [
        *(
            (f"{name}, {kind}", list_messages, messages, wanted)
            for name, wanted in LISTED.items()
            for kind, messages in (("in", INBOUNDS), ("out", OUTBOUNDS))
        ),
        *((f"{wanted.status}", list_in_state, messages, wanted) for messages, wanted in IN_STATE),
    ]
    for name, look, messages, wanted in looks:
        with noted_statements() as sent, subtests.test(name):
            await database.engine.read(look, HOME, messages, wanted, None, PAGE)
            await _check(database, database_url, sent)
    with noted_statements() as sent, subtests.test("the workflow's last sessions"):
        deep = (101, "chat", "p69", 0)
        await database.engine.read(list_messages, HOME, INBOUNDS, MessageFilter(workflow="w"), deep, PAGE)
        await _check(database, database_url, sent)
    with noted_statements() as sent, subtests.test("one"):
        assert await database.engine.read(get_message, HOME, OUTBOUNDS, 7, (1, 0)) is not None
        await _check(database, database_url, sent)


async def _check(database: Database, url: str, sent: list[tuple[str, Any]]) -> None:
    selects = [each for each in sent if each[0].lstrip().upper().startswith("SELECT")]
    assert selects
    if not database.is_postgres:
        for statement, values in selects:
            steps = steps_of(url, statement, values)
            tables = ("SCAN sessions", "SCAN inbounds", "SCAN outbounds")
            assert not [step for step in steps if step.startswith(tables) and "_idx" not in step], steps
        return
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("ANALYZE")
        for statement, values in selects:
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode()
            [[[plan]]] = await (await connection.execute(explain, values)).fetchall()
            for node in _nodes(plan["Plan"]):
                removed = sum(value for label, value in node.items() if label.startswith("Rows Removed"))
                rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
                assert rows <= FEW_ROWS, f"{node['Node Type']} on {node.get('Relation Name')} looks at {rows} rows"


async def all_pages(database: Database, messages: Messages, workflow: str, limit: int, **more: Any) -> list[Found]:
    wanted = MessageFilter(workflow=workflow, **more)
    found: list[Found] = []
    after = None
    for _ in count():
        page, after = await database.engine.read(list_messages, HOME, messages, wanted, after, limit)
        found += page
        if after is None:
            break
    return found


def _nodes(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in _nodes(below))]


def fill(connection: Connection) -> None:
    """Store the sessions of people, of whom each tenth is a run's, with messages in both directions."""
    workflow = {"id": 101, "organization_id": HOME, "slug": "w", "name": "w", "created_at": AT}
    connection.execute(insert(workflows).values(**workflow, status="active", mode="persistent"))
    connection.execute(insert(sessions), [_session(id) for id in range(1, PEOPLE + 1)])
    numbers = [(session, n) for session in range(1, PEOPLE + 1) for n in range(1, EACH + 1)]
    connection.execute(insert(inbounds), list(_heard(numbers)))
    connection.execute(insert(outbounds), list(_said(numbers)))


def _session(id: int) -> dict[str, Any]:
    return {
        "id": id,
        "workflow_id": 101,
        "version": EACH,
        "last_seq": EACH,
        "done_seq": EACH,
        "created_at": AT,
        "updated_at": AT,
        "parked": False,
        "channel": "run" if id % 10 == 0 else "sms" if id % 3 == 0 else "chat",
        "external_id": f"p{id}",
        "state": {"address": "x" * 1_000},  # as large as usual: a small table is scanned
    }


def _heard(numbers: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for session, seq in numbers:
        yield {
            "session_id": session,
            "seq": seq,
            "received_at": AT,
            "seed": 1,
            "flow_version": 1,
            "attempt": 1,
            "state": "new" if session % 100 == 1 and seq == EACH else "done",
            "kind": "message",
            "key": f"m{seq}",
            "content": {"text": "x" * 200},
        }


def _said(numbers: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    rare = {1: "held", 2: "ready"}
    for session, version in numbers:
        yield {
            "session_id": session,
            "version": version,
            "index": 0,
            "seq": version,
            "created_at": AT,
            "attempts": 1,
            "state": rare.get(session % 100, "sent") if version == EACH else "sent",
            "body": {"text": "x" * 200},
        }
