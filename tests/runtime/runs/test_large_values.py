"""Large values of runs on real databases: stored once, found again by every process, shown as what holds them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import delete

from botflow.engine.limits import LARGEST_INPUT
from botflow.errors import RejectedInbound
from botflow.runtime.runs.starts.start import StartRequest
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import Runs, job, open_runs, rest

ROWS = [{"n": at, "text": f"{at:04}".ljust(1_000, "x")} for at in range(900)]
INPUT = {"rows": ROWS}
END = node(
    "end", "logic.end", output=["{{ $input.rows | length }}", "{{ $input.rows[899].n }}", "{{ copy == $input.rows }}"]
)
COPY = node("copy", "logic.set", variables={"copy": "{{ $input.rows }}"}, next="rest")
LATER = job("later", COPY, rest("rest", "end"), END)
FAN = job(
    "fan",
    node("all", "logic.parallel", each="{{ $input.rows }}", variable="came", on={"each": "one", "done": "sum"}),
    asks("one", "row {{ item.n }}", "leaf"),
    node("leaf", "logic.end", output="{{ item.n }} of {{ $input.rows | length }}"),
    node("sum", "logic.end", output=["{{ came | length }}", "{{ came['0'].output }}", "{{ $input.rows | length }}"]),
)
LOOP = job(
    "loop",
    node("all", "logic.loop", items="{{ $input.rows }}", limit=1000, on={"each": "one", "done": "end"}),
    asks("one", "row {{ item.n }}", ""),
    node("end", "logic.end", output=["{{ $all.count }}", "{{ item.n }}"]),
)


def forget(runs: Runs) -> None:
    """Let the process know nothing of what it has stored, as another process would."""
    values = runs.bot.runner._values
    values._copies.clear()
    runs.bot.hot._kept.clear()


async def kept(runs: Runs) -> list[Any]:
    return await runs.rows(tables.artifacts, tables.artifacts.c.kind == "value")


@pytest.mark.parametrize("other_process", [False, True])
async def test_a_large_input_is_carried_over_a_wait(database: Database, other_process: bool) -> None:
    async with open_runs(database, LATER) as runs:
        run = await runs.start("later", INPUT)
        await runs.settle()
        [session] = await runs.rows(tables.sessions, tables.sessions.c.id == run.session)
        assert len(orjson.dumps(session.state)) < 2_000
        shown = (await runs.executions.get(run.execution)).record
        reference = shown.variables["copy"]
        _, content = await runs.executions.artifact(run.execution, reference["artifact"])
        assert orjson.loads(content) == ROWS
        assert await runs.executions.artifacts(run.execution) == []
        if other_process:
            forget(runs)
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.settle()
        ended = await runs.execution(run)
        assert (ended.status, ended.output) == ("completed", [900, 899, True])
        assert len(await kept(runs)) == 2  # the input, and its rows


async def test_a_retry_finds_the_values_of_its_checkpoint(database: Database) -> None:
    broken = job(
        "broken",
        asks("one", "first", "bad"),
        node("bad", "logic.set", variables={"a": "{{ 1 / $input.divisor }}"}, next="end"),
        node("end", "logic.end", output="{{ $input.rows | length }}"),
    )
    async with open_runs(database, broken) as runs:
        run = await runs.start("broken", {**INPUT, "divisor": 0})
        await runs.settle()
        assert (await runs.execution(run)).status == "failed"
        forget(runs)
        await runs.executions.retry(run.execution)
        await runs.settle()
        ended = await runs.execution(run)
        assert (ended.status, ended.error["node"]) == ("failed", "bad")
        for checkpoint in await runs.rows(tables.checkpoints):
            assert len(orjson.dumps(checkpoint.state)) < 2_000


async def test_a_cancelled_run_shows_what_holds_its_large_variables(database: Database) -> None:
    async with open_runs(database, LATER) as runs:
        run = await runs.start("later", INPUT)
        await runs.settle()
        await runs.executions.cancel(run.execution)
        record = (await runs.executions.get(run.execution)).record
        assert record.variables.keys() == {"input", "copy"}
        _, content = await runs.executions.artifact(run.execution, record.variables["copy"]["artifact"])
        assert orjson.loads(content) == ROWS


async def test_branches_share_what_they_do_not_change(database: Database) -> None:
    rows = ROWS[:12]
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"rows": rows})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        forget(runs)
        await runs.settle()
        ended = await runs.execution(run)
        assert (ended.status, ended.output) == ("completed", [12, "0 of 12", 12])
        branches = await runs.rows(tables.executions, tables.executions.c.parent_session == run.session)
        assert sorted(branch.output for branch in branches) == sorted(f"{at} of 12" for at in range(12))
        assert max(len(orjson.dumps(branch.input)) for branch in branches) < 1_200
        assert branches[0].variables["input"]["execution"] == run.execution
        assert {row.execution_id for row in await kept(runs) if row.size > 5_000} == {ended.id}


async def test_a_loop_writes_its_list_once(database: Database) -> None:
    rows = ROWS[:60]
    async with open_runs(database, LOOP) as runs:
        run = await runs.start("loop", {"rows": rows})
        await runs.settle()
        ended = await runs.execution(run)
        assert (ended.status, ended.output) == ("completed", [60, 59])
        stored = await runs.rows(tables.answers)
        assert len(stored) == 60
        assert max(len(orjson.dumps(row.ask)) for row in stored) < 2_000
        assert sum(row.size for row in await kept(runs)) < 4 * len(orjson.dumps(rows))


async def test_a_value_that_is_lost_fails_the_run_and_says_so(database: Database) -> None:
    async with open_runs(database, LATER) as runs:
        run = await runs.start("later", INPUT)
        await runs.settle()
        forget(runs)
        await database.engine.write(lambda connection: connection.execute(delete(tables.artifacts)))
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        await runs.settle()
        assert (await runs.execution(run)).status == "failed"


@pytest.mark.parametrize("text", ["x", "é", "\n", "\U0001f600"])
async def test_the_largest_input_that_is_accepted_can_be_run(database: Database, text: str) -> None:
    each = len(orjson.dumps(text)) - 2
    given = {"text": text * ((LARGEST_INPUT - len(b'{"text":""}')) // each)}
    end = node("end", "logic.end", output="{{ $input.text | length }}")
    async with open_runs(database, job("later", COPY, rest("rest", "end"), end)) as runs:
        started = await runs.executions.start(_request(given))
        await runs.settle()
        record = (await runs.executions.get(started.execution_id)).record
        assert (record.status, record.error) == ("waiting", None)
        await runs.make_due(record.session)
        await runs.bot.timers.fire()
        await runs.settle()
        record = (await runs.executions.get(started.execution_id)).record
        assert (record.status, record.output) == ("completed", len(given["text"]))
        with pytest.raises(RejectedInbound) as refused:
            await runs.executions.start(_request({"text": given["text"] + text * each * 10}))
        assert refused.value.code == "input.too_large"


def _request(given: Any) -> StartRequest:
    return StartRequest(workflow="later", input=given)


async def test_a_conversation_with_a_long_list_fans_out(database: Database) -> None:
    """Its first turn asks nothing: the list is stored before its branches begin all the same."""
    fan = node("fan", "logic.parallel", each="{{ names }}", on={"each": "leaf", "done": "say"}, variable="came")
    leaf = node("leaf", "logic.end", output="{{ item }} of {{ names | length }}")
    say = node("say", "chatbot.say", text="{{ came['9'].output }}")
    ask = node("ask", "chatbot.ask", text="More?", variable="more")
    names = ["Annabel" * 20] * 10
    async with open_runs(database, nodes=(fan, leaf, {**say, "next": "ask"}, ask), variables={"names": names}) as runs:
        await runs.bot.queued("hi", "m1")
        await runs.settle()
        said = await runs.rows(tables.outbounds)
    assert [row.body["text"] for row in said] == [f"{names[0]} of 10", "More?"]
