"""Twilio's channel and node types fulfil the contracts that everybody else's do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from botflow_twilio.signature import sign

from botflow.clock import SystemClock
from botflow.interfaces import WebhookRequest
from botflow.testing import Person
from botflow.testing.contracts import ChannelContract, ChannelExample, NodeExample, NodeTypeContract
from tests.node_types import EVERY
from tests.stand_ins.twilio import TwilioStandIn

THEM, US = "+15550001111", "+15550002222"
URL = "https://bot.example.com/twilio/pizza"
FORMS = {
    "sms": {"From": THEM, "To": US},
    "whatsapp": {"From": f"whatsapp:{THEM}", "To": f"whatsapp:{US}"},
}
SENDING = {"to": "{{ boss }}", "text": "Call Ann", "media": ["https://files.test/1.jpg"]}


def signed(token: str, url: str, form: dict[str, str]) -> WebhookRequest:
    fields = tuple(form.items())
    return WebhookRequest(url=url, form=fields, headers={"x-twilio-signature": sign(token, url, fields)})


class TestTwilioChannel(ChannelContract):
    @pytest.fixture(params=["sms", "whatsapp"])
    def channel_example(self, request: pytest.FixtureRequest) -> Iterator[ChannelExample]:
        with TwilioStandIn() as twilio:
            message = {"MessageSid": "SM" + "1" * 32, "Body": "Hi there", "NumMedia": "0", **FORMS[request.param]}
            news = {"MessageSid": "SM" + "2" * 32, "MessageStatus": "delivered"}
            yield ChannelExample(
                open=lambda: TwilioChannel(TwilioSettings.from_environment(twilio.environment), SystemClock()),
                webhook=signed(twilio.auth_token, URL, message),
                text="Hi there",
                carried=request.param,
                ours=US,
                theirs=THEM,
                status=signed(twilio.auth_token, f"{URL}/status?o=1.1.0&s=x", news),
            )
        assert twilio.violations == []


class TestTwilioNodeTypes(NodeTypeContract):
    @pytest.fixture(params=["trigger", "send", "send and wait"])
    def node_example(self, request: pytest.FixtureRequest) -> NodeExample:
        if request.param == "trigger":
            person = Person(channel="sms", sender=THEM, address=US)
            return NodeExample(node_type=EVERY["twilio.message_received"], person=person)
        waiting = {"waitFor": "delivered", "timeout": "1h"} if request.param == "send and wait" else {}
        return NodeExample(
            node_type=EVERY["twilio.send_message"],
            properties={**SENDING, **waiting},
            variables={"boss": "+4915112345678"},
        )
