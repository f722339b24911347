"""A cancelled execution runs its `finally` first: within its bounds, once, whatever it was doing; then it is over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from botflow.crash_points import Point
from botflow.engine.endings.closed_turns import give_up
from botflow.engine.session import Closing, Frame, Session, Wait
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.engine.inbounds import message
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs.guarded_runs import (
    HEARS,
    RESTS,
    SLOW_UNDO,
    TOLD,
    UNDO,
    WORKS,
    cancel,
    emit,
    emitted,
    guard,
    trace,
)
from tests.runtime.runs.test_lifecycle import queued, refusal, statuses
from tests.runtime.runs_without_worker import job, open_runs, rest


async def test_a_waiting_run_runs_finally_and_is_cancelled(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        assert await cancel(runs, run) == "cancelling"
        assert await queued(runs, run.session) == ["cancel"]
        await runs.bot.work()
        await runs.carrier.carry_some()
        ended = await runs.execution(run)
        assert (ended.status, ended.ended_at is not None, ended.error) == ("cancelled", True, None)
        assert runs.bot.world.asked == ["undo it execution.cancelled"]
        assert await emitted(runs) == 1
        assert await cancel(runs, run) == "cancelled"
        assert (await trace(runs, run))[-1] == "cancelled"
        assert (
            await runs.rows(tables.inbounds, tables.inbounds.c.state == "new", tables.inbounds.c.session_id == 1) == []
        )


async def test_the_steps_of_a_cancelled_run_show_where_it_was_and_what_finally_did(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        steps = (await runs.executions.steps(run.execution)).steps
        assert [(step.node, step.status) for step in steps] == [
            ("go", "completed"),
            ("guard", "completed"),
            ("rest", "cancelled"),
            ("guard", "completed"),
            ("undo", "completed"),
            ("told", "completed"),
        ]


async def test_an_ask_under_way_is_cut_off_and_finally_sees_what_the_turn_had_set(database: Database) -> None:
    """The first turn of the run: nothing is stored of it but its inbound."""
    async with open_runs(database, WORKS, HEARS) as runs:
        world = runs.bot.world
        world.held = asyncio.Event()
        run = await runs.start("works")
        running = asyncio.create_task(runs.bot.work())
        await world.begun.wait()
        async with runs.bot.beating():
            assert await cancel(runs, run) == "cancelling"
            world.held = None
            await runs.bot.work()
            await asyncio.wait_for(running, 10)
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert world.asked == ["work Ann", "undo Ann execution.cancelled"]
        assert (await runs.execution(run)).status == "cancelled"
        assert await emitted(runs) == 1


async def test_without_finally_a_cancellation_ends_the_run_at_once(database: Database) -> None:
    plain = job("plain", node("guard", "logic.try", on={"try": "rest", "error": "none"}), rest("rest"), rest("none"))
    async with open_runs(database, plain) as runs:
        run = await runs.start("plain")
        await runs.settle()
        assert await cancel(runs, run) == "cancelled"


async def test_a_run_that_has_not_begun_or_is_past_its_try_ends_at_once(database: Database) -> None:
    past = job("past", {**guard("well", "told"), "next": "rest"}, say_nothing("well"), TOLD, rest("rest"))
    async with open_runs(database, {**past, "variables": {"name": "it"}}, RESTS, HEARS) as runs:
        early = await runs.start("rests")
        assert await cancel(runs, early) == "cancelled"
        late = await runs.start("past")
        await runs.settle()
        assert await cancel(runs, late) == "cancelled"
        assert await emitted(runs) == 1


def say_nothing(id: str) -> dict[str, Any]:
    return node(id, "logic.set", variables={"well": True})


async def test_a_repeated_cancellation_changes_nothing(database: Database) -> None:
    """A client whose answer got lost sends its request again: `finally` runs all the same."""
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        assert [await cancel(runs, run), await cancel(runs, run)] == ["cancelling", "cancelling"]
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert await cancel(runs, run) == "cancelled"
        assert await emitted(runs) == 1
        assert (await trace(runs, run)).count("cancelling") == 1


async def test_a_cancellation_that_skips_finally_ends_it_at_once(database: Database) -> None:
    async with open_runs(database, SLOW_UNDO, HEARS) as runs:
        run = await runs.start("slow")
        await runs.settle()
        assert await cancel(runs, run) == "cancelling"
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "cancelling"
        assert await cancel(runs, run, skip_finally=True) == "cancelled"
        assert await emitted(runs) == 0
        assert await queued(runs, run.session) == []


async def test_a_cancellation_that_skips_finally_ends_it_before_that_has_begun(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        assert await cancel(runs, run) == "cancelling"
        assert await cancel(runs, run, skip_finally=True) == "cancelled"
        await runs.bot.work()
        assert runs.bot.world.asked == []


async def test_a_finally_that_waits_too_long_is_ended(database: Database) -> None:
    async with open_runs(database, SLOW_UNDO, HEARS) as runs:
        run = await runs.start("slow")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert await statuses(runs, run.execution) == "cancelling"
        [due] = await runs.rows(tables.effects)
        [row] = await runs.rows(tables.sessions, tables.sessions.c.id == run.session)
        assert 290 < (due.due_at - row.updated_at).total_seconds() <= 310
        await runs.make_effects_due()
        await runs.carrier.carry_some()
        assert await statuses(runs, run.execution) == "cancelled"
        assert await emitted(runs) == 0


async def test_a_finally_that_waits_goes_on_when_its_wait_is_over(database: Database) -> None:
    async with open_runs(database, SLOW_UNDO, HEARS) as runs:
        run = await runs.start("slow")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert await statuses(runs, run.execution) == "cancelled"
        assert await emitted(runs) == 1


async def test_a_finally_that_runs_already_is_not_cut_off(database: Database) -> None:
    early = job(
        "early", guard("well", "long"), say_nothing("well"), rest("long", "told"), TOLD, variables={"name": "it"}
    )
    async with open_runs(database, early, HEARS) as runs:
        run = await runs.start("early")
        await runs.settle()
        assert await cancel(runs, run) == "cancelling"
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "cancelling"
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert (await statuses(runs, run.execution), await emitted(runs)) == ("cancelled", 1)


async def test_a_failure_of_finally_leaves_the_run_cancelled(database: Database) -> None:
    breaks = node("breaks", "logic.set", variables={"a": "{{ 1 / 0 }}"})
    outer = node("outer", "logic.try", on={"try": "guard", "finally": "told"})
    broken = job("broken", outer, guard("rest", "breaks"), rest("rest"), breaks, TOLD, variables={"name": "it"})
    async with open_runs(database, broken, HEARS) as runs:
        run = await runs.start("broken")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        await runs.carrier.carry_some()
        ended = await runs.execution(run)
        assert (ended.status, ended.error, await emitted(runs)) == ("cancelled", None, 1)
        assert "error" in await trace(runs, run)


async def test_a_paused_run_that_is_cancelled_runs_finally(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await runs.executions.pause(run.execution)
        assert await cancel(runs, run) == "cancelling"
        assert await refusal(runs.executions.pause(run.execution)) == "execution.cancelling"
        assert await refusal(runs.executions.retry(run.execution)) == "execution.not_ended"
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "cancelled"
        assert runs.bot.world.asked == ["undo it execution.cancelled"]


async def test_a_retry_continues_before_finally_which_runs_again_at_the_end(database: Database) -> None:
    works = job("works", guard("one"), asks("one", "one", "rest"), rest("rest"), UNDO, TOLD, variables={"name": "it"})
    async with open_runs(database, works, HEARS) as runs:
        run = await runs.start("works")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        await runs.executions.retry(run.execution)
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "waiting"
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "completed"
        assert runs.bot.world.asked == ["one", "undo it execution.cancelled", "undo it "]


async def test_a_timer_that_goes_off_at_the_same_moment_does_not_let_the_run_go_on(database: Database) -> None:
    goes_on = emit("on", "told", "went on")
    timed = job("timed", guard("rest", "undo"), rest("rest", "on"), goes_on, asks("undo", "undo", ""))
    async with open_runs(database, timed, HEARS) as runs:
        run = await runs.start("timed")
        await runs.settle()
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        assert await cancel(runs, run) == "cancelling"
        assert await queued(runs, run.session) == ["timeout", "cancel"]
        await runs.bot.work()
        await runs.carrier.carry_some()
        assert (await statuses(runs, run.execution), await emitted(runs)) == ("cancelled", 0)
        assert runs.bot.world.asked == ["undo"]
        assert await queued(runs, run.session) == []


async def test_a_cancellation_that_nobody_can_carry_out_ends_the_run_without_finally(database: Database) -> None:
    """No process runs the version of the workflow, or none takes runs at all."""
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await cancel(runs, run)
        await runs.make_effects_due()
        await runs.carrier.carry_some()
        ended = await runs.execution(run)
        assert (ended.status, ended.ended_at is not None) == ("cancelled", True)
        await runs.bot.work()
        assert (runs.bot.world.asked, await queued(runs, run.session)) == ([], [])


async def test_finally_runs_although_its_workflow_is_out_of_service(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        retired = update(tables.workflows).where(tables.workflows.c.slug == "rests").values(status="inactive")
        await database.engine.write(lambda connection: connection.execute(retired))
        await cancel(runs, run)
        await runs.bot.work()
        assert await statuses(runs, run.execution) == "cancelled"
        assert runs.bot.world.asked == ["undo it execution.cancelled"]


async def test_a_retry_is_not_ended_by_the_time_limit_of_the_former_cancellation(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await cancel(runs, run)
        await runs.bot.work()
        await runs.executions.retry(run.execution, from_start=True)
        await runs.bot.work()
        await runs.make_effects_due()
        await runs.carrier.carry_some()
        assert await statuses(runs, run.execution) == "waiting"


CONVERSATION = (
    node("guard", "logic.try", on={"try": "ask", "finally": "undo"}),
    node("ask", "chatbot.ask", text="Name?", variable="name", next="bye"),
    say("bye", "Bye {{ name }}."),
    say("undo", "Undone."),
)


async def test_a_cancelled_conversation_says_what_finally_says_and_answers_the_next_message(database: Database) -> None:
    async with open_runs(database, nodes=CONVERSATION) as runs:
        assert await runs.bot.said("hi", "m1") == ["Name?"]
        [execution] = await runs.executions.page()
        assert (await runs.executions.cancel(execution.id)).status == "cancelling"
        early = await runs.bot.queued("hello", "m2")
        await runs.bot.work()
        assert await statuses(runs, execution.id) == "cancelled"
        parts = await runs.rows(tables.outbounds, tables.outbounds.c.session_id == early.id.session)
        assert [part.body["text"] for part in parts] == ["Name?", "Undone.", "Name?"]
        assert await runs.bot.said("Ann", "m3") == ["Bye Ann.", "Undone."]


@pytest.mark.parametrize("point", ["turn.begun", "turn.asked", "turn.kept", "turn.computed", "turn.committed"])
async def test_a_crash_while_finally_runs_changes_nothing(database: Database, point: Point) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await cancel(runs, run)
        runs.bot.world.crashes[point] = 1
        await runs.bot.work()
        assert runs.bot.world.crashes[point] == 0
        await runs.carrier.carry_some()
        assert await statuses(runs, run.execution) == "cancelled"
        assert await emitted(runs) == 1
        assert 1 <= runs.bot.world.asked.count("undo it execution.cancelled") <= 2


async def test_a_turn_that_is_given_up_while_it_cancels_leaves_the_run_cancelled(database: Database) -> None:
    async with open_runs(database, RESTS, HEARS) as runs:
        run = await runs.start("rests")
        await runs.settle()
        await cancel(runs, run)
        spoilt = update(tables.inbounds).where(tables.inbounds.c.kind == "cancel").values(attempt=3)
        await database.engine.write(lambda connection: connection.execute(spoilt))
        await runs.bot.work()
        ended = await runs.execution(run)
        assert (ended.status, ended.error) == ("cancelled", None)
        assert runs.bot.world.asked == []


def test_a_dead_turn_of_a_run_that_is_being_cancelled_cancels_it() -> None:
    before = Session(
        frames=(Frame(node="x"),), wait=Wait(token="1"), execution="e", closing=Closing(status="cancelled", at=1)
    )
    turn = give_up(before, message("", kind="resume", channel="run"), "", 3, is_run=True)
    assert (turn.status, turn.failure) == ("cancelled", None)
