"""Pruning: what ended long ago goes, whole; what is under way, unsettled or remembered stays, and goes on."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from botflow.errors import RejectedInbound
from botflow.storage import tables
from botflow.storage.database import Database
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, asks, texts
from tests.runtime.runs_without_worker import Runs, job, open_runs, rest
from tests.storage.aged_rows import age_everything, change

AGE = timedelta(days=90)
TALK = (
    node("name", "chatbot.ask", text="Name?", variable="name", next="dish"),
    node("dish", "chatbot.ask", text="Dish?", variable="dish", next="end"),
    say("end", "{{ name }}: {{ dish }}"),
)
WORK = job(
    "work",
    asks("one", "first", "two"),
    node("two", "logic.set", variables={"a": 1}, next="end"),
    node("end", "logic.end"),
)
LATER = job("later", rest("rest", "one"), asks("one", "first", ""))
PARENT = job(
    "parent",
    node("all", "logic.parallel", each="{{ [1, 2] }}", variable="came", on={"each": "leaf", "done": "wait"}),
    node("leaf", "logic.end", output="{{ item }}"),
    rest("wait"),
)


async def pruned(database_url: str, **more: Any) -> dict[str, int]:
    return {
        name: count
        for name, count in asdict(await asyncio.to_thread(prune, database_url, Policy(older_than=AGE), **more)).items()
        if count
    }


async def everything(runs: Runs) -> dict[str, list[Any]]:
    return {table.name: await runs.rows(table) for table in tables.metadata.sorted_tables}


async def test_a_conversation_that_ended_long_ago_leaves_its_session_and_what_it_knows(
    database: Database, database_url: str
) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann", "soup")):
            await runs.bot.hear(text, f"old {key}")
        await age_everything(database, 100)
        before = await everything(runs)
        counted = await pruned(database_url, is_rehearsal=True)
        assert await everything(runs) == before
        assert await pruned(database_url) == counted == {"executions": 1, "turns": 3, "messages": 6}
        assert await pruned(database_url) == {}
        [session] = await runs.rows(tables.sessions)
        assert session.state == before["sessions"][0].state
        runs.bot.hot.forget(runs.bot.key())
        assert [await runs.bot.said(text, f"new {text}") for text in ("hi", "Bob")] == [["Name?"], ["Dish?"]]


async def test_what_is_under_way_stays_from_its_first_message_on_and_goes_on(
    database: Database, database_url: str
) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann", "soup", "hi", "Bob")):
            await asyncio.sleep(0.002)  # SQLite's clock rounds to milliseconds
            await runs.bot.hear(text, f"m{key}")
        await age_everything(database, 100)
        assert await pruned(database_url) == {"executions": 1, "turns": 3, "messages": 6}
        runs.bot.hot.forget(runs.bot.key())
        assert await runs.bot.said("pizza", "m9") == ["Bob: pizza"]
        [session] = await runs.rows(tables.sessions)
        lines = await database.transcripts.transcript(session.id, 20)
        assert [line.text for line in lines] == ["hi", "Name?", "Bob", "Dish?", "pizza", "Bob: pizza"]


async def test_what_ended_lately_stays_though_it_began_long_ago(database: Database, database_url: str) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann")):
            await runs.bot.hear(text, f"m{key}")
        [session] = await runs.rows(tables.sessions)
        file = {"id": "f", "session_id": session.id, "name": "a", "content_type": "text/plain", "size": 1}
        moments = {"created_at": session.created_at, "sent_at": datetime.now(UTC)}
        earlier = {"session_id": session.id, "received_at": session.created_at, "seed": 1, "flow_version": 1}
        merged = {**earlier, "attempt": 1, "seq": 9, "state": "done", "kind": "message", "key": "m9", "merged_into": 3}
        await change(database, insert(tables.files).values(**file, **moments), insert(tables.inbounds).values(**merged))
        await age_everything(database, 100)
        runs.bot.hot.forget(runs.bot.key())
        await runs.bot.hear("soup", "m2")
        assert await pruned(database_url) == {}


async def test_a_young_turn_of_no_execution_stays(database: Database, database_url: str) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann", "soup")):
            await runs.bot.hear(text, f"m{key}")
        await age_everything(database, 100)
        [session] = await runs.rows(tables.sessions)
        turn = {"session_id": session.id, "at": datetime.now(UTC), "seq": 4, "version": 4, "status": "ignored"}
        await change(database, insert(tables.turns).values(**turn, trace=[]))
        assert (await pruned(database_url))["turns"] == 3
        assert [row.seq for row in await runs.rows(tables.turns)] == [4]


@pytest.mark.parametrize("state", ["held", "ready", "unknown", "sending", "handed"])
async def test_a_turn_whose_message_is_not_settled_stays(database: Database, database_url: str, state: str) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann", "soup")):
            await runs.bot.hear(text, f"m{key}")
        second = update(tables.outbounds).where(tables.outbounds.c.seq == 2).values(state=state)
        await database.engine.write(lambda connection: connection.execute(second))
        await age_everything(database, 100)
        assert await pruned(database_url) == {"executions": 1, "turns": 2, "messages": 4}
        assert [row.state for row in await runs.rows(tables.outbounds)] == [state]


async def test_a_message_that_waits_is_neither_lost_nor_answered_twice(database: Database, database_url: str) -> None:
    async with open_runs(database, nodes=THINKING) as runs:
        waiting = await runs.bot.queued("hi", "m1")
        await age_everything(database, 100)
        assert await pruned(database_url) == {}
        await runs.settle()
        assert texts(await database.turns.receipt(waiting.id)) == ["first! second!"]


async def test_messages_of_a_burst_go_with_the_turn_that_answered_them(database: Database, database_url: str) -> None:
    async with open_runs(database, nodes=TALK) as runs:
        for key, text in enumerate(("hi", "Ann", "soup")):
            await runs.bot.hear(text, f"m{key}")
        [session] = await runs.rows(tables.sessions)
        row = {"session_id": session.id, "received_at": session.created_at, "seed": 1, "flow_version": 1, "attempt": 1}
        more = [
            {**row, "seq": 4, "state": "done", "kind": "message", "key": "merged", "merged_into": 3},
            {**row, "seq": 5, "state": "stale", "kind": "timeout", "key": "stale", "merged_into": None},
        ]
        await database.engine.write(lambda connection: connection.execute(insert(tables.inbounds), more))
        await age_everything(database, 100)
        assert await pruned(database_url) == {"executions": 1, "turns": 3, "messages": 8}


async def test_a_run_that_ended_long_ago_goes_whole_and_cannot_be_retried(
    database: Database, database_url: str
) -> None:
    async with open_runs(database, WORK, LATER) as runs:
        over, waits = await runs.start("work"), await runs.start("later")
        await runs.settle()
        artifact = {"kind": "artifact", "content_type": "text/plain", "size": 1, "content": b"x"}
        kept = {"execution_id": (await runs.rows(tables.executions))[0].id, "key": "a", **artifact}
        await database.engine.write(
            lambda connection: connection.execute(insert(tables.artifacts).values(**kept, created_at=datetime.now(UTC)))
        )
        await age_everything(database, 100)
        young = await runs.start("work", key="young")
        await runs.settle()
        assert (await pruned(database_url))["runs"] == 1
        left = {
            row.session_id
            for table in (tables.turns, tables.inbounds, tables.answers, tables.checkpoints)
            for row in await runs.rows(table)
        }
        assert left <= {waits.session, young.session}
        assert await runs.rows(tables.artifacts) == []
        with pytest.raises(RejectedInbound) as refused:
            await runs.executions.retry(over.execution)
        assert refused.value.code == "execution.unknown"
        await runs.make_due(waits.session)
        await runs.bot.timers.fire()
        await runs.settle()
        assert (await runs.executions.get(waits.execution)).record.status == "completed"


async def test_the_runs_below_one_that_is_under_way_stay_until_it_ends(database: Database, database_url: str) -> None:
    async with open_runs(database, PARENT) as runs:
        parent = await runs.start("parent")
        await runs.settle()
        await age_everything(database, 100)
        assert await pruned(database_url) == {}
        await runs.make_due(parent.session)
        await runs.bot.timers.fire()
        await runs.settle()
        assert (await runs.executions.get(parent.execution)).record.status == "completed"
        assert await pruned(database_url) == {}
        await age_everything(database, 100)
        assert (await pruned(database_url))["runs"] == 3
        assert await runs.rows(tables.sessions) == []


@pytest.mark.parametrize("waits", ["an effect", "an inbound"])
async def test_a_run_with_something_left_to_do_stays(database: Database, database_url: str, waits: str) -> None:
    async with open_runs(database, WORK) as runs:
        run = await runs.start("work")
        await runs.settle()
        await age_everything(database, 100)
        later = datetime.now(UTC) + timedelta(days=1)
        effect = {"session_id": run.session, "version": 1, "index": 0, "kind": "emit", "body": {}, "attempts": 0}
        inbound = {"session_id": run.session, "seq": 99, "seed": 1, "flow_version": 1, "attempt": 0, "state": "new"}
        statement = (
            insert(tables.effects).values(**effect, due_at=later)
            if waits == "an effect"
            else insert(tables.inbounds).values(**inbound, kind="resume", key="resume", received_at=later)
        )
        await database.engine.write(lambda connection: connection.execute(statement))
        assert await pruned(database_url) == {}


async def test_files_budgets_and_pages_of_sessions(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files go with the messages that had them; a day's budget with its day, not one for a session's whole life."""
    monkeypatch.setattr("botflow.storage.retention.prune.SESSIONS_AT_ONCE", 2)
    monkeypatch.setattr("botflow.storage.retention.conversations.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("botflow.storage.retention.budgets.ROWS_AT_ONCE", 1)
    async with open_runs(database, nodes=TALK) as runs:
        for person in range(5):
            for key, text in enumerate(("hi", "Ann", "soup")):
                await runs.bot.hear(text, f"m{key}", person=f"p{person}")
        found = await runs.rows(tables.sessions)
        sent = {"name": "a", "content_type": "text/plain", "size": 1, "created_at": datetime.now(UTC)}
        files = [{**sent, "id": f"f{each.id}", "session_id": each.id, "sent_at": datetime.now(UTC)} for each in found]
        pieces = [{"file_id": file["id"], "index": 0, "content": b"x"} for file in files]
        spent = [{"scope": "session", "key": "1", "segments": 1, "cost": 1, "day": day} for day in ("", "2026-01-01")]
        stored = ((tables.files, files), (tables.file_pieces, pieces), (tables.spending, spent))
        await change(database, *(insert(table).values(row) for table, rows in stored for row in rows))
        await age_everything(database, 100)
        await runs.bot.hear("hi", "young", person="p4")
        assert await pruned(database_url) == {"executions": 5, "turns": 15, "messages": 30, "files": 5, "budgets": 1}
        assert await runs.rows(tables.file_pieces) == []
        assert [row.day for row in await runs.rows(tables.spending)] == [""]
        assert len(await runs.rows(tables.sessions)) == 5
