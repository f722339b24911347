"""A local Twilio for each test, and the channel that talks to it by the official SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from botflow_twilio.channel import TwilioChannel, open_channel

from botflow.clock import SystemClock
from botflow.config import Settings
from tests.stand_ins.twilio import TwilioStandIn


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in
        assert stand_in.violations == []


@pytest.fixture
async def channel(twilio: TwilioStandIn) -> AsyncIterator[TwilioChannel]:
    opened = open_channel(Settings.from_environment(twilio.environment), SystemClock())
    yield opened
    await opened.close()
