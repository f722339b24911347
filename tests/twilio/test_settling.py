"""The database goes away between Twilio's answer and our row: the answer is known here, so it is kept until it fits."""

from __future__ import annotations

import asyncio

import psycopg
from botflow_twilio.channel import TwilioChannel

from botflow.clock import SystemClock
from botflow.crash_points import Point
from botflow.runtime.delivery.sender import Outbox
from botflow.storage.database import open_database
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import Rows

ADA = "+15550001111"


async def test_what_twilio_answered_outlives_a_moment_without_the_database(
    postgres_url: str, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    database = await open_database(postgres_url, migrate=False)
    published = await database.flows.publish("pizza", "Pizza", "digest", {"pizza": {}})
    rows = Rows(database, postgres_url, published.workflow, published.version)
    await rows.say(ADA, "one")
    with psycopg.connect(postgres_url) as locked:

        def lock(point: Point) -> None:
            if point == "send.accepted":
                locked.execute("LOCK TABLE outbounds IN SHARE MODE")

        outbox = Outbox(
            database.outbox, {"sms": channel}, status_url=lambda part, provider: None, clock=SystemClock(), reach=lock
        )
        sending = asyncio.create_task(outbox.send_due())
        await asyncio.sleep(4.0)  # a statement gives up waiting for a lock after three seconds
        locked.rollback()
        await sending

    assert len(twilio.messages(ADA)) == 1
    assert rows.states() == [("one", "sent")]
    await database.close()
