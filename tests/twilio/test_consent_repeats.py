"""A change of consent and the message that asks for it are one commit: a webhook that comes again changes nothing.

Twilio may repeat a webhook at any time, at the fallback address of another workflow, and after a process has died.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import update

from botflow.crash_points import Point
from botflow.storage.contacts import Contacts
from botflow.storage.engines.dialects import now
from botflow.storage.tables import contacts as contacts_table
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, HELLO, THINKING, Town, open_town
from tests.twilio.test_consent import stop_after_the_look

AT_ONCE: tuple[Point, ...] = ("turn.first_step", "turn.committed_at_once")
QUEUED: tuple[Point, ...] = ("accept.before", "accept.stored", "turn.begun", "turn.computed", "turn.committed")


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel) as opened:
        yield opened


async def is_stopped(town: Town) -> bool:
    return await Contacts(town.database.engine).is_stopped(town.bot.key(ANN, "sms"))


@pytest.mark.parametrize("word", ["YES", "yes", "START", "unstop", " Start "])
async def test_an_old_opt_in_that_comes_again_after_a_stop_opts_nobody_in(town: Town, word: str) -> None:
    await town.hear(ANN, "hi")
    await town.hear(ANN, word, MessageSid="SMyes")
    await town.hear(ANN, "STOP")

    for _ in range(2):
        await town.hear(ANN, word, MessageSid="SMyes")

    assert await is_stopped(town)
    assert await town.said(ANN, "Ann") == []
    reasons = await town.reasons()
    assert (reasons.count("opt_out.word"), reasons.count("opt_in.word")) == (1, 0)


@pytest.mark.parametrize("text", ["STOP", "please stop texting me"])
async def test_an_old_opt_out_that_comes_again_after_a_start_stops_nobody(town: Town, text: str) -> None:
    await town.hear(ANN, "hi")
    await town.hear(ANN, text, MessageSid="SMstop")
    await town.hear(ANN, "START")

    for _ in range(2):
        await town.hear(ANN, text, MessageSid="SMstop")

    assert not await is_stopped(town)
    assert await town.said(ANN, "Ann") == ["Bye Ann."]


@pytest.mark.parametrize(("said", "then", "stopped"), [("YES", "STOP", True), ("STOP", "START", False)])
async def test_a_repetition_that_reaches_another_workflow_changes_nothing(
    town: Town, said: str, then: str, stopped: bool
) -> None:
    """A fallback address may belong to another workflow, for which the message is new."""
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "hi", other)
    await town.hear(ANN, "hi")
    await town.hear(ANN, said, MessageSid="SM1")
    await town.hear(ANN, then)

    await town.hear(ANN, said, other, MessageSid="SM1")
    await town.advance(ANN, other)

    assert await is_stopped(town) is stopped
    assert await town.said(ANN, "hi", other) == ([] if stopped else ["Bye hi."])


async def test_a_stop_that_comes_again_at_a_workflow_they_never_met_parks_them_there(town: Town) -> None:
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "hi")
    await town.hear(ANN, "STOP", MessageSid="SM1")

    await town.hear(ANN, "STOP", other, MessageSid="SM1")
    await town.advance(ANN, other)

    assert await town.said(ANN, "YES", other) == []  # it opts in, and answers nothing
    assert not await is_stopped(town)


@pytest.mark.parametrize("point", AT_ONCE)
@pytest.mark.parametrize(("said", "then", "stopped"), [("START", "STOP", True), ("STOP", "START", False)])
async def test_a_change_whose_process_died_is_one_with_its_message(
    town: Town, point: Point, said: str, then: str, stopped: bool
) -> None:
    """Either both are there, and a repetition is a duplicate, or neither is, and the repetition is heard first."""
    await town.hear(ANN, "hi")
    if said == "START":
        await town.hear(ANN, "STOP")
    before = await is_stopped(town)
    town.bot.world.crashes[point] = 1
    with pytest.raises(RuntimeError, match="crash"):
        await town.hear(ANN, said, MessageSid="SM1")
    is_written = point == "turn.committed_at_once"
    assert await is_stopped(town) is ((said == "STOP") if is_written else before)
    town.bot.hot.forget(town.bot.key(ANN, "sms"))

    await town.hear(ANN, said, MessageSid="SM1")
    assert await is_stopped(town) is (said == "STOP")
    await town.hear(ANN, then)
    await town.hear(ANN, said, MessageSid="SM1")

    assert await is_stopped(town) is stopped


@pytest.mark.parametrize("point", QUEUED)
async def test_a_queued_stop_holds_as_soon_as_it_is_stored_and_once(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel, point: Point
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        await town.queue(ANN, "hi")
        town.bot.world.crashes[point] = 1
        if point.startswith("accept."):
            with pytest.raises(RuntimeError, match="crash"):
                await town.queue(ANN, "STOP", MessageSid="SMstop")
            assert await is_stopped(town) is (point == "accept.stored")
        await town.queue(ANN, "STOP", MessageSid="SMstop")
        assert await is_stopped(town)
        await town.advance(ANN)
        assert town.bot.world.asked == []  # what was queued before it is not run any more

        await town.hear(ANN, "START")
        await town.hear(ANN, "STOP", MessageSid="SMstop")

        assert not await is_stopped(town)
        assert not (await database.turns.load(town.bot.key(ANN, "sms"))).parked


@pytest.mark.parametrize("point", ["turn.begun", "turn.computed", "turn.committed"])
async def test_a_queued_start_opens_with_its_commit_or_not_at_all(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel, point: Point
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        await town.queue(ANN, "hi")
        await town.hear(ANN, "STOP")
        await town.queue(ANN, "START", MessageSid="SMstart")
        assert await is_stopped(town)
        town.bot.world.crashes[point] = 1

        await town.advance(ANN)
        assert not await is_stopped(town)
        await town.hear(ANN, "STOP")
        await town.hear(ANN, "START", MessageSid="SMstart")

        assert await is_stopped(town)
        assert await town.reasons() == ["opt_out.word", "opt_in.word", "opt_out.word"]


async def test_a_stop_that_waits_for_its_turn_is_not_repeated_by_it(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    """A START in another workflow takes the opt-out back before the turn of the STOP has run."""
    async with open_town(database, twilio, channel, *THINKING) as town:
        other = await town.workflow("other", *HELLO)
        await town.hear(ANN, "hi", other)
        await town.queue(ANN, "hi")
        await town.queue(ANN, "STOP")
        await town.hear(ANN, "START", other)

        await town.advance(ANN)

        assert not await is_stopped(town)
        assert not (await database.turns.load(town.bot.key(ANN, "sms"))).parked


async def test_the_same_stop_and_the_same_start_many_times_at_once_are_one_each(town: Town) -> None:
    await town.hear(ANN, "hi")
    twin = town.bot.twin()
    processes = [town.bot, twin]

    async def hear(number: int, text: str, sid: str) -> None:
        await town.receive_in(processes[number % 2], ANN, text, MessageSid=sid)

    await asyncio.gather(*(hear(number, "STOP", "SMstop") for number in range(8)))
    assert await is_stopped(town)
    await asyncio.gather(
        *(hear(number, "START", "SMstart") for number in range(8)),
        *(hear(number, "STOP", "SMstop") for number in range(8)),
    )
    await town.advance(ANN)

    assert not await is_stopped(town)
    assert await town.reasons() == ["opt_out.word", "opt_in.word"]
    await twin.stop()


async def test_a_yes_to_a_workflow_that_meets_them_during_a_stop_does_not_open_it(town: Town) -> None:
    """Its session is made after the look at the contact, and before the stop sees it."""
    stop_after_the_look(town)

    assert await town.said(ANN, "YES") == []

    assert (await town.database.turns.load(town.bot.key(ANN, "sms"))).parked


async def test_a_stop_between_the_look_and_the_commit_of_a_start_wins(town: Town) -> None:
    """The STOP comes by a workflow in which the person has no session, so it moves no version of this one."""
    await town.hear(ANN, "hi")
    await town.hear(ANN, "STOP")
    contacts, key = Contacts(town.database.engine), town.bot.key(ANN, "sms")

    class Late(Contacts):
        async def may_start(self, *said: Any) -> bool:
            answer = await contacts.may_start(*said)
            await asyncio.sleep(0.01)
            await _stop_again(town)
            return answer

    town.bot.receiver._consent._contacts = Late(town.database.engine)
    await town.hear(ANN, "START")
    await town.advance(ANN)

    assert await contacts.is_stopped(key)
    assert (await town.database.turns.load(key)).parked


async def _stop_again(town: Town) -> None:
    """Let the contact have opted out just now, as its row says it."""
    await town.database.engine.write(
        lambda connection: connection.execute(update(contacts_table).values(stopped=True, updated_at=now()))
    )
