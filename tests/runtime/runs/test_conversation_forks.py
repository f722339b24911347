"""Forks of conversations: a session without a person, which hears what was said and sends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings

from botflow.clock import SystemClock
from botflow.records.forks import AskPolicy, ForkRequest, Played
from botflow.records.runs import StartedRun
from botflow.storage import tables
from botflow.storage.database import Database
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import GREETING, asks
from tests.runtime.runs.test_forks import HEARS, fork, forks_of, number_of, rows_of, still, visits
from tests.runtime.runs_without_worker import Runs, job, open_runs
from tests.storage.aged_rows import age_everything

PERSON = "+4915112345678"
PRICES = job(
    "prices", asks("look", "price of {{ input.size }}", "end"), node("end", "logic.end", output="{{ $look.value }}")
)
ORDER = (
    say("hello", "Hello.", next="size"),
    node(
        "size",
        "chatbot.ask",
        text="Which size?",
        variable="size",
        reminders=[{"after": "1m", "text": "Well?"}],
        next="price",
    ),
    node("price", "logic.run", workflow="prices", input={"size": "{{ size }}"}, variable="price", on={"done": "tell"}),
    node("tell", "logic.emit", event="told", payload="{{ size }}", next="cook"),
    node("cook", "twilio.send_message", to="+4915100000000", text="One {{ size }}", next="more"),
    node("more", "chatbot.ask", text="{{ price }} Anything else?", variable="more", next="chat"),
    node(
        "chat",
        "ai.reply",
        instructions="Be brief.",
        fallback="Fine, {{ more }}.",
        variable="said",
        history=9,
        next="rest",
    ),
    {**node("rest", "logic.wait", next="sure"), "properties": {"for": "1h"}},
    node(
        "sure",
        "chatbot.menu",
        text="Sure?",
        options=[{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}],
        variable="sure",
        on={"yes": "bye", "no": "size"},
    ),
    say("bye", "Bye, {{ size }}."),
)


@asynccontextmanager
async def opened(database: Database, *jobs: dict[str, Any], **options: Any) -> AsyncIterator[Runs]:
    """Serve a conversation on phones; nothing is sent in these tests, so nobody answers for the provider."""
    channel = TwilioChannel(TwilioSettings(), SystemClock())
    try:
        async with open_runs(database, *jobs, channels=dict.fromkeys(channel.names, channel), **options) as runs:
            yield runs
    finally:
        await channel.close()


async def talk(runs: Runs) -> StartedRun:
    """Let a person order, with a reminder and a wait in between; return the execution, which has ended."""
    session = 0
    for key, text in (
        ("SM1", "hi"),
        ("", "reminder"),
        ("SM2", "large"),
        ("SM3", "no, thanks"),
        ("", "rest"),
        ("SM4", "1"),
    ):
        if key:
            session = (await runs.bot.hear(text, key, channel="sms", within_s=0.0)).id.session
        else:
            await runs.make_due(session)
            await runs.bot.timers.fire()
        await runs.settle()
    [row] = await runs.rows(tables.executions, tables.executions.c.session_id == session)
    assert row.status == "completed", row.error
    return StartedRun(execution=str(row.id), session=session, is_new=True)


async def said(runs: Runs, run: StartedRun) -> list[str]:
    """Return what the session has said, to its person and to others."""
    rows = await runs.rows(tables.outbounds, tables.outbounds.c.session_id == run.session)
    return [row.body["text"] for row in rows]


async def test_a_fork_at_any_step_of_a_conversation_ends_like_it_and_sends_nothing(
    database: Database,
) -> None:
    async with opened(database, PRICES, HEARS, nodes=ORDER) as runs:
        run = await talk(runs)
        original, before = await runs.execution(run), await rows_of(runs, run)
        people = [await runs.rows(table) for table in (tables.contacts, tables.decisions, tables.spending)]
        texts, taken, asked = await said(runs, run), await visits(runs, run), list(runs.bot.world.asked)
        steps = (await runs.executions.steps(run.execution)).steps
        places = [step for step in steps if step.place is not None]
        assert len(places) >= 10
        for step in places:
            made = await fork(runs, run, step.number)
            ended = await runs.execution(made)
            assert (ended.status, ended.variables) == (original.status, original.variables), (step, ended.error)
            assert await visits(runs, made) == taken[step.number - 1 :], step
            mine = await said(runs, made)
            assert mine == texts[len(texts) - len(mine) :], step
            parts = await runs.rows(tables.outbounds, tables.outbounds.c.session_id == made.session)
            assert {part.state for part in parts} <= {"suppressed"}, step
            again = await fork(runs, made, 1)
            assert await said(runs, again) == mine, step
        assert runs.bot.world.asked == asked
        assert still(before, await rows_of(runs, run))
        assert people == [await runs.rows(table) for table in (tables.contacts, tables.decisions, tables.spending)]
        assert len(await runs.rows(tables.executions, tables.executions.c.trigger == "event")) == 1
        assert await runs.rows(tables.sessions, tables.sessions.c.channel == "sms") == before["sessions"][:1]


async def test_a_fork_hears_other_words_and_its_timers_go_off_only_when_asked(database: Database) -> None:
    async with opened(database, PRICES, HEARS, nodes=ORDER) as runs:
        run = await talk(runs)
        at = await number_of(runs, run, "size")
        policy = AskPolicy(may_ask=True)
        waits = await fork(runs, run, at, plays=())
        [session] = await runs.rows(tables.sessions, tables.sessions.c.id == waits.session)
        assert (session.wake_at, session.state["frames"][-1]["node"]) == (None, "size")
        plays = (
            Played(),
            Played(text="small"),
            Played(text="nothing"),
            Played(),
            Played(payload="yes"),
            Played(text="hi"),
        )
        made = await fork(runs, run, at, plays=plays, policy=policy)
        ended = await runs.execution(made)
        assert (ended.status, (ended.variables or {}).get("size")) == ("completed", "small"), ended.error
        assert (await said(runs, made))[1:4] == ["Which size?", "Well?", "price of small! Anything else?"]
        left = await runs.rows(tables.inbounds, tables.inbounds.c.state == "planned")
        assert [(row.content or {}).get("text") for row in left] == ["hi"]  # it has ended: that begins nothing
        other = await fork(runs, run, await number_of(runs, run, "price"), variables={"size": "huge"})
        stopped = await runs.execution(other)
        assert (stopped.status, (stopped.error or {}).get("node")) == ("failed", "price")
        assert runs.bot.world.asked == ["price of large", "price of small"]


async def test_a_fork_hears_nothing_that_the_person_says_later_nor_a_word_about_consent(
    database: Database,
) -> None:
    async with opened(database, nodes=GREETING) as runs:
        await runs.bot.hear("hi", "SM1", channel="sms", within_s=0.0)
        [row] = await runs.rows(tables.executions)
        run = StartedRun(execution=str(row.id), session=row.session_id, is_new=True)
        before = await fork(runs, run, 1)
        await runs.bot.hear("STOP", "SM2", channel="sms", within_s=0.0, consent="stop")
        await runs.bot.hear("START", "SM3", channel="sms", within_s=0.0, consent="start")
        await runs.settle()
        contacts = await runs.rows(tables.contacts)
        between = await fork(runs, run, 1)
        assert (await runs.execution(before)).status == (await runs.execution(between)).status == "waiting"
        await runs.bot.hear("Ann", "SM4", channel="sms", within_s=0.0)
        await runs.settle()
        after = await fork(runs, run, 1)
        assert (await runs.execution(after)).variables == {"name": "Ann"}
        assert [(await runs.execution(each)).status for each in (before, between)] == ["waiting", "waiting"]
        assert contacts == await runs.rows(tables.contacts)
        heard = await runs.rows(tables.inbounds, tables.inbounds.c.session_id == after.session)
        assert [(each.kind, each.content["text"]) for each in heard] == [("resume", "hi"), ("message", "Ann")]
        assert not any("consent" in each.content for each in heard)


async def test_a_burst_is_heard_as_the_one_message_that_it_was(database: Database) -> None:
    async with opened(database, nodes=GREETING, bursts="merge", mergeWithin="0.3s") as runs:
        await runs.bot.hear("hi", "SM1", channel="sms", within_s=0.0)
        await runs.bot.idle()
        first = asyncio.create_task(runs.bot.hear("Ann", "SM2", channel="sms", within_s=0.0))
        await runs.bot.hear("Lee", "SM3", channel="sms", within_s=0.0)
        await first
        await runs.bot.idle()
        [row] = await runs.rows(tables.executions)
        assert row.variables["name"] in ("Ann\nLee", "Lee\nAnn", "Ann", "Lee"), row.variables
        run = StartedRun(execution=str(row.id), session=row.session_id, is_new=True)
        made = await fork(runs, run, 1)
        assert (await runs.execution(made)).variables == row.variables


async def test_a_fork_that_was_paused_hears_on_and_one_that_waits_for_long_is_pruned(
    database: Database, database_url: str
) -> None:
    async with opened(database, nodes=GREETING) as runs:
        for number, text in enumerate(("hi", "Ann")):
            await runs.bot.hear(text, f"SM{number}", channel="sms", within_s=0.0)
        [row] = await runs.rows(tables.executions)
        original = StartedRun(execution=str(row.id), session=row.session_id, is_new=True)
        made = await forks_of(runs).fork(ForkRequest(execution=original.execution, step=1), None, None)
        await runs.bot.work()
        await runs.executions.pause(made.execution)
        await runs.carrier.carry_some()
        await runs.executions.resume(made.execution)
        await runs.settle()
        assert (await runs.execution(made)).variables == {"name": "Ann"}
        waits = await fork(runs, original, 1, plays=())
        assert (await runs.execution(waits)).status == "waiting"
        await age_everything(database, days=100)
        await asyncio.to_thread(prune, database_url, Policy(older_than=timedelta(days=90)))
        assert [each.id for each in await runs.rows(tables.sessions)] == [original.session]
