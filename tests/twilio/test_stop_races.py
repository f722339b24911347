"""A stop and a send, or a new session, at the same moment: whoever comes second waits, and sees what the first did."""

from __future__ import annotations

import asyncio
from typing import Any

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import update

from botflow.records.sessions import SessionKey
from botflow.storage.contacts import Contacts
from botflow.storage.database import open_database
from botflow.storage.tables import contacts
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.aged_rows import opt_in
from tests.storage.open_transaction import open_transaction
from tests.twilio.phone_users import ANN, BOB, Town, open_town, telling

SEEN_S = 0.3  # long enough for what does not wait


async def test_a_part_waits_for_the_stop_that_is_under_way(
    postgres_url: str, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    database = await open_database(postgres_url, migrate=False)
    try:
        async with open_town(database, twilio, channel, telling(ANN)) as town:
            await _make_known(town)
            await town.hear(BOB, "hi")
            sending = await _during_a_stop(town, town.deliver())
            assert await sending == []
            assert (await town.reasons())[-1] == "consent.stopped"
    finally:
        await database.close()


async def test_whoever_makes_a_session_waits_for_the_stop_that_is_under_way(
    postgres_url: str, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    database = await open_database(postgres_url, migrate=False)
    try:
        async with open_town(database, twilio, channel) as town:
            await _make_known(town)
            hearing = await _during_a_stop(town, town.said(ANN, "hi"))
            assert await hearing == []
            assert (await database.turns.load(town.bot.key(ANN, "sms"))).parked
    finally:
        await database.close()


async def _make_known(town: Town) -> None:
    """Let Ann's row be there, as the beginning of every stop sees to."""
    key = SessionKey(town.bot.live.workflow, "sms", ANN)
    people = Contacts(town.database.engine)
    await people.stop(key, "SM0", "opt_out.word")
    await opt_in(town.database, key)


async def _during_a_stop(town: Town, work: Any) -> asyncio.Task[Any]:
    """Begin `work` while a stop has written the contact and not committed; return it once that is committed."""
    with open_transaction(town.database.url) as connection:
        connection.execute(update(contacts).values(stopped=True))
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait([task], timeout=SEEN_S)
        assert not done
    return task
