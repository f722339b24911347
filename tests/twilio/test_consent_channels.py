"""Consent is the person's, by their number: a STOP by SMS holds on WhatsApp too, unless a workflow says otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.storage.contacts import Contacts
from tests.engine.conversation import node
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, HELLO, Town, open_town, telling

ADDRESSES = {"sms": ANN, "whatsapp": f"whatsapp:{ANN}"}
OTHER = {"sms": "whatsapp", "whatsapp": "sms"}


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel) as opened:
        yield opened


@pytest.mark.parametrize("channel_said", ["sms", "whatsapp"])
async def test_a_stop_holds_on_every_channel_of_the_number(town: Town, channel_said: str) -> None:
    here, there = ADDRESSES[channel_said], ADDRESSES[OTHER[channel_said]]
    telling_ann = await town.workflow("tell", node("tell", "twilio.send_message", to=there, text="Somebody wrote."))
    other = await town.workflow("other", *HELLO)
    await town.hear(here, "hi")
    await town.hear(there, "hi")
    await town.hear(BOB, "hi", telling_ann)

    await town.hear(here, "STOP")
    await town.hear(BOB, "hi again", telling_ann)

    assert await town.deliver() == []
    assert await town.said(there, "Ann") == await town.said(there, "hi", other) == []
    decided = await town.decided()
    assert [one.channel for one in decided if one.kind == "opt_out"] == [channel_said]
    assert ("Somebody wrote.", "suppressed", "consent.stopped") in await town.parts()


@pytest.mark.parametrize("channel_said", ["sms", "whatsapp"])
async def test_a_start_on_either_takes_both_up_again(town: Town, channel_said: str) -> None:
    here, there = ADDRESSES[channel_said], ADDRESSES[OTHER[channel_said]]
    await town.hear(here, "hi")
    await town.hear(there, "hi")
    await town.hear(there, "STOP")

    await town.hear(here, "START")

    assert await town.said(here, "Ann") == await town.said(there, "Ann") == ["Bye Ann."]
    assert [(one.kind, one.channel) for one in await town.decided()] == [
        ("opt_out", OTHER[channel_said]),
        ("opt_in", channel_said),
    ]


async def test_a_workflow_may_keep_channels_apart(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    async with open_town(database, twilio, channel, optOuts="channel") as town:
        await town.hear(ADDRESSES["whatsapp"], "hi")
        await town.hear(ADDRESSES["sms"], "hi")

        await town.hear(ADDRESSES["sms"], "STOP")

        contacts = Contacts(database.engine)
        stopped = {name: await contacts.is_stopped(town.bot.key(ANN, name)) for name in ADDRESSES}
        assert stopped == {"sms": True, "whatsapp": False}
        assert await town.said(ADDRESSES["whatsapp"], "Ann") == ["Bye Ann."]
        assert await town.said(ADDRESSES["sms"], "Ann") == []


async def test_the_providers_own_knowledge_holds_on_every_channel(town: Town) -> None:
    town.twilio.opted_out.add(("+15550002222", ANN))
    telling_ann = await town.workflow("tell", telling(ANN))
    await town.hear(ADDRESSES["whatsapp"], "hi")
    await town.hear(BOB, "hi", telling_ann)

    assert await town.deliver() == []

    assert await town.said(ADDRESSES["whatsapp"], "Ann") == []
