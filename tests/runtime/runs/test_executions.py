"""Runs that nobody talks to: from their start over their checkpoints to their end."""

from __future__ import annotations

from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import job, open_runs, rest

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


async def test_a_run_whose_turn_breaks_in_every_attempt_fails_and_can_be_retried(database: Database) -> None:
    async with open_runs(database, THREE) as runs:
        run = await runs.start("three", {"word": "hey"})
        runs.bot.world.crashes["turn.computed"] = 3
        await runs.bot.advance(run.session)
        dead = await runs.execution(run)
        assert (dead.status, dead.error["code"]) == ("failed", "attempt.dead")
        await runs.executions.retry(run.execution)
        await runs.bot.advance(run.session)
        assert (await runs.execution(run)).status == "completed"


async def test_steps_say_what_each_node_did_and_which_were_never_reached(database: Database) -> None:
    flow = job(
        "forked",
        asks("one", "first", "fork"),
        node("fork", "conditional.branch", cases=[{"handle": "yes", "when": "true"}], on={"yes": "rest", "else": "no"}),
        rest("rest"),
        asks("no", "never", ""),
    )
    async with open_runs(database, flow) as runs:
        run = await runs.start("forked")
        await runs.bot.advance(run.session)
        steps = await runs.executions.steps(run.execution)
        seen = [(step.number, step.node, step.status, step.asks) for step in steps.steps]
        assert seen == [
            (1, "go", "completed", 0),
            (2, "one", "completed", 1),
            (3, "fork", "completed", 0),
            (4, "rest", "suspended", 0),
        ]
        assert steps.steps[1].output == {"value": "first!"}
        assert (steps.first_failed, steps.last_completed, steps.ready_to_resume) == (None, 3, "")
        await runs.executions.cancel(run.execution)
        steps = await runs.executions.steps(run.execution)
    assert steps.ready_to_resume == "fork"
    assert [(step.node, step.status) for step in steps.steps[3:]] == [("rest", "cancelled"), ("no", "skipped")]


async def test_the_hundredth_checkpoint_is_the_last_that_is_kept(database: Database) -> None:
    flow = job(
        "loop",
        node("each", "logic.loop", items="{{ $input.items }}", limit=200, on={"each": "work", "done": "end"}),
        asks("work", "{{ item }}", ""),
        node("end", "logic.set", variables={"a": 1}),
    )
    async with open_runs(database, flow) as runs:
        run = await runs.start("loop", {"items": [str(n) for n in range(120)]})
        await runs.bot.advance(run.session)
        checkpoints = (await runs.executions.get(run.execution)).checkpoints
        assert (await runs.execution(run)).error is None
    assert len(runs.bot.world.asked) == 120
    assert len(checkpoints) == 100
