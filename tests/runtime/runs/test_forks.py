"""Forks of runs: rebuilt states, recorded answers, and originals that stay as they are; on both databases."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Table, delete, select, update

from botflow.errors import RejectedInbound
from botflow.records.forks import AskPolicy, ForkRequest
from botflow.records.runs import StartedRun
from botflow.runtime.runs.forks import ForkMaker
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import Runs, job, open_runs

LARGE = "x" * 3_000
END = node("end", "logic.end", output="{{ size }} {{ $one.value }} {{ $two.value }} {{ long | length }}")
ORDER = job(
    "order",
    node("sized", "logic.set", variables={"size": "small", "long": LARGE}, next="one"),
    asks("one", "first {{ size }}", "priced"),
    node("priced", "logic.set", variables={"price": "{{ 2 if size == 'small' else 3 }}"}, next="each"),
    node("each", "logic.loop", items=[1, 2], on={"each": "inner", "done": "two"}),
    asks("inner", "item {{ item }}", ""),
    asks("two", "second {{ price }}", "end"),
    END,
)
WHOLE = job(
    "whole",
    node("both", "logic.parallel", branches=[{"id": "x"}, {"id": "y"}], on={"x": "left", "y": "right", "done": "tell"}),
    asks("left", "left", ""),
    asks("right", "right", ""),
    node("tell", "logic.emit", event="told", payload="{{ size }}", next="send"),
    node("send", "twilio.send_message", to="+4915112345678", text="{{ size }}", next="end"),
    node("end", "logic.end", output="{{ size }}"),
    variables={"size": "small"},
)
TWICE = job(
    "twice",
    asks("first", "once", "each"),
    node("each", "logic.loop", items=[1, 1], on={"each": "inner"}),
    asks("inner", "the same", ""),
)
HEARS = {
    "botflow": 1,
    "id": "hears",
    "name": "hears",
    "executionMode": "single",
    "nodes": [node("go", "trigger.event", next="end", event="told"), node("end", "logic.end", output="{{ $input }}")],
}


def forks_of(runs: Runs) -> ForkMaker:
    return ForkMaker(runs.database.engine, runs.bot.flows, runs.bot.flows._node_types)


async def fork(runs: Runs, run: StartedRun, step: int, **more: Any) -> StartedRun:
    """Fork a run, and let the fork run to its end."""
    made = await forks_of(runs).fork(ForkRequest(execution=run.execution, step=step, **more), None, None)
    await runs.settle()
    return made


async def refusal(runs: Runs, run: StartedRun, step: int, **more: Any) -> str:
    with pytest.raises(RejectedInbound) as refused:
        await fork(runs, run, step, **more)
    return refused.value.code


async def finished(runs: Runs, workflow: str, **more: Any) -> StartedRun:
    run = await runs.start(workflow, **more)
    await runs.settle()
    return run


async def number_of(runs: Runs, run: StartedRun, node: str) -> int:
    """Return the number of the first step at a node."""
    steps = (await runs.executions.steps(run.execution)).steps
    return next(step.number for step in steps if step.node == node)


async def visits(runs: Runs, run: StartedRun) -> list[tuple[str, str, str, Any]]:
    steps = (await runs.executions.steps(run.execution)).steps
    return [(step.node, step.status, step.handle, step.output) for step in steps if step.status != "skipped"]


async def rows_of(runs: Runs, run: StartedRun) -> dict[str, list[Any]]:
    """Return every row of the run and of the runs below it, by table."""
    sessions = [row.session_id for row in await runs.rows(tables.executions)]
    found = {}
    for table in (tables.sessions, tables.executions, tables.inbounds, tables.turns, tables.answers, tables.outbounds):
        column = table.c.id if table is tables.sessions else table.c.session_id
        found[table.name] = await runs.rows(table, column.in_(sessions))
    for table in (tables.checkpoints, tables.effects):
        found[table.name] = await runs.rows(table, table.c.session_id.in_(sessions))
    found["artifacts"] = await runs.rows(tables.artifacts)
    return found


async def emptied(runs: Runs, table: Table) -> None:
    await runs.database.engine.write(lambda connection: connection.execute(delete(table)).rowcount)


def still(before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]) -> bool:
    return all(set(map(repr, rows)) <= set(map(repr, after[name])) for name, rows in before.items())


async def test_a_fork_at_any_step_without_changes_ends_like_its_original(database: Database) -> None:
    drawn = random.Random(7)
    async with open_runs(database, ORDER) as runs:
        run = await finished(runs, "order")
        original, before = await runs.execution(run), await rows_of(runs, run)
        assert original.output == "small first small! second 2! 3000", original.error
        taken = await visits(runs, run)
        asked = list(runs.bot.world.asked)
        steps = (await runs.executions.steps(run.execution)).steps
        places = [step.number for step in steps if step.place is not None]
        assert len(places) >= 8
        for number in (*drawn.sample(places, len(places)), *places):
            if number == places[0]:
                await emptied(runs, tables.checkpoints)  # from now on all turns before the step are taken again
                before["checkpoints"] = []
            made = await fork(runs, run, number)
            ended = await runs.execution(made)
            assert (ended.status, ended.output, ended.variables.keys()) == (
                original.status,
                original.output,
                original.variables.keys(),
            ), (number, ended.error)
            assert await visits(runs, made) == taken[number - 1 :], number
            again = await fork(runs, made, 1)
            assert (await runs.execution(again)).output == original.output, number
        assert runs.bot.world.asked == asked
        assert still(before, await rows_of(runs, run))


async def test_a_changed_variable_leads_to_other_questions_which_stop_the_fork_or_are_asked(database: Database) -> None:
    async with open_runs(database, ORDER) as runs:
        run = await finished(runs, "order")
        asked = len(runs.bot.world.asked)
        at = await number_of(runs, run, "priced")
        stopped = await runs.execution(await fork(runs, run, at, variables={"size": "large"}))
        assert (stopped.status, stopped.error["code"], stopped.error["node"]) == ("failed", "fork.no_answer", "inner")
        assert len(runs.bot.world.asked) == asked
        made = await fork(runs, run, at, variables={"size": "large"}, policy=AskPolicy(may_ask=True))
        assert (await runs.execution(made)).output == "large first small! second 3! 3000"
        assert runs.bot.world.asked[asked:] == ["item 1", "item 2", "second 3"]
        again = await fork(runs, run, at, policy=AskPolicy(ask_again=("inner",)))
        assert (await runs.execution(again)).status == "completed"
        assert runs.bot.world.asked[asked + 3 :] == ["item 1", "item 2"]
        record = (await runs.executions.get(made.execution)).record
        assert record.forked_from is not None
        assert (record.trigger, record.forked_from.execution, record.forked_from.step) == ("fork", run.execution, at)


async def test_each_answer_is_given_again_once_and_costs_nothing(database: Database) -> None:
    async with open_runs(database, TWICE) as runs:
        run = await finished(runs, "twice")
        made = await fork(runs, run, 1)
        answers = await runs.rows(tables.answers, tables.answers.c.session_id == made.session)
        used = await runs.rows(tables.recorded_answers, tables.recorded_answers.c.used_by_session.is_not(None))
        originals = {f"{row.from_session}.{row.from_seq}.{row.from_index}" for row in used}
    assert {row.value["usage"]["reusedFrom"] for row in answers} == originals
    assert len(answers) == len(originals) == 3


async def test_a_fork_sends_nothing_emits_nothing_and_its_branches_are_answered_too(database: Database) -> None:
    async with open_runs(database, WHOLE, HEARS) as runs:
        run = await finished(runs, "whole")
        assert (await runs.execution(run)).status == "completed"
        asked = list(runs.bot.world.asked)
        heard = await runs.rows(tables.executions, tables.executions.c.trigger == "event")
        assert len(heard) == 1
        for step, variables, text in ((2, {}, "small"), (await number_of(runs, run, "tell"), {"size": "huge"}, "huge")):
            made = await fork(runs, run, step, variables=variables)
            ended = await runs.execution(made)
            assert (ended.status, ended.output) == ("completed", text), ended.error
            [kept] = await runs.rows(tables.outbounds, tables.outbounds.c.session_id == made.session)
            assert (kept.state, kept.body["text"]) == ("suppressed", text)
            branches = await runs.rows(tables.executions, tables.executions.c.parent_session == made.session)
            assert [row.status for row in branches] == ["completed"] * (2 if step == 2 else 0)
        assert runs.bot.world.asked == asked
        assert len(await runs.rows(tables.executions, tables.executions.c.trigger == "event")) == 1


async def test_what_cannot_be_forked_is_refused_and_nothing_is_written(database: Database) -> None:
    async with open_runs(database, ORDER) as runs:
        run = await finished(runs, "order")
        steps = (await runs.executions.steps(run.execution)).steps
        in_a_loop = next(step.number for step in steps if step.node == "each" and step.place is None)
        before = await rows_of(runs, run)
        assert await refusal(runs, run, 99) == "step.unknown"
        assert await refusal(runs, run, in_a_loop) == "fork.not_a_place"
        assert await refusal(runs, run, 2, version=9) == "version.unknown"
        assert await refusal(runs, run, 2, variables={"size": "x" * 70_000}) == "fork.too_large"
        assert await refusal(runs, StartedRun(execution=LOST, session=0, is_new=False), 1) == "execution.unknown"
        assert await refusal(runs, run, 2, plays=()) == "fork.no_person"
        assert await runs.rows(tables.forks) == []
        assert {name: rows for name, rows in before.items() if name == "artifacts"} == {
            "artifacts": await runs.rows(tables.artifacts)
        }
        await emptied(runs, tables.answers)
        await emptied(runs, tables.checkpoints)
        assert await refusal(runs, run, len([s for s in steps if s.status != "skipped"])) == "fork.not_exact"
        await emptied(runs, tables.turns)
        assert await refusal(runs, run, 2) == "step.unknown"


async def test_a_key_makes_one_fork(database: Database) -> None:
    async with open_runs(database, ORDER) as runs:
        run = await finished(runs, "order")
        first = await fork(runs, run, 2, key="mine")
        assert (await fork(runs, run, 2, key="mine")).execution == first.execution
        assert await refusal(runs, run, 3, key="mine") == "fork.other_request"
        assert len(await runs.rows(tables.forks)) == 1
        with pytest.raises(RejectedInbound):
            await runs.executions.retry(first.execution, from_start=True)
        assert (await runs.rows(tables.executions, tables.executions.c.trigger == "fork"))[0].status == "completed"


async def test_an_original_that_was_retried_can_be_forked_from_each_of_its_tries(database: Database) -> None:
    async with open_runs(database, ORDER) as runs:
        runs.bot.world.failures = 1
        run = await finished(runs, "order")
        assert (await runs.execution(run)).status == "failed"
        await runs.executions.retry(run.execution)
        await runs.settle()
        original = await runs.execution(run)
        assert original.status == "completed"
        for step in (await runs.executions.steps(run.execution)).steps:
            if step.place is not None and step.number > 3:
                ended = await runs.execution(await fork(runs, run, step.number))
                assert ended.output == original.output, (step.number, ended.error)


SET = job("set", node("named", "logic.set", variables={"name": "Ann"}, next="end"), node("end", "logic.end"))


async def test_a_process_that_dies_while_it_makes_a_fork_makes_one_or_none(
    database: Database, database_url: str
) -> None:
    async with open_runs(database, SET) as runs:
        run = await finished(runs, "set")
        for statement in (2, 5, 99):
            maker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.runtime.runs.fork_crash", database_url, run.execution, str(statement))
            )
            async with asyncio.timeout(60):
                status = await maker.wait()
            made = [await runs.rows(table) for table in (tables.forks, tables.checkpoints)]
            assert (status, *map(len, made)) == ((-9, 0, 0) if statement < 99 else (0, 1, 1))
        again = await fork(runs, run, 2, key="crash")
        assert [row.session_id for row in await runs.rows(tables.forks)] == [again.session]
        assert (await runs.execution(again)).status == "completed"


async def test_a_step_that_took_another_way_than_is_recorded_is_not_forked(database: Database) -> None:
    async with open_runs(database, SET) as runs:
        run = await finished(runs, "set")
        [turn] = await runs.rows(tables.turns, tables.turns.c.session_id == run.session)
        trace = [[*event[:-1], "other"] if event[0] == "output" else event for event in turn.trace]
        changed = update(tables.turns).where(tables.turns.c.session_id == run.session).values(trace=trace)
        await database.engine.write(lambda connection: connection.execute(changed).rowcount)
        assert trace != turn.trace
        assert await refusal(runs, run, 3) == "fork.not_exact"


LOST = "01890000-0000-7000-8000-000000000000"


async def test_the_state_that_a_retry_of_a_fork_begins_with_is_still_a_forks(database: Database) -> None:
    async with open_runs(database, WHOLE) as runs:
        run = await finished(runs, "whole")
        made = await fork(runs, run, 2)
        [checkpoint, *_] = (await runs.executions.get(made.execution)).checkpoints[::-1]
        await runs.executions.retry(made.execution, checkpoint=checkpoint.version)
        await runs.settle()
        states = select(tables.outbounds.c.state).where(tables.outbounds.c.session_id == made.session)
        found = await database.engine.read(lambda connection: connection.execute(states).scalars().all())
    assert set(found) == {"suppressed"}
