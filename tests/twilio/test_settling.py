"""The database goes away between Twilio's answer and our row: the answer is known here, so it is kept until it fits."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import psycopg
from botflow_twilio.channel import TwilioChannel

from botflow.crash_points import EVENT, Point
from botflow.storage.database import open_database
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import open_rows, sender_of

ADA = "+15550001111"


async def test_what_twilio_answered_outlives_a_moment_without_the_database(
    postgres_url: str, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    database = await open_database(postgres_url, migrate=False)
    rows = await open_rows(database, postgres_url)
    to_come: set[Point] = {"send.accepted"}
    await rows.say(ADA, "one")
    with psycopg.connect(postgres_url) as locked:

        def lock(event: str, arguments: tuple[Any, ...]) -> None:
            if event == EVENT and arguments[0] in to_come:
                to_come.remove(arguments[0])
                locked.execute("LOCK TABLE outbounds IN SHARE MODE")

        sys.addaudithook(lock)  # for ever, but it acts once
        sender = sender_of(database, {"sms": channel})
        sending = asyncio.create_task(sender.send_due())
        await asyncio.sleep(4.0)  # a statement gives up waiting for a lock after three seconds
        locked.rollback()
        await sending

    assert len(twilio.messages(ADA)) == 1
    assert rows.states() == [("one", "sent")]
    await database.close()
