"""A webhook that Twilio repeats is answered with the same parts again: until that answer has had its time, nobody asks
Twilio for them, and nobody sends them another way."""

from __future__ import annotations

from typing import Any

from botflow.runtime.delivery.sender import Sender
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import Rows

ADA = "+15550001111"
LIMIT = 10
SILENT_S = 30.0


async def test_a_repeated_answer_is_given_as_much_time_as_the_first(database: Any, rows: Rows) -> None:
    turn = await rows.say(ADA, "one", "two", state="handed")
    rows.age(25.0)

    again = await database.outbox.hand_over(turn, LIMIT)
    rows.age(10.0)

    assert [part.message.text for part in again] == ["one", "two"]
    assert await database.outbox.unresolved(SILENT_S, LIMIT) == []


async def test_what_is_answered_again_while_twilio_is_asked_is_not_sent(
    twilio: TwilioStandIn, database: Any, rows: Rows, sender: Sender
) -> None:
    turn = await rows.say(ADA, "one", state="handed")
    rows.age(31.0)
    [silent] = await database.outbox.unresolved(SILENT_S, LIMIT)

    await database.outbox.hand_over(turn, LIMIT)  # the repeat comes while Twilio says that it has no such message

    assert not await database.outbox.release(silent, 0.0)
    assert not await sender.send_due()
    assert twilio.messages() == []
