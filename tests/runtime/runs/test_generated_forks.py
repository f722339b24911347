"""Generated runs and conversations in a database: a fork at any step, and a fork of it, end like their original."""

from __future__ import annotations

import random
from typing import Any

from botflow.records.runs import StartedRun
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs.test_conversation_forks import opened, said
from tests.runtime.runs.test_forks import finished, fork, rows_of, still, visits
from tests.runtime.runs_without_worker import Runs, job

CHILD = job(
    "child",
    asks("child_asks", "of {{ input.n }}", "child_ends"),
    node("child_ends", "logic.end", output="{{ $child_asks.value }}"),
)
BLOCKS = ("set", "ask", "loop", "try", "parallel", "run", "send", "question")
LARGE = "x" * 2_000


def block(kind: str, id: str, next: str) -> list[dict[str, Any]]:
    """Return the nodes of one part of a flow, the first of which has this id."""
    inner, other = f"{id}_inner", f"{id}_other"
    match kind:
        case "set":
            return [node(id, "logic.set", variables={"n": "{{ n + 1 }}", "long": LARGE}, next=next)]
        case "ask":
            return [asks(id, f"{id} {{{{ n }}}}", next)]
        case "loop":
            parts = {"each": inner, "done": next}
            return [node(id, "logic.loop", items=[1, 2], on=parts), asks(inner, f"{id} item {{{{ item }}}}", "")]
        case "try":
            parts = {"try": inner, "finally": other, "next": next}
            return [node(id, "logic.try", on=parts), asks(inner, f"{id} tries", ""), asks(other, f"{id} cleans up", "")]
        case "parallel":
            branches = [{"id": "x"}, {"id": "y"}]
            parts = {"x": inner, "y": other, "done": next}
            return [node(id, "logic.parallel", branches=branches, on=parts), asks(inner, "x", ""), asks(other, "y", "")]
        case "run":
            return [node(id, "logic.run", workflow="child", input={"n": "{{ n }}"}, variable="got", on={"done": next})]
        case "send":
            return [node(id, "twilio.send_message", to="+4915100000000", text=f"{id} {{{{ n }}}}", next=next)]
        case _:
            return [node(id, "chatbot.ask", text=f"{id}?", variable=id, next=next)]


def flow_of(drawn: random.Random, kinds: tuple[str, ...], count: int) -> list[dict[str, Any]]:
    """Draw the nodes of a flow with so many parts."""
    chosen = drawn.sample(kinds, count)
    ends = [f"b{number}" for number in range(1, count)] + ["end"]
    parts = [block(kind, f"b{number}", ends[number]) for number, kind in enumerate(chosen)]
    return [*(each for part in parts for each in part), node("end", "logic.end", output="{{ n }} {{ long | length }}")]


async def test_a_fork_of_a_generated_run_ends_like_it(database: Database) -> None:
    drawn = random.Random(2)
    names = ("first", "second", "third")
    jobs = [job(name, *flow_of(drawn, BLOCKS[:-1], 5), variables={"n": 1, "long": ""}) for name in names]
    async with opened(database, CHILD, *jobs) as runs:
        for name in names:
            await check(runs, await finished(runs, name), drawn)


async def test_a_fork_of_a_generated_conversation_ends_like_it(database: Database) -> None:
    drawn = random.Random(1)
    parts = flow_of(drawn, BLOCKS[1:-1], 6)[:-1]
    nodes = [*block("question", "ask", "b0"), *parts, *block("question", "end", "bye"), node("bye", "logic.end")]
    async with opened(database, CHILD, nodes=nodes, variables={"n": 1}) as runs:
        for number, text in enumerate(("hi", "Ann", "fine")):
            await runs.bot.hear(text, f"SM{number}", channel="sms", within_s=0.0)
            await runs.settle()
        [row] = await runs.rows(tables.executions, tables.executions.c.trigger.is_(None))
        await check(runs, StartedRun(execution=str(row.id), session=row.session_id, is_new=True), drawn)


async def check(runs: Runs, run: StartedRun, drawn: random.Random) -> None:
    """Fork it at some of its steps, and each fork at one of its own; nothing of the original changes or is sent."""
    original, before, taken = await runs.execution(run), await rows_of(runs, run), await visits(runs, run)
    asked, texts = list(runs.bot.world.asked), await said(runs, run)
    assert original.status == "completed", original.error
    places = [step.number for step in (await runs.executions.steps(run.execution)).steps if step.place is not None]
    for number in drawn.sample(places, min(4, len(places))):
        made = await fork(runs, run, number)
        mine = [step.number for step in (await runs.executions.steps(made.execution)).steps if step.place is not None]
        again = await fork(runs, made, drawn.choice(mine))
        for each in (made, again):
            ended = await runs.execution(each)
            facts = (ended.status, ended.output, ended.variables.keys())
            assert facts == ("completed", original.output, original.variables.keys()), (number, ended.error)
            words = await said(runs, each)
            assert words == texts[len(texts) - len(words) :]
            states = await runs.rows(tables.outbounds, tables.outbounds.c.session_id == each.session)
            assert {part.state for part in states} <= {"suppressed"}
        assert await visits(runs, made) == taken[number - 1 :], number
    assert runs.bot.world.asked == asked
    assert still(before, await rows_of(runs, run))
