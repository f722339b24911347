"""Deleting a message at Twilio, because its person is erased."""

from __future__ import annotations

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.errors import ProviderError
from botflow.interfaces import Redacts
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_rest import part


async def test_a_message_is_deleted_as_soon_as_it_is_not_on_its_way_any_more(
    channel: TwilioChannel, twilio: TwilioStandIn
) -> None:
    assert isinstance(channel, Redacts)
    sent = await channel.send(part("Your order"), None)
    with pytest.raises(ProviderError) as on_its_way:
        await channel.redact(sent.provider_id)
    twilio.settle(twilio.messages()[0], "delivered")

    assert await channel.redact(sent.provider_id)
    assert not await channel.redact(sent.provider_id)  # Twilio does not know it any more

    assert (on_its_way.value.code, on_its_way.value.retryable) == ("twilio.redaction_failed", True)
    assert twilio.messages() == []


async def test_a_medium_that_is_gone_already_does_not_spare_its_message(
    channel: TwilioChannel, twilio: TwilioStandIn
) -> None:
    """The first attempt deleted the medium, which Twilio still lists, and not the message."""
    sent = await channel.send(part("Your photo", media=1), None)
    twilio.settle(twilio.messages()[0], "delivered")
    twilio.script_deletions(None, "error")
    with pytest.raises(ProviderError) as failed:
        await channel.redact(sent.provider_id)

    assert await channel.redact(sent.provider_id)

    assert failed.value.retryable
    assert twilio.messages() == []
