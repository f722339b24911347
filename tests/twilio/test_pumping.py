"""Nobody can make a flow write to strangers again and again, whatever the flow leaves out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.records.sessions import VISITOR
from tests.engine.conversation import node
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, US, Town, open_town

FROM_US: dict[str, Any] = {"from": US}  # a word that Python keeps for itself
SENDING = node("send", "twilio.send_message", to="{{ $input.text }}", text="Your code.", **FROM_US)


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(
        database, twilio, channel, {**SENDING, "next": "sent"}, node("sent", "chatbot.say", text="Sent.")
    ) as opened:
        yield opened


async def visit(town: Town, visitor: int, number: str) -> None:
    """Let an anonymous visitor of the chat write a number, to which the flow sends."""
    person = f"{VISITOR}{visitor}"
    await town.bot.hear(number, f"{visitor}-{number}-{next(COUNT)}", person=person)


COUNT = iter(range(1_000_000))


async def held(town: Town) -> list[str | None]:
    return [code for _, state, code in await town.parts() if state == "held"]


async def test_one_stranger_gets_twenty_messages_a_day_from_however_many_visitors(town: Town) -> None:
    for visitor in range(30):
        await visit(town, visitor, ANN)

    assert len(await town.deliver()) == 20
    assert await held(town) == ["budget.recipient"] * 10
    assert (await town.reasons())[-1] == "budget.recipient"


async def test_one_visitor_causes_five_messages_an_hour_to_however_many_numbers(town: Town) -> None:
    for number in range(8):
        await visit(town, 1, f"+1212555{number:04}")
    await visit(town, 2, "+12125559999")

    assert len(await town.deliver()) == 6
    assert await held(town) == ["budget.visitor"] * 3


async def test_all_visitors_of_a_workflow_cause_a_hundred_an_hour(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    bounds = {"visitors": {"messages": 6}}
    async with open_town(database, twilio, channel, SENDING, budgets=bounds) as town:
        for number in range(8):
            await visit(town, number, f"+1212555{number:04}")

        assert len(await town.deliver()) == 6
        assert await held(town) == ["budget.visitors"] * 2


async def test_a_flow_may_raise_the_bounds(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    bounds = {"recipient": {"messages": 30}, "visitor": {"messages": 30}}
    async with open_town(database, twilio, channel, SENDING, budgets=bounds) as town:
        for _ in range(25):
            await visit(town, 1, ANN)

        assert len(await town.deliver()) == 25


async def test_a_recipient_who_has_written_to_us_is_no_stranger(town: Town) -> None:
    await town.hear(ANN, "hi")
    for visitor in range(25):
        await visit(town, visitor, ANN)

    assert await held(town) == []
    assert len(await town.deliver()) == 25
