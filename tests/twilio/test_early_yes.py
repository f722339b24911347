"""YES by SMS opts in whoever had stopped. Everybody else gives an answer by it, which keeps its place like any other."""

from __future__ import annotations

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection

from botflow.storage.database import Database
from botflow.storage.runs import handoffs
from tests.engine.conversation import node, say
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.aged_rows import make_due
from tests.twilio.phone_users import ANN, open_town


async def test_a_yes_keeps_its_place_while_the_flow_waits_for_something_else(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    nodes = (
        node("hello", "chatbot.say", text="Hello.", on={"next": "first", "undelivered": "first"}),
        node("first", "chatbot.ask", text="First?", variable="first", next="second"),
        node("second", "chatbot.ask", text="Second?", variable="second", next="bye"),
        say("bye", "{{ first }}, {{ second }}."),
    )
    async with open_town(database, twilio, channel, *nodes) as town:
        await town.said(ANN, "hi")
        for text in ("no", "yes"):
            await town.queue(ANN, text)
        await town.bot.work()
        stored = await database.turns.load(town.bot.key(ANN, "sms"))
        await make_due(database, stored.id)
        await town.bot.timers.fire()
        await town.bot.work()
        assert [text for text, _, _ in await town.parts()] == ["Hello.", "First?", "Second?", "no, yes."]


async def test_a_yes_to_a_person_is_left_to_them(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    nodes = (
        node("hello", "chatbot.say", text="Hello.", on={"next": "ask", "undelivered": "ask"}),
        node("ask", "chatbot.ask", text="Sure?", variable="sure", next="bye"),
        say("bye", "{{ sure }}."),
    )
    async with open_town(database, twilio, channel, *nodes) as town:
        await town.said(ANN, "hi")
        await town.queue(ANN, "yes")
        stored = await database.turns.load(town.bot.key(ANN, "sms"))

        def hand_over_and_back(connection: Connection) -> None:
            for change in (
                lambda locked: handoffs.hand_off(connection, locked, "Maria", "test"),
                lambda locked: handoffs.give_back(connection, locked, replay=False),
            ):
                locked = handoffs.lock_session(connection, stored.id)
                assert locked is not None
                change(locked)

        await database.engine.write(hand_over_and_back)
        town.bot.hot.forget(stored.key)
        await make_due(database, stored.id)
        await town.bot.timers.fire()
        await town.bot.work()
        assert [text for text, _, _ in await town.parts()] == ["Hello.", "Sure?"]
