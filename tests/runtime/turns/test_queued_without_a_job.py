"""Queued inbounds are run though their own job has come and gone: nobody waits for the tick without need."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from botflow.records.turns import TurnId
from botflow.storage.database import Database
from botflow.storage.tables import inbounds
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, Bot, asks, open_bot
from tests.storage.aged_rows import make_due


async def states(bot: Bot, session: int) -> list[str]:
    """Return the states of the session's inbounds in the order they came."""
    statement = select(inbounds.c.state).where(inbounds.c.session_id == session).order_by(inbounds.c.seq)
    async with bot.database.engine.read() as connection:
        return list((await connection.execute(statement)).scalars().all())


async def test_a_message_whose_job_found_another_one_at_work_is_run_by_that_one(database: Database) -> None:
    """Two jobs of one session are there at once after a recovery, which takes another lock."""
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        session = (await bot.queued("hi", "m1")).id.session
        recovering = asyncio.create_task(bot.advance(session))
        await bot.world.begun.wait()
        await bot.queued("and", "m2")
        await bot.advance(session)  # the second message's own job
        bot.world.held.set()

        await recovering

        assert await states(bot, session) == ["done", "done"]


async def test_a_timeout_that_let_a_message_go_first_is_settled_by_the_same_job(database: Database) -> None:
    waiting = (
        asks("one", "first", "ask"),
        node("ask", "chatbot.ask", text="Name?", variable="name", timeout="1h", next="bye"),
    )
    async with open_bot(database, *waiting, say("bye", "Bye {{ name }}.")) as bot:
        session = (await bot.queued("hi", "m1")).id.session
        await bot.advance(session)
        await make_due(database, session)
        assert await database.timers.fire_due_waits(10) == [session]
        second = await bot.queued("Ann", "m2")
        await receive_earlier(database, second.id)

        await bot.advance(session)

        assert await states(bot, session) == ["done", "done", "done"]
        assert [part.message.text for part in (await database.inbox.receipt(second.id)).outbounds] == ["Bye Ann."]


async def receive_earlier(database: Database, turn: TurnId) -> None:
    """Let the message have been received a minute ago, before the timeout was due."""
    where = (inbounds.c.session_id == turn.session) & (inbounds.c.seq == turn.seq)
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    async with database.engine.write() as connection:
        await connection.execute(update(inbounds).where(where).values(received_at=earlier))
