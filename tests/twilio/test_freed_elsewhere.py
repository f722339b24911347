"""A START that another workflow hears: what the person's other conversations waited for does not pass them by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection, insert, update

from botflow.engine.inbound import Inbound
from botflow.records.access import Principal
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.service.sessions.conversation_changes import ConversationChanges
from botflow.storage.database import Database
from botflow.storage.runs.starts.start import new_inbound
from botflow.storage.tables import inbounds, sessions
from tests.engine.conversation import node, say
from tests.organizations import HOME
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, HELLO, open_town

WHO = Principal(organization=HOME, actor="test", scopes=frozenset())
HOUR: dict[str, Any] = {"for": "1h"}  # a word that Python keeps for itself


async def test_a_wait_begins_again(database: Database, twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    waiting = (node("rest", "logic.wait", next="bye", **HOUR), say("bye", "Bye."))
    async with open_town(database, twilio, channel, *waiting) as town:
        other = await town.workflow("other", *HELLO)
        await town.hear(ANN, "hi")
        await town.hear(ANN, "STOP", other)

        await town.hear(ANN, "START", other)

        waits = {each.workflow: (each.status, each.wakes_at is not None) for each in await database.executions.page(5)}
        assert waits["root"] == ("waiting", True)


async def test_a_wait_begins_again_while_a_person_has_the_conversation(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    waiting = (node("rest", "logic.wait", until=tomorrow, next="bye"), say("bye", "Bye."))
    async with open_town(database, twilio, channel, *waiting, countries=["US"]) as town:
        await town.hear(ANN, "hi")
        await town.advance(ANN)
        key, changes = town.bot.key(ANN, "sms"), ConversationChanges(WHO)
        session = (await database.turns.load(key)).id
        await database.engine.write(changes.hand_off, session, "Maria")
        await town.queue(ANN, "STOP")
        await town.queue(ANN, "START")

        back = await database.engine.write(changes.give_back, session, False)

        assert (back.parked, back.wakes_at is not None) == (False, True)


async def test_the_end_of_a_run_is_heard_after_all(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    waiting = (
        node("all", "logic.parallel", each=["a"], on={"each": "rest", "done": "bye"}),
        node("rest", "logic.wait", **HOUR),
        say("bye", "Bye."),
    )
    async with open_town(database, twilio, channel, *waiting) as town:
        other = await town.workflow("other", *HELLO)
        await town.hear(ANN, "hi")
        await town.advance(ANN)
        stored = await database.turns.load(town.bot.key(ANN, "sms"))
        assert stored.session.wait is not None
        await town.hear(ANN, "STOP", other)
        ended = Inbound(
            kind="child_done",
            key="done",
            received_at=datetime.now(UTC),
            seed=1,
            channel="sms",
            token=stored.session.wait.group,
            parameters={"branch": "0", "status": "completed", "output": None, "error": None},
        )

        def end(connection: Connection) -> None:
            row = new_inbound(ended, stored.id, stored.last_seq + 1, 1, MESSAGE_PRIORITY)
            connection.execute(insert(inbounds), row)
            moved = update(sessions).where(sessions.c.id == stored.id)
            connection.execute(moved.values(last_seq=sessions.c.last_seq + 1))

        await database.engine.write(end)
        await town.advance(ANN)
        assert await town.parts() == []

        await town.hear(ANN, "START", other)
        await town.advance(ANN)

        assert [text for text, _, _ in await town.parts()] == ["Bye."]
