"""Where two features meet: cancelled and not yet started, paused and opted in, timed out and retried."""

from __future__ import annotations

from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs.test_effects import CALLED, CALLER, FAN, TALK, children
from tests.runtime.runs_without_worker import job, open_runs, rest


async def test_a_child_whose_start_comes_after_its_cancellation_never_begins(database: Database) -> None:
    """The carrier that had the start died; the cancellation has been carried out when its lease is over."""
    async with open_runs(database, CALLER, CALLED) as runs:
        run = await runs.start("caller", {"workflow": "called"})
        await runs.bot.advance(run.session)
        [start] = await database.effects.claim(10)
        await runs.executions.cancel(run.execution)
        await runs.carrier.carry_some()
        await runs.carrier._carry(start)
        await runs.make_effects_due()
        await runs.settle()
        assert await children(runs, run.session) == []
        assert runs.bot.world.asked == []


async def test_a_late_cancellation_leaves_the_starts_of_a_retry_alone(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a", "b"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.executions.cancel(run.execution)
        late = await database.effects.claim(10)
        await runs.executions.retry(run.execution, from_start=True)
        await runs.bot.advance(run.session)
        for effect in late:
            await runs.carrier._carry(effect)
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"


async def test_branches_that_had_not_begun_in_time_never_begin(database: Database) -> None:
    late = job(
        "late",
        node("all", "logic.parallel", each=["a", "b"], timeout="1h", on={"each": "work", "timeout": "rest"}),
        asks("work", "{{ item }}", ""),
        rest("rest"),
    )
    async with open_runs(database, late) as runs:
        run = await runs.start("late")
        await runs.bot.advance(run.session)
        first, second = await database.effects.claim(10)
        await runs.carrier._carry(first)
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.carrier._carry(second)
        await runs.settle()
        assert [child.status for child in await children(runs, run.session)] == ["cancelled"]
        assert runs.bot.world.asked == []


async def test_a_run_that_is_buried_cancels_what_it_waited_for(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a", "b"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        [first, second] = await children(runs, run.session)
        await runs.bot.advance(first.session_id)
        await runs.carrier.carry_some()
        runs.bot.world.crashes["turn.computed"] = 3
        await runs.bot.advance(run.session)
        assert (await runs.execution(run)).status == "failed"
        await runs.settle()
        [_, second] = await children(runs, run.session)
    assert (second.status, runs.bot.world.asked) == ("cancelled", ["a"])


async def test_a_conversation_whose_childs_end_is_buried_hears_its_person_again(database: Database) -> None:
    async with open_runs(database, TALK) as runs:
        first = await runs.say("talk", "hi", "m1")
        await runs.bot.advance(first.id.session)
        await runs.say("talk", "Ann", "m2")
        await runs.carrier.carry_some()
        [child, _] = await children(runs, first.id.session)
        await runs.bot.advance(child.session_id)
        await runs.carrier.carry_some()
        runs.bot.world.crashes["turn.computed"] = 3
        await runs.bot.advance(first.id.session)
        await runs.settle()
        [ended, again] = await runs.rows(tables.executions, tables.executions.c.session_id == first.id.session)
    assert (ended.status, ended.error["code"], again.status) == ("failed", "attempt.dead", "waiting")


async def test_a_conversation_that_was_paused_is_waiting_again(database: Database) -> None:
    async with open_runs(database) as runs:
        assert await runs.bot.said("hi", "m1") == ["Hello.", "Name?"]
        [execution] = await runs.executions.page()
        await runs.executions.pause(execution.id)
        await runs.bot.queued("", "m2")
        await runs.executions.resume(execution.id)
        await runs.settle()
        assert (await runs.executions.get(execution.id)).record.status == "waiting"


async def test_a_retry_does_not_find_the_children_late_once_more(database: Database) -> None:
    slow = job(
        "slow",
        node("all", "logic.parallel", each=["a"], timeout="1h", variable="got", on={"each": "work"}),
        asks("work", "{{ item }}", ""),
    )
    async with open_runs(database, slow) as runs:
        run = await runs.start("slow")
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.settle()
        assert (await runs.execution(run)).status == "failed"
        await runs.executions.retry(run.execution)
        await runs.settle()
        ended = await runs.execution(run)
    assert (ended.status, ended.output and ended.output["got"]["0"]["status"]) == ("completed", "completed")
