"""Runs that nobody talks to: from their start over their checkpoints to their end."""

from __future__ import annotations

from botflow.storage import tables
from botflow.storage.database import Database
from tests.nodes.talk import node
from tests.runtime.bot import asks
from tests.runtime.runs import job, open_runs

THREE = job(
    "three",
    asks("one", "{{ $input.word }}", "two"),
    asks("two", "{{ $one.value }}", "three"),
    asks("three", "{{ $two.value }}", "end"),
    node("end", "logic.set", variables={"answer": "{{ $three.value }}"}),
)


async def test_a_run_goes_on_turn_by_turn_and_leaves_its_output(database: Database) -> None:
    async with open_runs(database, THREE) as runs:
        run = await runs.start("three", {"word": "hey"})
        assert (await runs.execution(run)).status == "pending"
        await runs.bot.advance(run.session)
        ended = await runs.execution(run)
        checkpoints = await runs.rows(tables.checkpoints)
        turns = await runs.rows(tables.turns, tables.turns.c.session_id == run.session)
    assert (ended.status, ended.output, ended.error) == (
        "completed",
        {"input": {"word": "hey"}, "answer": "hey!!!"},
        None,
    )
    assert ended.ended_at is not None
    assert [row.node for row in checkpoints] == ["two", "three", "end"]
    assert [turn.status for turn in turns] == ["running", "running", "running", "completed"]
    assert runs.bot.world.asked == ["hey", "hey!", "hey!!"]
