"""A process without the plugin of a version leaves its turns to processes that have it: no person gets an apology."""

from __future__ import annotations

from typing import Any

from structlog.testing import capture_logs

from botflow.records.queues import QUEUES
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.signals import Hub
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.node_types import EVERY
from tests.runtime.bot_without_worker import THINKING, Bot, asks, assemble, open_bot, publish, texts
from tests.storage.aged_rows import inbound_rows, make_due

WAITING = (
    say("hello", "Hello.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", timeout="1h", on={"answered": "one", "timeout": "two"}),
    asks("one", "{{ name }}", "bye"),
    asks("two", "late", "bye"),
    say("bye", "{{ $one.value }}{{ $two.value }}"),
)


async def stranger_to(bot: Bot, database: Database) -> Bot:
    """Return a process of the same bot that lacks its plugin: it does not know the node type test.ask."""
    flows = Flows(database.flows, EVERY)
    with capture_logs():
        await flows.refresh()
    shared: dict[str, Any] = {**bot.shared, "flows": flows, "node_types": EVERY, "hub": Hub(None)}
    return assemble(database, concurrency=64, queues=QUEUES, **shared)


async def test_a_process_claims_nothing_that_it_cannot_run(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        stranger = await stranger_to(bot, database)
        receipt = await bot.queued("hi", "m1")

        await stranger.work()

        [row] = await inbound_rows(database)
        assert (row.state, row.owner, row.attempt) == ("new", None, 0)
        await bot.work()
        assert texts(await bot.turns.receipt(receipt.id)) == ["first! second!"]


async def test_a_conversation_on_an_older_version_is_given_back_and_no_attempt_is_lost(database: Database) -> None:
    """Only the active versions are known at the start: an older one is found out when its turn comes."""
    async with open_bot(database, *WAITING) as bot:
        await bot.said("hi", "m1")
        await publish(bot.flows, bot.shared["node_types"], say("hello", "New."))
        strangers = [await stranger_to(bot, database) for _ in range(4)]
        await bot.queued("Ann", "m2")

        for stranger in strangers:
            await stranger.work()
            await stranger.work()

        assert [(row.key, row.attempt) for row in await inbound_rows(database)] == [("m1", 0), ("m2", 0)]
        await bot.work()
        assert await bot.said("Ann", "m2") == ["Ann!"]


async def test_a_process_that_receives_what_it_cannot_run_leaves_it_to_others(database: Database) -> None:
    async with open_bot(database, *WAITING) as bot:
        await bot.said("hi", "m1")
        await publish(bot.flows, bot.shared["node_types"], say("hello", "New."))
        stranger = await stranger_to(bot, database)

        heard = await stranger.hear("Ann", "m2", within_s=0.0)
        await stranger.idle()

        assert heard.state == "new"
        assert [(row.owner, row.attempt) for row in (await inbound_rows(database))[1:]] == [(None, 0)]
        await bot.work()
        assert await bot.said("Ann", "m2") == ["Ann!"]


async def test_a_timer_of_a_version_that_does_not_compile_here_is_fired_elsewhere(database: Database) -> None:
    async with open_bot(database, *WAITING) as bot:
        await bot.said("hi", "m1")
        session = (await database.turns.load(bot.key())).id
        stranger = await stranger_to(bot, database)
        await make_due(database, session)

        await stranger.timers.fire()
        await stranger.work()
        assert [(row.kind, row.attempt) for row in (await inbound_rows(database))[1:]] == [("timeout", 0)]

        await bot.work()
        assert [part.message.text for commit in bot.committed for part in commit.parts][-1] == "late!"


async def test_what_cannot_be_run_is_said_once_for_each_version(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        flows = Flows(database.flows, EVERY)
        with capture_logs() as logs:
            for _ in range(3):
                await flows.refresh()
        assert [(line["event"], line["workflow"], line["code"]) for line in logs] == [
            ("workflow_not_served", "root", "node.unknown_type")
        ]
        assert "test.ask" in logs[0]["reason"]
        assert list(flows.cannot_run()) == [bot.live.version]
