"""People who are written to first: the night, countries and the bound of messages to strangers hold for them, too."""

from __future__ import annotations

from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.interfaces import MissedCall
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.starts.missed_calls import CallStart, start_after_call
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.node_types import EVERY
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, US, Town, open_town

NODES = (
    say("hello", "Hello."),
    node("by_hand", "trigger.manual", next="hello"),
    node("called", "trigger.missed_call", next="hello"),
)
BEGIN = node("begin", "logic.start", to="{{ $message.text }}", channel="sms", workflow="root")


async def is_called(town: Town, key: str = "CA1") -> None:
    live = town.bot.live
    call = MissedCall(key=key, caller=ANN, number=US, channel="sms")
    start = CallStart(workflow=live.workflow, flow_version=live.version, node="called", call=call)
    await town.database.engine.write(start_after_call, start)
    await town.bot.work()


async def is_begun(town: Town, channel: TwilioChannel) -> None:
    begin = await town.workflow("begin", BEGIN)
    await town.hear(BOB, ANN, begin, within_s=5.0)
    carrier = Carrier(
        store=town.database.effects,
        engine=town.database.engine,
        flows=town.bot.flows,
        node_types=EVERY,
        wake=town.bot.hub.claimable,
        channels=dict.fromkeys(channel.names, channel),
    )
    await carrier.carry_some()
    await town.bot.work()


@pytest.mark.parametrize(
    ("rules", "state", "code"),
    [
        ({"quietHours": {"from": "00:00", "to": "23:59"}}, "ready", "consent.quiet_hours"),
        ({"countries": ["DE"]}, "failed", "consent.country"),
        ({"budgets": {"recipient": {"messages": 0}}}, "held", "budget.recipient"),
    ],
    ids=["night", "country", "budget"],
)
@pytest.mark.parametrize("way", ["start", "call"])
async def test_the_rules_hold_for_who_is_written_to_first(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel, rules: Any, state: str, code: str, way: str
) -> None:
    async with open_town(database, twilio, channel, *NODES, **rules) as town:
        await (is_begun(town, channel) if way == "start" else is_called(town))
        await town.deliver()
        parts = await town.parts()
    assert parts == [("Hello.", state, code)]
    assert twilio.messages() == []
