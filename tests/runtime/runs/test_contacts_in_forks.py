"""A fork of a conversation reads its person as the original did, and stores nothing of what it changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from botflow.records.runs import StartedRun
from botflow.storage.database import Database
from botflow.storage.tables import executions, person_values
from tests.engine.conversation import node, say
from tests.runtime.runs.test_conversation_forks import opened, said
from tests.runtime.runs.test_forks import fork
from tests.runtime.runs_without_worker import Runs

NODES = (
    say("hello", "Hello {{ $contact.name or 'stranger' }}.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="contact.name", next="count"),
    node("count", "contact.set", fields={"visits": "{{ ($contact.visits or 0) + 1 }}"}, next="bye"),
    say("bye", "{{ $contact.name }}, visit {{ $contact.visits }}."),
)
FIELDS = {"contactFields": {"visits": {"type": "number"}}}


async def fields_of(runs: Runs) -> dict[str, Any]:
    rows = select(person_values.c.field, person_values.c.value)
    found = await runs.bot.database.engine.read(lambda connection: connection.execute(rows).all())
    return dict(tuple(row) for row in found)


async def test_a_fork_does_what_its_original_did_and_stores_nothing_of_the_person(database: Database) -> None:
    async with opened(database, nodes=NODES, **FIELDS) as runs:
        session = 0
        for key, text in (("SM1", "hi"), ("SM2", "Ann")):
            session = (await runs.bot.hear(text, key, channel="sms", within_s=0.0)).id.session
            await runs.settle()
        run = await _run_of(runs, session)
        texts = await said(runs, run)
        assert texts == ["Hello stranger.", "Name?", "Ann, visit 1."]

        for number, expected in ((1, texts), (3, texts[-1:])):
            made = await fork(runs, run, number)
            mine = await said(runs, made)
            assert mine[-1] in ("Ann, visit 1.", "Ann, visit 2."), expected
            assert await fields_of(runs) == {"name": "Ann", "visits": 1}


async def _run_of(runs: Runs, session: int) -> StartedRun:
    [row] = await runs.rows(executions, executions.c.session_id == session)
    assert row.status == "completed", row.error
    return StartedRun(execution=str(row.id), session=session, is_new=True)
