"""What follows a commit: children begin once, their parents are told once, and circles end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from botflow.records.queues import QUEUES
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.served_flows import Flows
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.node_types import EVERY
from tests.runtime.bot_without_worker import asks
from tests.runtime.inbound_rows import claimable
from tests.runtime.runs_without_worker import Runs, job, open_runs, rest
from tests.storage.aged_rows import age_process


def parallel(id: str, next: str = "", **properties: Any) -> dict[str, Any]:
    return node(id, "logic.parallel", on={"each": "work", **({"done": next} if next else {})}, **properties)


FAN = job(
    "fan",
    parallel("all", "sum", each="{{ $input.items }}", variable="results"),
    asks("work", "{{ item }}", ""),
    node("sum", "logic.set", variables={"count": "{{ results | length }}"}),
)
CALLER = job(
    "caller",
    node("call", "logic.run", workflow="{{ $input.workflow }}", variable="got", on={"done": "end", "error": "bad"}),
    node("end", "logic.set", variables={"ended": True}),
    node("bad", "logic.set", variables={"why": "{{ $call.code }}"}),
)
CALLED = job("called", asks("one", "called", "end"), node("end", "logic.end", output="{{ $one.value }}"))
CIRCLE = job("circle", node("again", "logic.run", workflow="circle", variable="got"))
TELLER = job("teller", node("tell", "logic.emit", event="bell", payload={"n": 1}))
HEARER = {
    **job("hearer", asks("one", "heard {{ $input.n }}", "")),
}
HEARER["nodes"][0] = node("go", "trigger.event", event="bell", next="one")

TALK = {
    "botflow": 1,
    "id": "talk",
    "name": "Talk",
    "nodes": [
        node("hear", "chatbot.message_received", next="all"),
        node("all", "logic.parallel", on={"each": "work", "done": "ask"}, each=["a", "b"]),
        asks("work", "{{ item }}", ""),
        node("ask", "chatbot.ask", text="Name?", variable="name", next="bye"),
        node("bye", "chatbot.say", text="Bye {{ name }}."),
    ],
}


async def children(runs: Runs, session: int) -> list[Any]:
    return await runs.rows(tables.executions, tables.executions.c.parent_session == session)


async def test_branches_run_once_each_and_the_parent_collects_them(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": list("abcde")})
        await runs.settle()
        ended = await runs.execution(run)
        started = await children(runs, run.session)
    assert (ended.status, ended.output["count"]) == ("completed", 5)
    assert sorted(runs.bot.world.asked) == list("abcde")
    assert {child.status for child in started} == {"completed"}
    assert sorted(child.parent_branch for child in started) == ["0", "1", "2", "3", "4"]


async def test_carrying_an_effect_out_twice_changes_nothing(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a"]})
        await runs.bot.advance(run.session)
        [effect] = await database.effects.claim(10)
        assert await database.effects.claim(10) == []
        await runs.carrier._carry(effect)
        await runs.carrier._carry(effect)
        assert len(await children(runs, run.session)) == 1
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"


async def test_an_effect_whose_carrier_died_is_carried_out_by_another(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a"]})
        await runs.bot.advance(run.session)
        assert len(await database.effects.claim(10)) == 1
        await runs.make_effects_due()
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"
        assert len(await children(runs, run.session)) == 1


async def test_another_workflow_is_run_and_its_output_comes_back(database: Database) -> None:
    async with open_runs(database, CALLER, CALLED) as runs:
        run = await runs.start("caller", {"workflow": "called"})
        await runs.settle()
        ended = await runs.execution(run)
    assert (ended.status, ended.output["got"]) == ("completed", "called!")


async def test_a_run_that_cannot_be_started_fails_where_it_was_wanted(database: Database) -> None:
    async with open_runs(database, CALLER) as runs:
        run = await runs.start("caller", {"workflow": "nowhere"})
        await runs.settle()
        ended = await runs.execution(run)
    assert (ended.status, ended.output["why"]) == ("completed", "workflow.unknown")


async def test_a_workflow_that_runs_itself_comes_to_an_end(database: Database) -> None:
    async with open_runs(database, CIRCLE) as runs:
        run = await runs.start("circle")
        await runs.settle()
        every = await runs.rows(tables.executions)
        ended = await runs.execution(run)
    assert (ended.status, ended.error["code"]) == ("failed", "run.too_deep")
    assert len(every) == 17


async def test_an_event_starts_every_workflow_that_listens(database: Database) -> None:
    async with open_runs(database, TELLER, HEARER) as runs:
        run = await runs.start("teller")
        await runs.settle()
        [heard] = [row for row in await runs.rows(tables.executions) if row.trigger == "event"]
        assert (await runs.execution(run)).status == "completed"
    assert (heard.status, heard.input) == ("completed", {"n": 1})
    assert runs.bot.world.asked == ["heard 1"]


async def test_what_follows_is_started_by_a_process_that_cannot_run_it(database: Database) -> None:
    """Its process lacks the plugin of both workflows: an event must not be lost there, and no child be refused."""
    async with open_runs(database, TELLER, HEARER, CALLER, CALLED) as runs:
        flows = Flows(database.flows, EVERY)
        await flows.refresh()
        assert {"hearer", "called"} <= set(flows.not_served())
        carrier = Carrier(
            store=database.effects,
            engine=database.engine,
            flows=flows,
            node_types=EVERY,
            wake=runs.bot.hub.claimable,
        )
        elsewhere = replace(runs, carrier=carrier)
        await elsewhere.start("teller")
        caller = await elsewhere.start("caller", {"workflow": "called"})
        await elsewhere.settle()
        [heard] = [row for row in await runs.rows(tables.executions) if row.trigger == "event"]
        called = await runs.execution(caller)
    assert (heard.status, heard.input) == ("completed", {"n": 1})
    assert (called.status, called.output["got"]) == ("completed", "called!")


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_a_circle_of_events_is_named_on_the_run_that_it_ends(database: Database, length: int) -> None:
    names = ["ping", "pong", "pang"][:length]
    flows = []
    for index, name in enumerate(names):
        flow = job(name, node("tell", "logic.emit", event=names[(index + 1) % length], payload={}))
        flow["nodes"][0] = node("go", "trigger.event", event=name, next="tell")
        flows.append(flow)
    async with open_runs(database, *flows, job("first", node("tell", "logic.emit", event="ping", payload={}))) as runs:
        await runs.start("first")
        await runs.settle()
        every = await runs.rows(tables.executions)
        [failed] = [row for row in every if row.status == "failed"]
        entries = await runs.executions.log(str(failed.id), level="error")
        steps = await runs.executions.steps(str(failed.id))
    last = names[15 % length]
    around = [names[(15 - back) % length] for back in range(length, -1, -1)]
    print(f"a circle of {length}: {len(every)} runs, {failed.error['message']}")
    assert (failed.error["code"], len(every)) == ("run.too_deep", 17)
    assert failed.error["message"].endswith(f"more than 16 deep: {' → '.join(around)}"), last
    assert [(entry.event, entry.message) for entry in entries] == [("failed", failed.error["message"])]
    assert steps is not None
    assert {row.status for row in every if row.id != failed.id} == {"completed"}


async def test_cancelling_a_run_cancels_its_branches(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a", "b", "c"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.executions.cancel(run.execution)
        await runs.settle()
        started = await children(runs, run.session)
        assert {child.status for child in started} == {"cancelled"}
        assert (await runs.execution(run)).status == "cancelled"
        assert runs.bot.world.asked == []


async def test_cancelling_ends_what_is_below_at_once(database: Database) -> None:
    """Before anything is carried out: a child must not complete after its parent was cancelled."""
    async with open_runs(database, CALLER, FAN) as runs:
        run = await runs.start("caller", {"workflow": "fan"})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        [middle] = await children(runs, run.session)
        await runs.executions.pause(str(middle.id))
        await runs.executions.resume(str(middle.id))
        other = await runs.start("fan", {"items": ["a", "b"]})
        await runs.bot.advance(other.session)
        await runs.executions.cancel(run.execution)
        await runs.executions.cancel(other.execution)
        assert {child.status for child in await children(runs, run.session)} == {"cancelled"}
        await runs.bot.advance(middle.session_id)
        await runs.settle()
        assert await children(runs, other.session) == []
        statuses = {row.status for row in await runs.rows(tables.executions)}
    assert statuses == {"cancelled"}
    assert runs.bot.world.asked == []


async def test_a_cancelled_branch_tells_its_parent(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a", "b"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        [first, _] = await children(runs, run.session)
        await runs.executions.cancel(str(first.id))
        await runs.settle()
        ended = await runs.execution(run)
    assert (ended.status, ended.error["code"]) == ("failed", "parallel.failed")


async def test_a_message_stays_queued_while_the_conversation_waits_for_its_children(database: Database) -> None:
    async with open_runs(database, TALK) as runs:
        first = await runs.say("talk", "hi", "m1")
        await runs.bot.advance(first.id.session)
        second = await runs.say("talk", "Ann", "m2")
        await runs.bot.advance(first.id.session)
        assert (await database.turns.receipt(second.id)).state == "new"
        await runs.settle()
        done = await database.turns.receipt(second.id)
    assert [part.message.text for part in done.outbounds] == ["Bye Ann."]


async def test_a_late_cancellation_leaves_the_children_of_a_retry_alone(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a", "b"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.executions.cancel(run.execution)
        late = await database.effects.claim(10)
        assert {effect.kind for effect in late} == {"cancel"}
        await runs.executions.retry(run.execution, from_start=True)
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        for effect in late:
            await runs.carrier._carry(effect)
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"
        started = await children(runs, run.session)
    assert sorted(child.status for child in started) == ["cancelled", "cancelled", "completed", "completed"]


async def test_a_child_that_ends_when_its_parent_is_over_is_heard_by_nobody(database: Database) -> None:
    async with open_runs(database, FAN) as runs:
        run = await runs.start("fan", {"items": ["a"]})
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        [child] = await children(runs, run.session)
        await runs.bot.advance(child.session_id)
        await runs.executions.cancel(run.execution)
        await runs.settle()
        [child] = await children(runs, run.session)
    assert child.status == "completed"


async def test_runs_that_nobody_waits_for_go_on_when_their_starter_is_cancelled(database: Database) -> None:
    starter = job(
        "starter", node("go_on", "logic.run", workflow="called", wait=False, on={"done": "rest"}), rest("rest")
    )
    async with open_runs(database, starter, CALLED) as runs:
        run = await runs.start("starter")
        await runs.bot.advance(run.session)
        await runs.carrier.carry_some()
        await runs.executions.cancel(run.execution)
        await runs.settle()
        [started] = await children(runs, run.session)
    assert started.status == "completed"


async def test_what_nobody_may_begin_yet_is_not_claimed_even_after_a_process_died(database: Database) -> None:
    async with open_runs(database, TALK, FAN) as runs:
        first = await runs.say("talk", "hi", "m1")
        await runs.bot.advance(first.id.session)
        await runs.say("talk", "Ann", "m2")
        run = await runs.start("fan", {"items": []})
        await runs.executions.pause(run.execution)
        await age_process(database, "dead", 20.0)
        await runs.bot.keeper.recover()
        assert await claimable(database) == []
        assert await database.leases.claim("other", 10, QUEUES) == []
        await runs.executions.resume(run.execution)
        assert [waiting.session for waiting in await claimable(database)] == [run.session]
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"
