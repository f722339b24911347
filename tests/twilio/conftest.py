"""A local Twilio for each test, and the channel that talks to it by the official SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings

from botflow.clock import SystemClock
from botflow.runtime.delivery.sender import Sender
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import Rows, open_rows, sender_of


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in
        assert stand_in.violations == []


@pytest.fixture
async def channel(twilio: TwilioStandIn) -> AsyncIterator[TwilioChannel]:
    opened = TwilioChannel(TwilioSettings.from_environment(twilio.environment), SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
async def rows(database: Any, database_url: str) -> Rows:
    return await open_rows(database, database_url)


@pytest.fixture
def sender(database: Any, channel: TwilioChannel) -> Sender:
    """The sender, that retries and looks at once: tests decide how much time has passed."""
    return sender_of(
        database,
        dict.fromkeys(channel.names, channel),
        status_url=lambda part, provider: (
            f"https://bot.example.com/{provider}/pizza/status?o={part.session}.{part.wire_id}"
        ),
    )
