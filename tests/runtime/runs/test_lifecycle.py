"""Pausing, resuming, cancelling and retrying: from every status, and while a turn is under way."""

from __future__ import annotations

import asyncio

import pytest

from botflow.errors import RejectedInbound
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.inbound_rows import claimable
from tests.runtime.runs_without_worker import Runs, job, open_runs, rest

TWO = job(
    "two", asks("one", "first", "two"), asks("two", "second", "end"), node("end", "logic.set", variables={"a": 1})
)
LATER = job("later", rest("rest", "one"), asks("one", "first", ""))
BROKEN = job(
    "broken",
    asks("one", "first", "two"),
    asks("two", "second", "bad"),
    node("bad", "logic.set", variables={"a": "{{ 1 / input.divisor }}"}),
)


async def statuses(runs: Runs, execution: str) -> str:
    return (await runs.executions.get(execution)).record.status


async def queued(runs: Runs, session: int) -> list[str]:
    """Return the kinds of the session's inbounds that are not done."""
    mine = tables.inbounds.c.session_id == session
    return [row.kind for row in await runs.rows(tables.inbounds, mine, tables.inbounds.c.state == "new")]


async def refusal(awaitable: object) -> str:
    with pytest.raises(RejectedInbound) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.code


async def test_a_paused_run_stands_still_and_goes_on_where_it_was(database: Database) -> None:
    async with open_runs(database, TWO) as runs:
        run = await runs.start("two")
        await runs.executions.pause(run.execution)
        await runs.bot.advance(run.session)
        assert runs.bot.world.asked == []
        assert await statuses(runs, run.execution) == "paused"
        await runs.executions.resume(run.execution)
        assert await statuses(runs, run.execution) == "pending"
        await runs.bot.advance(run.session)
        assert await statuses(runs, run.execution) == "completed"
        entries = await runs.executions.log(run.execution, level="info")
    assert [entry.event for entry in entries][:3] == ["paused", "resumed", "started"]


async def test_a_pause_fences_the_turn_under_way_whose_answers_stay(database: Database) -> None:
    async with open_runs(database, TWO) as runs:
        world = runs.bot.world
        world.held = asyncio.Event()
        run = await runs.start("two")
        running = asyncio.create_task(runs.bot.advance(run.session))
        await world.begun.wait()
        await runs.executions.pause(run.execution)
        world.held.set()
        await running
        assert (await statuses(runs, run.execution), world.asked) == ("paused", ["first"])
        await runs.executions.resume(run.execution)
        await runs.bot.advance(run.session)
        [trigger, *_] = await runs.rows(tables.inbounds, tables.inbounds.c.session_id == run.session)
        assert await statuses(runs, run.execution) == "completed"
    assert trigger.attempt == 1


async def test_a_timer_that_is_due_while_its_run_is_paused_goes_off_when_it_is_resumed(database: Database) -> None:
    async with open_runs(database, LATER) as runs:
        run = await runs.start("later")
        await runs.bot.advance(run.session)
        assert await statuses(runs, run.execution) == "waiting"
        await runs.executions.pause(run.execution)
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        assert await queued(runs, run.session) == ["pause"]
        await runs.executions.resume(run.execution)
        assert await statuses(runs, run.execution) == "waiting"
        await runs.bot.timers.fire()
        assert await queued(runs, run.session) == ["timeout"]
        await runs.bot.advance(run.session)
        assert await statuses(runs, run.execution) == "completed"


async def test_a_message_to_a_paused_conversation_waits_for_it(database: Database) -> None:
    async with open_runs(database) as runs:
        assert await runs.bot.said("hi", "m1") == ["Hello.", "Name?"]
        [execution] = await runs.executions.page()
        await runs.executions.pause(execution.id)
        receipt = await runs.bot.queued("Ann", "m2")
        await runs.bot.advance(receipt.id.session)
        assert (await database.turns.receipt(receipt.id)).state == "new"
        await runs.executions.resume(execution.id)
        await runs.bot.advance(receipt.id.session)
        assert await runs.bot.said("Ann", "m2") == ["Bye Ann."]
        assert await statuses(runs, execution.id) == "completed"
        assert await runs.bot.said("hi", "m3") == ["Hello.", "Name?"]


async def test_a_cancelled_run_stops_asking_and_leaves_nothing_queued(database: Database) -> None:
    async with open_runs(database, TWO) as runs:
        world = runs.bot.world
        world.held = asyncio.Event()
        run = await runs.start("two")
        running = asyncio.create_task(runs.bot.advance(run.session))
        await world.begun.wait()
        async with runs.bot.beating():
            await runs.executions.cancel(run.execution)
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            await asyncio.wait_for(running, 10)
        print(f"\ncancelled an ask under way after {loop.time() - began_s:.2f} s")
        ended = await runs.execution(run)
        left = await runs.rows(tables.inbounds, tables.inbounds.c.state == "new")
        assert (ended.status, ended.ended_at is not None, left) == ("cancelled", True, [])
        assert await claimable(database) == []
        assert (await runs.executions.cancel(run.execution)).status == "cancelled"


async def test_a_failed_run_is_retried_from_its_last_checkpoint_and_from_any(database: Database) -> None:
    async with open_runs(database, BROKEN) as runs:
        run = await runs.start("broken", {"divisor": 0})
        await runs.bot.advance(run.session)
        failed = await runs.executions.get(run.execution)
        assert (failed.record.status, failed.record.error and failed.record.error["node"]) == ("failed", "bad")
        assert [checkpoint.node for checkpoint in failed.checkpoints] == ["bad", "two"]
        await runs.executions.retry(run.execution)
        await runs.bot.advance(run.session)
        again = await runs.executions.get(run.execution)
        assert (again.record.status, again.record.retries) == ("failed", 1)
        assert runs.bot.world.asked == ["first", "second"]
        await runs.executions.retry(run.execution, checkpoint=failed.checkpoints[1].version)
        await runs.bot.advance(run.session)
        assert runs.bot.world.asked == ["first", "second", "second"]
        await runs.executions.retry(run.execution, from_start=True)
        await runs.bot.advance(run.session)
        assert runs.bot.world.asked == ["first", "second", "second", "first", "second"]
        third = await runs.executions.get(run.execution)
    assert (third.record.status, third.record.retries) == ("failed", 3)


async def test_a_cancelled_run_is_retried_where_it_was(database: Database) -> None:
    async with open_runs(database, LATER) as runs:
        run = await runs.start("later")
        await runs.executions.cancel(run.execution)
        await runs.executions.retry(run.execution)
        await runs.bot.advance(run.session)
        assert await statuses(runs, run.execution) == "waiting"
        assert (await runs.execution(run)).ended_at is None


async def test_what_cannot_be_done_is_refused_with_its_reason(database: Database) -> None:
    async with open_runs(database, TWO, LATER) as runs:
        nobody = "00000000-0000-7000-8000-000000000000"
        act = runs.executions
        assert await refusal(act.pause(nobody)) == "execution.unknown"
        assert await refusal(act.get("nonsense")) == "execution.unknown"
        run = await runs.start("later")
        assert await refusal(act.resume(run.execution)) == "execution.not_paused"
        assert await refusal(act.retry(run.execution)) == "execution.not_ended"
        await act.pause(run.execution)
        await act.pause(run.execution)
        assert await refusal(act.retry(run.execution)) == "execution.not_ended"
        await act.cancel(run.execution)
        assert await refusal(act.pause(run.execution)) == "execution.ended"
        assert await refusal(act.resume(run.execution)) == "execution.not_paused"
        assert await refusal(act.retry(run.execution, checkpoint=77)) == "checkpoint.unknown"
        done = await runs.start("two")
        await runs.bot.advance(done.session)
        assert await refusal(act.retry(done.execution)) == "execution.completed"
        assert await refusal(act.pause(done.execution)) == "execution.ended"
        await runs.bot.hear("hi", "m1")
        [talk] = [found for found in await act.page() if found.channel == "chat"]
        await act.cancel(talk.id)
        assert await refusal(act.retry(talk.id)) == "execution.not_a_run"
        assert await runs.bot.said("hi", "m2") == ["Hello.", "Name?"]
