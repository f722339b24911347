"""Cancelling a run that has runs below it: each `finally` is run, that of the children and its own."""

from __future__ import annotations

from botflow.records.runs import ExecutionFilter
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs.guarded_runs import (
    HEARS,
    RESTS,
    TOLD,
    UNDO,
    cancel,
    emitted,
    guard,
)
from tests.runtime.runs.test_lifecycle import statuses
from tests.runtime.runs_without_worker import job, open_runs, rest


async def test_a_childs_finally_runs_when_its_parent_is_cancelled(database: Database) -> None:
    parent = job("parent", node("call", "logic.run", workflow="rests"))
    async with open_runs(database, parent, RESTS, HEARS) as runs:
        run = await runs.start("parent")
        await runs.settle()
        assert await cancel(runs, run) == "cancelled"
        [child] = await runs.executions.page(ExecutionFilter(workflow="rests"))
        assert child.status == "cancelling"
        await runs.bot.work()
        assert await statuses(runs, child.id) == "cancelled"
        assert runs.bot.world.asked == ["undo it execution.cancelled"]


async def test_a_parent_hears_of_its_cancelled_child_when_finally_has_run(database: Database) -> None:
    parent = job(
        "parent", node("call", "logic.run", workflow="rests", on={"error": "heard"}), asks("heard", "heard", "")
    )
    async with open_runs(database, parent, RESTS, HEARS) as runs:
        await runs.start("parent")
        await runs.settle()
        [child] = await runs.executions.page(ExecutionFilter(workflow="rests"))
        await runs.executions.cancel(child.id)
        await runs.bot.work()
        await runs.carrier.carry_some()
        await runs.bot.work()
        assert runs.bot.world.asked == ["undo it execution.cancelled", "heard"]


async def test_branches_of_a_cancelled_run_run_their_own_finally_and_the_run_its_own(database: Database) -> None:
    both = node("both", "logic.parallel", branches=[{"id": "a"}, {"id": "b"}], on={"a": "inner", "b": "rest"})
    inner = node("inner", "logic.try", on={"try": "rest", "finally": "branch"})
    fan = job("fan", guard("both"), both, inner, rest("rest"), asks("branch", "branch", ""), UNDO, TOLD)
    async with open_runs(database, {**fan, "variables": {"name": "it"}}, HEARS) as runs:
        run = await runs.start("fan")
        await runs.settle()
        assert await cancel(runs, run) == "cancelling"
        for _ in range(4):
            await runs.bot.work()
            await runs.carrier.carry_some()
        children = await runs.executions.children(run.execution)
        assert [child.status for child in children if child.workflow == "fan"] == ["cancelled", "cancelled"]
        assert await statuses(runs, run.execution) == "cancelled"
        assert sorted(runs.bot.world.asked) == ["branch", "undo it execution.cancelled"]


async def test_a_finally_may_wait_for_a_run_of_its_own_after_a_cancellation(database: Database) -> None:
    undo = job("undoing", asks("one", "undoing", ""))
    waits = job(
        "waits", guard("rest", "call"), rest("rest"), node("call", "logic.run", workflow="undoing", next="told")
    )
    waits["nodes"].append(TOLD)
    async with open_runs(database, {**waits, "variables": {"name": "it"}}, undo, HEARS) as runs:
        run = await runs.start("waits")
        await runs.settle()
        await cancel(runs, run)
        for _ in range(4):
            await runs.bot.work()
            await runs.carrier.carry_some()
        assert (await statuses(runs, run.execution), await emitted(runs)) == ("cancelled", 1)
        assert runs.bot.world.asked == ["undoing"]
