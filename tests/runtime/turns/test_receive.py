"""Receiving messages on a real database: the fast path, its fences, and the way into the queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from botflow_twilio.channel import TwilioChannel, open_channel
from structlog.testing import capture_logs

from botflow.clock import SystemClock
from botflow.engine.effects import SendMessage
from botflow.interfaces import Channel
from botflow.settings import Settings
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import GREETING, THINKING, Bot, asks, counts, open_bot, texts
from tests.runtime.job_places import until
from tests.storage.aged_rows import jobs

BYE = say("bye", "Bye.")


@pytest.fixture
async def phone() -> AsyncIterator[dict[str, Channel]]:
    """Twilio's channel; nothing is sent in these tests, so nobody answers."""
    channel = open_channel(Settings(), SystemClock())
    yield dict.fromkeys(channel.names, channel)
    await channel.close()


async def nobody_listens() -> bool:
    return True


async def test_a_turn_that_asks_nothing_is_over_when_its_request_is(database: Database) -> None:
    async with open_bot(database, *GREETING) as bot:
        assert await bot.said("hi", "m1") == ["Hello.", "Name?"]
        assert await bot.said("Ann", "m2") == ["Bye Ann."]
        assert await jobs(database) == []


async def test_messages_of_one_person_are_taken_in_the_order_they_came(database: Database) -> None:
    echo = (say("echo", "{{ $input.text }}", next="more"), node("more", "chatbot.ask", text="More?", next="echo"))
    async with open_bot(database, *echo) as bot:
        await bot.hear("0", "m0")
        receipts = await asyncio.gather(*(bot.hear(str(number), f"m{number}") for number in range(1, 12)))
    assert [texts(receipt)[0] for receipt in receipts] == [str(number) for number in range(1, 12)]
    assert [receipt.id.seq for receipt in receipts] == list(range(2, 13))


async def test_a_repeated_message_gets_the_same_parts_and_is_looked_up_rather_than_run_again(
    database: Database,
) -> None:
    again = (counts("count", "ask"), node("ask", "chatbot.ask", text="Again?", next="count"))
    async with open_bot(database, *again) as bot:
        first = await bot.hear("hi", "m1")
        repeat = await bot.hear("hi", "m1")
        assert (repeat.id, texts(repeat)) == (first.id, texts(first))
        assert (await database.sessions.load(bot.key())).last_seq == 1
        assert bot.world.visits == 2  # the repeat ran once, before it was seen to be one


async def test_a_copy_that_another_process_outdated_costs_a_second_try_and_no_queue(database: Database) -> None:
    async with open_bot(database, *GREETING) as here, open_bot(database, *GREETING) as there:
        await here.hear("hi", "m1")
        await there.hear("Ann", "m2")
        assert await here.said("hi", "m3", within_s=0.0) == ["Hello.", "Name?"]
        assert await jobs(database) == []


async def test_a_message_behind_a_queued_one_is_queued_behind_it(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        first = await bot.queued("one", "m1")
        second = await bot.queued("two", "m2")
        await bot.advance(first.id.session)
        await bot.advance(first.id.session)
        states = [(await database.inbox.receipt(receipt.id)).state for receipt in (first, second)]
    assert states == ["done", "done"]
    assert (first.id.seq, second.id.seq) == (1, 2)


async def test_a_request_waits_for_its_turn_in_the_queue(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        heard = asyncio.create_task(bot.hear("hi", "m1"))
        await until(lambda: _is_queued(bot))
        await bot.advance((await database.sessions.load(bot.key())).id)
        assert texts(await heard) == ["first! second!"]


async def test_a_turn_that_fails_here_is_left_to_a_worker(database: Database) -> None:
    class Clumsy(TwilioChannel):
        """A channel that cannot render the first time."""

        failures = 1

        def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("no")
            return super().render(messages, channel)

    clumsy = Clumsy(account_sid="", auth_token="")
    async with open_bot(database, *GREETING, channels={"sms": clumsy}) as bot:
        with capture_logs() as logs:
            receipt = await bot.queued("hi", "m1", channel="sms")
        await bot.advance(receipt.id.session)
        assert texts(await database.inbox.receipt(receipt.id)) == ["Hello.", "Name?"]
    assert [line["event"] for line in logs] == ["turn_failed"]
    await clumsy.close()


async def test_a_reply_never_overtakes_one_that_is_still_to_be_sent(
    database: Database, phone: dict[str, Channel]
) -> None:
    slow_then_quick = (asks("one", "first", "more"), node("more", "chatbot.ask", text="More?", next="bye"), BYE)
    async with open_bot(database, *slow_then_quick, channels=phone) as bot:
        slow = await bot.queued("hi", "SM1", channel="sms", within_s=0.05)
        await bot.advance(slow.id.session)
        quick = await bot.queued("no", "SM2", channel="sms")
        await bot.advance(quick.id.session)
        stored = await database.inbox.receipt(quick.id)
    assert [(part.message.text, part.state) for part in stored.outbounds] == [("Bye.", "ready")]


async def test_stop_overtakes_a_turn_that_is_under_way(database: Database, phone: dict[str, Channel]) -> None:
    async with open_bot(database, *THINKING, channels=phone) as bot:
        thinking = await bot.queued("hi", "SM1", channel="sms")
        bot.world.held = asyncio.Event()
        turn = asyncio.create_task(bot.advance(thinking.id.session))
        await bot.world.begun.wait()
        await bot.hear("STOP", "SM2", channel="sms", consent="stop", within_s=0.0)
        bot.world.held.set()
        await turn
        receipt = await database.inbox.receipt(thinking.id)
    assert [outbound.message.text for outbound in receipt.outbounds if outbound.state != "suppressed"] == []


async def test_who_stopped_hears_nothing_until_they_start_again(database: Database, phone: dict[str, Channel]) -> None:
    async with open_bot(database, *GREETING, channels=phone) as bot:
        assert await bot.said("hi", "SM1", channel="sms") == ["Hello.", "Name?"]
        assert await bot.said("STOP", "SM2", channel="sms", consent="stop") == []
        assert await bot.said("Ann", "SM3", channel="sms") == []
        assert await bot.said("START", "SM4", channel="sms", consent="start") == []
        assert await bot.said("Ann", "SM5", channel="sms") == ["Bye Ann."]


async def test_a_request_that_nobody_reads_any_more_takes_no_parts(
    database: Database, phone: dict[str, Channel]
) -> None:
    async with open_bot(database, *THINKING, channels=phone) as bot:
        heard = asyncio.create_task(bot.hear("hi", "SM1", channel="sms", is_gone=nobody_listens))
        await until(lambda: _is_queued(bot, "sms"))
        session = (await database.sessions.load(bot.key(channel="sms"))).id
        await bot.advance(session)
        receipt = await heard
        stored = await database.inbox.receipt(receipt.id)
        assert (receipt.outbounds, [part.state for part in stored.outbounds]) == ((), ["ready"])
        again = await bot.hear("hi", "SM1", channel="sms")
    assert texts(again) == ["first! second!"]


async def test_a_request_that_stood_in_line_past_its_deadline_takes_no_parts(
    database: Database, phone: dict[str, Channel]
) -> None:
    async with open_bot(database, *THINKING, channels=phone) as bot:
        late = await bot.queued("hi", "SM1", channel="sms", within_s=0.05)
        await bot.advance(late.id.session)
        async with bot.conversation._lines.turn(bot.key(channel="sms")):
            repeat = asyncio.create_task(bot.hear("hi", "SM1", channel="sms", within_s=0.2))
            await asyncio.sleep(0.25)
        assert (await repeat).outbounds == ()
        assert [part.state for part in (await database.inbox.receipt(late.id)).outbounds] == ["ready"]
        assert texts(await bot.hear("hi", "SM1", channel="sms")) == ["first! second!"]


async def _is_queued(bot: Bot, channel: str = "chat") -> bool:
    stored = await bot.database.sessions.load(bot.key(channel=channel))
    return stored.last_seq > stored.done_seq
