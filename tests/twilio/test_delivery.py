"""Flows that wait until a message is delivered: the local Twilio at one end, a served botflow at the other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.stand_ins.twilio import TwilioMessage, TwilioStandIn
from tests.twilio.outbound_rows import Rows
from tests.twilio.test_conversations import Phone, until
from tests.web.site import Site, open_site

CHEF = "+15550009999"
ORDER = """
botflow: 1
id: delivery
name: Delivery
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: tell}
  - id: tell
    type: twilio
    actionType: send_message
    properties: {to: "+15550009999", text: "New order: {{ $input.text }}", waitFor: delivered, timeout: 1h}
    on: {next: good, failed: bad}
  - {id: good, type: chatbot, actionType: say, properties: {text: "The chef knows."}}
  - {id: bad, type: chatbot, actionType: say, properties: {text: "No chef: {{ $tell.code }} {{ $tell.reason }}"}}
"""


@pytest.fixture
async def site(database_url: str, twilio: TwilioStandIn) -> AsyncIterator[Site]:
    async with open_site(
        database_url,
        flows=(ORDER,),
        environment=twilio.environment,
        botflow_public_url=twilio.public_url,
    ) as opened:
        yield opened


@pytest.fixture
def rows(site: Site, database_url: str) -> Rows:
    return Rows(site.runtime.database, database_url, 0, 0)


async def order(twilio: TwilioStandIn, site: Site) -> TwilioMessage:
    """Order a pizza; return what the chef is sent."""
    assert await Phone(twilio, site, "delivery").text("pizza") == []
    await until(lambda: bool(twilio.messages(CHEF)))
    return twilio.messages(CHEF)[0]


async def test_the_flow_goes_on_once_the_message_is_delivered(twilio: TwilioStandIn, site: Site) -> None:
    message = await order(twilio, site)
    assert message.body == "New order: pizza"

    for status in ("queued", "sent"):
        await twilio.report(site.client, message, status)
    assert [each.body for each in twilio.messages() if each.to != CHEF] == []
    for status in ("delivered", "delivered", "read"):
        await twilio.report(site.client, message, status)

    await until(lambda: len(twilio.messages()) == 2)
    assert [each.body for each in twilio.messages() if each.to != CHEF] == ["The chef knows."]


async def test_a_number_that_does_not_exist_leads_to_failed(twilio: TwilioStandIn, site: Site) -> None:
    message = await order(twilio, site)

    await twilio.report(site.client, message, "undelivered", "30005")

    await until(lambda: len(twilio.messages()) == 2)
    [said] = [each.body for each in twilio.messages() if each.to != CHEF]
    assert said == "No chef: 30005 this number is unknown, or no longer in service"


async def test_a_message_that_twilio_refuses_leads_to_failed(twilio: TwilioStandIn, site: Site, rows: Rows) -> None:
    twilio.script(21614)

    assert await Phone(twilio, site, "delivery").text("pizza") == []

    await until(lambda: len(twilio.messages()) == 1)
    assert twilio.messages()[0].body == "No chef: 21614 this number cannot receive text messages"
    assert rows.states()[0] == ("New order: pizza", "failed")


async def test_what_did_not_reach_the_phone_at_first_is_waited_for_further(
    twilio: TwilioStandIn, site: Site, rows: Rows
) -> None:
    first = await order(twilio, site)
    await twilio.report(site.client, first, "undelivered", "30003")
    rows.age(61)
    await until(lambda: len(twilio.messages(CHEF)) == 2)

    await twilio.report(site.client, first, "undelivered", "30003")
    await twilio.report(site.client, twilio.messages(CHEF)[1], "delivered")

    await until(lambda: len(twilio.messages()) == 3)
    assert [each.body for each in twilio.messages() if each.to != CHEF] == ["The chef knows."]
