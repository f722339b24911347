"""What a process takes along in a session that it runs: nothing waits for another look without need."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from botflow.records.turns import TurnId
from botflow.storage.database import Database
from botflow.storage.tables import inbounds
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, asks, open_bot
from tests.storage.aged_rows import change, inbound_rows, make_due

WAITING = (
    asks("one", "first", "ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", timeout="1h", next="bye"),
    say("bye", "Bye {{ name }}."),
)


async def states(database: Database, session: int) -> list[str]:
    """Return the states of the session's inbounds in the order they came."""
    return [row.state for row in await inbound_rows(database, session)]


async def test_a_message_that_came_by_another_process_is_run_by_the_one_that_runs_its_session(
    database: Database,
) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        session = (await bot.queued("hi", "m1")).id.session
        running = asyncio.create_task(bot.advance(session))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        await bot.queued("and", "m2")
        bot.world.held.set()
        await running
        assert await states(database, session) == ["done", "done"]
        assert bot.leases.calls == {"take": 1}


async def test_a_timeout_that_let_a_message_go_first_is_settled_after_it(database: Database) -> None:
    async with open_bot(database, *WAITING) as bot:
        session = (await bot.hear("hi", "m1")).id.session
        await make_due(database, session)
        assert await database.timers.queue_timeouts([session]) == 1
        second = await bot.queued("Ann", "m2")
        await receive_earlier(database, second.id)
        claim = next(step for step in bot.keeper.steps() if step.name == "claim")
        await claim.run()
        await bot.idle()
        assert await states(database, session) == ["done", "done", "done"]
        assert [part.message.text for part in (await database.turns.receipt(second.id)).outbounds] == ["Bye Ann."]
        assert bot.leases.calls == {"claim": 1}


async def receive_earlier(database: Database, turn: TurnId) -> None:
    """Let the message have been received a minute ago, before the timeout was due."""
    where = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    await change(database, update(inbounds).where(where).values(received_at=earlier))
