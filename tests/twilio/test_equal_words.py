"""The same words from several people to one number: each is sent as often as it was said, whatever Twilio's answers."""

from __future__ import annotations

import pytest

from botflow.runtime.delivery.sender import Sender
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import Rows
from tests.twilio.test_outbox import settle

MANAGER = "+15550009000"
WORDS = "A new order!"
PEOPLE = 8


@pytest.mark.parametrize("lost", [1, 4, 7])
async def test_what_one_person_said_never_settles_what_another_said(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, lost: int
) -> None:
    for number in range(PEOPLE):
        twilio.script("lost" if number < lost else "garbage")
    for number in range(PEOPLE):
        await rows.say(f"+1555000111{number}", WORDS, to=MANAGER)

    await settle(sender, rows)

    print(f"\nT6 equal words of {PEOPLE} people, {lost} answers lost, {PEOPLE - lost} sends: all there")
    assert [message.body for message in twilio.messages(MANAGER)] == [WORDS] * PEOPLE
    assert [state for _, state in rows.states()] == ["sent"] * PEOPLE
