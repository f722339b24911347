"""logic.start: another person's conversation begins once, is told to the node, and is begun within its bounds."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, insert, update

from botflow.crash_points import Point
from botflow.engine.inbound import CHAT
from botflow.interfaces import MissedCall
from botflow.records.sessions import VISITOR
from botflow.runtime.runs.starts.missed_calls import CallStart, start_after_call
from botflow.storage import tables
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import GREETING
from tests.runtime.runs_without_worker import Runs, job, open_runs

INVITED = (*GREETING, node("invite", "trigger.manual", next="hello"))
CALLER = job(
    "caller",
    node(
        "begin",
        "logic.start",
        to="{{ $input.to }}",
        channel="{{ $input.channel | default('chat') }}",
        workflow="{{ $input.workflow | default('root') }}",
        input={"by": "caller"},
        on={"next": "good", "busy": "busy", "error": "bad"},
    ),
    node("good", "logic.end", output="begun {{ $begin.session }} {{ $begin.execution }}"),
    node("busy", "logic.end", output="busy"),
    node("bad", "logic.end", output="{{ $begin.code }}"),
)
POINTS: tuple[Point, ...] = ("effects.claimed", "effects.carried", "turn.begun", "turn.computed", "turn.committed")


async def said_to(runs: Runs, person: str, channel: str = CHAT) -> list[str]:
    stored = await runs.database.turns.load(runs.bot.key(person, channel))
    sent = await runs.database.transcripts.messages_after(stored.id, (0, -1), 100) if stored.has_row else []
    return [outbound.message.text for outbound in sent]


async def outcome(runs: Runs, **given: Any) -> str:
    run = await runs.start("caller", given)
    await runs.settle()
    output: str = (await runs.execution(run)).output
    return output


async def test_another_person_is_spoken_to_and_the_node_knows_the_conversation(database: Database) -> None:
    async with open_runs(database, CALLER, nodes=INVITED) as runs:
        ended = await outcome(runs, to="bea")
        stored = await database.turns.load(runs.bot.key("bea"))
        assert ended == f"begun {stored.id} {stored.session.execution}"
        assert await said_to(runs, "bea") == ["Hello.", "Name?"]
        assert await outcome(runs, to="bea") == "busy"
        assert await said_to(runs, "bea") == ["Hello.", "Name?"]
        [theirs] = await runs.rows(tables.executions, tables.executions.c.session_id == stored.id)
    assert (theirs.input, theirs.began) == ({"by": "caller"}, "api")
    assert theirs.metadata["startedBy"]["conversations"] == 1


async def test_an_effect_that_is_carried_out_twice_starts_once(database: Database) -> None:
    async with open_runs(database, CALLER, nodes=INVITED) as runs:
        run = await runs.start("caller", {"to": "bea"})
        await runs.bot.advance(run.session)
        [effect] = await database.effects.claim(10)
        await runs.carrier._carry(effect)
        await runs.carrier._carry(effect)
        await runs.settle()
        assert await said_to(runs, "bea") == ["Hello.", "Name?"]
        assert (await runs.execution(run)).output.startswith("begun")


async def test_a_process_that_dies_at_any_point_starts_neither_none_nor_two(database: Database) -> None:
    """Each point kills twice; what was claimed is due again then."""
    async with open_runs(database, CALLER, nodes=INVITED) as runs:
        for number, point in enumerate(POINTS):
            person = f"guest-{number}"
            run = await runs.start("caller", {"to": person})
            runs.bot.world.crashes[point] = 2
            for _ in range(6):
                with suppress(RuntimeError, ExceptionGroup):
                    await runs.settle()
                for _ in range(2):  # two beats find a lease without a task
                    await runs.bot.keeper.beat()
                await runs.make_effects_due()
            assert (await runs.execution(run)).output.startswith("begun"), point
            assert await said_to(runs, person) == ["Hello.", "Name?"], point
        assert runs.bot.world.crashes[POINTS[0]] == 0


async def test_who_has_opted_out_is_left_alone_and_so_is_what_is_no_person(database: Database) -> None:
    async with open_runs(database, CALLER, nodes=INVITED) as runs:
        await runs.bot.hear("STOP", "m1", person="bea", consent="stop")
        await runs.settle()
        before = await said_to(runs, "bea")
        assert await outcome(runs, to="bea") == "session.opted_out"
        assert await outcome(runs, to="") == "trigger.person"
        assert await outcome(runs, to="cay", channel="pigeon") == "trigger.person"
        assert await outcome(runs, to="cay", workflow="nowhere") == "workflow.unknown"
        assert await outcome(runs, to="cay", workflow="caller") == "trigger.person"
        assert await said_to(runs, "bea") == before
        assert await said_to(runs, "cay") == []


async def test_a_key_is_one_conversation_whatever_visits_the_node(database: Database) -> None:
    keyed = {**CALLER, "nodes": [dict(each) for each in CALLER["nodes"]]}
    keyed["nodes"][1]["properties"] = {**keyed["nodes"][1]["properties"], "key": "{{ $input.key }}"}
    async with open_runs(database, keyed, nodes=INVITED) as runs:
        first = await outcome(runs, to="bea", key="order-1")
        assert await outcome(runs, to="bea", key="order-1") == first
        await runs.bot.said("Bea", "m1", person="bea")
        assert await outcome(runs, to="bea", key="order-1") == first
        assert (await outcome(runs, to="bea", key="order-2")).startswith("begun")
        assert await outcome(runs, to="bea", key="x" * 101) == "start.key"
        said = await said_to(runs, "bea")
    assert said == ["Hello.", "Name?", "Bye Bea.", "Hello.", "Name?"]


async def test_conversations_that_start_each_other_come_to_an_end(database: Database) -> None:
    other = "{{ 'cay' if $input.me == 'bea' else 'bea' }}"
    again = (
        node("begin", "logic.start", to=other, channel="chat", input={"me": other}, on={"error": "why"}),
        node("why", "chatbot.say", text="{{ $begin.code }}"),
        node("by_hand", "trigger.manual", next="begin"),
    )
    async with open_runs(database, CALLER, nodes=again) as runs:
        await outcome(runs, to="cay")
        begun = await runs.rows(tables.executions, tables.executions.c.began.is_not(None))
        said = [*await said_to(runs, "bea"), *await said_to(runs, "cay")]
    assert len(begun) == 16
    assert said == ["start.too_deep"]


async def test_an_anonymous_visitor_starts_only_so_many_conversations_in_an_hour(database: Database) -> None:
    allowed = 2
    start = node(
        *("begin", "logic.start"),
        to="{{ $input.text }}",
        channel="chat",
        workflow="invited",
        on={"next": "good", "error": "bad"},
    )
    nodes = (start, node("good", "chatbot.say", text="begun"), node("bad", "chatbot.say", text="{{ $begin.code }}"))
    invited = {"botflow": 1, "id": "invited", "nodes": list(INVITED)}
    async with open_runs(
        database, invited, nodes=nodes, budgets={"visitor": {"messages": allowed}, "visitors": {"messages": 9}}
    ) as runs:
        for number in range(allowed + 1):
            await runs.bot.hear(f"friend-{number}", f"m{number}", person=f"{VISITOR}1", within_s=0.0)
            await runs.settle()
        said = await said_to(runs, f"{VISITOR}1")
    assert said == ["begun"] * allowed + ["budget.visitor"]


async def test_another_organizations_workflow_is_unknown(database: Database) -> None:
    def give_away(connection: Connection) -> None:
        made = insert(tables.organizations).values(slug="other", name="Other").returning(tables.organizations.c.id)
        other = connection.execute(made).scalar_one()
        theirs = update(tables.workflows).where(tables.workflows.c.slug == "root").values(organization_id=other)
        connection.execute(theirs)

    async with open_runs(database, CALLER, nodes=INVITED) as runs:
        await database.engine.write(give_away)
        assert await outcome(runs, to="bea") == "workflow.unknown"
        assert await said_to(runs, "bea") == []


async def test_a_call_starts_one_conversation_however_late_it_is_told_again(database: Database) -> None:
    called = (*INVITED, node("called", "trigger.missed_call", next="hello"))
    async with open_runs(database, nodes=called) as runs:
        live = runs.bot.live
        call = MissedCall(key="CA1", caller="bea", number="us", channel="chat")
        start = CallStart(workflow=live.workflow, flow_version=live.version, node="called", call=call)
        for number in range(3):
            await database.engine.write(start_after_call, start)
            await runs.settle()
            await runs.bot.said("Bea", f"m{number}", person="bea") if number == 0 else None
        said = await said_to(runs, "bea")
    assert said == ["Hello.", "Name?", "Bye Bea."]
