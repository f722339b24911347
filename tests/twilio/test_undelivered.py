"""A message that does not arrive, by Twilio or by the gate, leads the flow elsewhere: once, and in its order."""

from __future__ import annotations

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import select

from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState
from botflow.storage.database import Database
from botflow.storage.tables import inbounds
from tests.engine.conversation import node, say
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, Town, open_town

LOST = say("lost", "Lost: {{ $it.code }}")
ASK = node("it", "chatbot.ask", text="Name?", variable="name", on={"answered": "bye", "undelivered": "lost"})
SAY = node("it", "chatbot.say", text="Hello.", on={"next": "bye", "undelivered": "lost"})
BYE = say("bye", "Bye {{ name }}.")


async def report(town: Town, version: int, state: OutboundState, code: str = "", *, index: int = 0) -> None:
    stored = await town.database.turns.load(town.bot.key(ANN, "sms"))
    told = DeliveryStatus(
        session=stored.id, wire_id=f"{version}.{index}", state=state, provider_id=f"SM{version}{index}", error_code=code
    )
    await town.database.outbox.report(told)


async def heard(town: Town) -> list[tuple[str, str]]:
    rows = select(inbounds.c.kind, inbounds.c.state).order_by(inbounds.c.session_id, inbounds.c.seq)
    return await town.database.engine.read(lambda connection: [tuple(row) for row in connection.execute(rows).all()])


async def test_a_failure_that_twilio_reports_leads_to_undelivered_once(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, ASK, BYE, LOST) as town:
        assert await town.said(ANN, "hi") == ["Name?"]
        await report(town, 1, "sent")
        assert await heard(town) == [("message", "done")]
        for _ in range(2):
            await report(town, 1, "failed", "30005")
        await town.advance(ANN)
        assert [text for text, _, _ in await town.parts()] == ["Name?", "Lost: 30005"]
        assert await heard(town) == [("message", "done"), ("delivery", "done")]


async def test_a_late_failure_of_an_answered_question_is_recorded_only(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(
        database,
        twilio,
        channel,
        {**ASK, "on": {"answered": "again", "undelivered": "lost"}},
        LOST,
        node("again", "chatbot.ask", text="Age?", on={"answered": "bye"}),
        BYE,
    ) as town:
        await town.said(ANN, "hi")
        await report(town, 1, "sent")
        assert await town.said(ANN, "Ann") == ["Age?"]
        await report(town, 1, "failed", "30003")
        await town.advance(ANN)
        assert (await town.parts())[0][1] == "failed"
        assert (await heard(town))[-1] == ("delivery", "done")
        assert await town.said(ANN, "40") == ["Bye Ann."]


async def test_an_answer_and_a_failure_are_taken_in_the_order_in_which_they_come(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, ASK, BYE, LOST) as town:
        await town.said(ANN, "hi")
        await report(town, 1, "failed", "30005")
        await town.queue(ANN, "Ann")
        await town.advance(ANN)
        await town.advance(ANN)
        texts = [text for text, _, _ in await town.parts()]
    assert texts == ["Name?", "Lost: 30005", "Name?"]  # her message begins the next conversation


async def test_a_question_beyond_a_budget_is_refused_and_not_kept_for_later(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    budgets = {"session": {"segments": 0}}
    async with open_town(database, twilio, channel, ASK, BYE, LOST, budgets=budgets) as town:
        await town.answered(ANN, "hi")
        await town.deliver()
        await town.advance(ANN)
        parts = await town.parts()
    assert parts[0] == ("Name?", "failed", "budget.session")
    assert parts[1][0] == "Lost: budget.session"
    assert twilio.messages() == []


async def test_a_text_of_several_parts_has_arrived_with_its_last_one(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    long = {**SAY, "properties": {"text": "word " * 500}}
    async with open_town(database, twilio, channel, long, BYE, LOST) as town:
        assert len(await town.said(ANN, "hi")) == 2
        await report(town, 1, "delivered", index=0)
        assert await heard(town) == [("message", "done")]
        await report(town, 1, "delivered", index=1)
        await town.advance(ANN)
        assert (await town.parts())[-1][0] == "Bye ."


async def test_a_part_that_fails_is_told_although_others_arrive(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    long = {**SAY, "properties": {"text": "word " * 500}}
    async with open_town(database, twilio, channel, long, BYE, LOST) as town:
        await town.said(ANN, "hi")
        await report(town, 1, "failed", "30007", index=0)
        await report(town, 1, "delivered", index=1)
        await town.advance(ANN)
        await town.advance(ANN)
        texts = [text for text, _, _ in await town.parts()]
    assert texts[2:] == ["Lost: 30007"]


async def test_the_arrival_of_a_question_is_told_to_nobody(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, ASK, BYE, LOST) as town:
        await town.said(ANN, "hi")
        await report(town, 1, "sent")
        await report(town, 1, "delivered")
        assert await heard(town) == [("message", "done")]
        assert await town.said(ANN, "Ann") == ["Bye Ann."]
