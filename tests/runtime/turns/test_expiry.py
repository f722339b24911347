"""Reminders and expiry over the database's clock: one alarm after the other, and an execution that ends cancelled."""

from __future__ import annotations

from botflow.records.leases import Share
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import open_bot, texts
from tests.storage.aged_rows import executions, make_due

QUESTION = node("ask", "chatbot.ask", text="Name?", reminders=[{"after": "1h", "text": "Still there?"}])


async def test_who_never_answers_is_reminded_then_let_go_and_begins_anew(database: Database) -> None:
    async with open_bot(database, QUESTION, expires="3h", expiredText="Bye.") as bot:
        begun = await bot.hear("hi", "m1")
        session = begun.id.session
        told = [texts(begun)]
        for _ in range(2):
            await make_due(database, session)
            await bot.timers.fire()
            last = (await database.turns.load(bot.key())).last_seq
            told.append(texts(await database.turns.receipt(begun.id._replace(seq=last))))
        assert told == [["Name?"], ["Still there?"], ["Bye."]]
        stored = await database.turns.load(bot.key())
        assert (stored.session.frames, stored.session.wait, stored.flow_version) == ((), None, None)
        assert [row.status for row in await executions(database)] == ["cancelled"]
        assert await database.leases.due_waits(10, Share()) == []
        assert await bot.said("me", "m2") == ["Name?"]
