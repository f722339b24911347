"""Receiving messages on a real database: turns committed at once, their fences, and inbounds that are accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from sqlalchemy import select, update
from structlog.testing import capture_logs

from botflow.clock import SystemClock
from botflow.engine.effects import SendMessage
from botflow.interfaces import Channel
from botflow.records.turns import Receipt
from botflow.runtime.process.timing import Timing
from botflow.runtime.turns.signals import Hub
from botflow.storage.database import Database
from botflow.storage.tables import sessions
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import GREETING, THINKING, Bot, asks, counts, open_bot, texts
from tests.runtime.inbound_rows import claimable
from tests.runtime.until import until
from tests.storage.aged_rows import inbound_rows

BYE = say("bye", "Bye.")
QUICK = Timing().scaled(0.05)


@pytest.fixture
async def phone() -> AsyncIterator[dict[str, Channel]]:
    """Twilio's channel; nothing is sent in these tests, so nobody answers."""
    channel = TwilioChannel(TwilioSettings(), SystemClock())
    yield dict.fromkeys(channel.names, channel)
    await channel.close()


async def nobody_listens() -> bool:
    return True


async def test_a_turn_that_asks_nothing_is_over_when_its_request_is(database: Database) -> None:
    async with open_bot(database, *GREETING) as bot:
        assert await bot.said("hi", "m1") == ["Hello.", "Name?"]
        assert await bot.said("Ann", "m2") == ["Bye Ann."]
        assert bot.turns.calls["accept"] == 0
        assert [row.state for row in await inbound_rows(database)] == ["done", "done"]


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
        assert (await database.turns.load(bot.key())).last_seq == 1
        assert bot.world.visits == 2  # the repeat ran once, before it was seen to be one


async def test_a_copy_that_another_process_outdated_costs_a_second_try_and_no_more(
    database: Database,
) -> None:
    async with open_bot(database, *GREETING) as here, open_bot(database, *GREETING) as there:
        await here.hear("hi", "m1")
        await there.hear("Ann", "m2")
        assert await here.said("hi", "m3", within_s=0.0) == ["Hello.", "Name?"]
        assert here.turns.calls["accept"] == 0


async def test_a_message_behind_one_that_waits_waits_behind_it(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        first = await bot.queued("one", "m1")
        second = await bot.queued("two", "m2")
        await bot.work()
        states = [(await database.turns.receipt(receipt.id)).state for receipt in (first, second)]
    assert states == ["done", "done"]
    assert (first.id.seq, second.id.seq) == (1, 2)


async def test_a_request_waits_for_a_turn_that_another_process_runs(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        assert bot.desk is not None
        heard = asyncio.create_task(bot.desk.hear("hi", "m1"))
        await until(lambda: _is_queued(bot))
        await bot.work()
        assert texts(await heard) == ["first! second!"]


async def test_a_turn_that_fails_in_the_request_is_stored_and_tried_again(database: Database) -> None:
    class Clumsy(TwilioChannel):
        """A channel that cannot render the first time."""

        failures = 1

        def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("no")
            return super().render(messages, channel)

    clumsy = Clumsy(TwilioSettings(), SystemClock())
    async with open_bot(database, *GREETING, channels={"sms": clumsy}) as bot:
        with capture_logs() as logs:
            receipt = await bot.queued("hi", "m1", channel="sms")
        await bot.work()
        assert texts(await database.turns.receipt(receipt.id)) == ["Hello.", "Name?"]
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
        stored = await database.turns.receipt(quick.id)
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
        receipt = await database.turns.receipt(thinking.id)
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
        receipt = await bot.hear("hi", "SM1", channel="sms", is_gone=nobody_listens)
        stored = await database.turns.receipt(receipt.id)
        assert (receipt.outbounds, [part.state for part in stored.outbounds]) == ((), ["ready"])
        again = await bot.hear("hi", "SM1", channel="sms")
    assert texts(again) == ["first! second!"]


async def test_a_request_that_stood_in_line_past_its_deadline_takes_no_parts(
    database: Database, phone: dict[str, Channel]
) -> None:
    async with open_bot(database, *THINKING, channels=phone) as bot:
        late = await bot.queued("hi", "SM1", channel="sms", within_s=0.05)
        await bot.advance(late.id.session)
        async with bot.receiver._order.turn(bot.key(channel="sms")):
            repeat = asyncio.create_task(bot.hear("hi", "SM1", channel="sms", within_s=0.2))
            await asyncio.sleep(0.25)
        assert (await repeat).outbounds == ()
        assert [part.state for part in (await database.turns.receipt(late.id)).outbounds] == ["ready"]
        assert texts(await bot.hear("hi", "SM1", channel="sms")) == ["first! second!"]


# -- who runs an accepted inbound


async def test_a_request_that_waits_for_its_own_process_asks_the_database_nothing(database: Database) -> None:
    async with open_bot(database, *THINKING, timing=QUICK) as bot:
        heard = await begun(bot, "hi", "m1")
        before = bot.turns.calls + bot.leases.calls
        await asyncio.sleep(10 * QUICK.poll_s)
        assert bot.turns.calls + bot.leases.calls == before
        let_go(bot)
        assert texts(await heard) == ["first! second!"]
        assert bot.turns.calls == {"load": 1, "accept": 1, "keep": 2, "finish": 1}
        assert bot.leases.calls == {}


async def test_a_session_that_moved_between_the_look_at_it_and_accept_starts_its_turn_over(database: Database) -> None:
    """On the copy the message answers the first question, which in truth was answered by another process."""
    asking = (
        node("name", "chatbot.ask", text="Name?", variable="name", next="one"),
        asks("one", "name {{ name }}", "colour"),
        node("colour", "chatbot.ask", text="Colour?", variable="colour", next="two"),
        asks("two", "colour {{ colour }}", "reply"),
        say("reply", "{{ name }} likes {{ colour }}."),
    )
    async with open_bot(database, *asking) as here, open_bot(database, *asking) as there:
        await here.hear("hi", "m1")
        assert await there.said("Ann", "m2") == ["Colour?"]
        assert await here.said("red", "m3") == ["Ann likes red."]
        assert (there.world.asked, here.world.asked) == (["name Ann"], ["colour red"])


async def test_a_copy_of_an_erased_session_is_not_written_into_the_new_one(database: Database) -> None:
    """The copy has the version that the person's new session has by now, and its turn asks before it is accepted."""
    asking = (
        node("name", "chatbot.ask", text="Name?", variable="name", next="colour"),
        node("colour", "chatbot.ask", text="Colour?", variable="colour", next="one"),
        asks("one", "colour {{ colour }}", "reply"),
        say("reply", "{{ name }} likes {{ colour }}."),
    )
    async with open_bot(database, *asking) as here, open_bot(database, *asking) as there:
        await here.hear("hi", "m1")
        await here.hear("Ann", "m2")
        [former] = await sessions_of(database)
        await erase_session(database, former)
        await there.hear("hi", "m3")
        await there.hear("Bob", "m4")

        assert await here.said("red", "m5") == ["Bob likes red."]


async def test_a_full_process_leaves_an_inbound_to_be_claimed_and_claims_it_when_it_has_room(
    database: Database,
) -> None:
    async with open_bot(database, *THINKING, concurrency=1) as bot:
        claim = next(step for step in bot.keeper.steps() if step.name == "claim")
        has_room = asyncio.Event()
        bot.sessions.on_room(has_room.set)
        told: list[str] = []
        bot.hub.on_claimable(lambda: told.append("claimable"))
        ann = await begun(bot, "hi", "m1")
        assert told == []
        bob = asyncio.create_task(bot.hear("hi", "m1", person="bob"))
        await until(lambda: _is_waiting(database, 1))
        assert told == ["claimable"]
        assert await claim.run() is False
        assert not has_room.is_set()
        let_go(bot)
        assert texts(await ann) == ["first! second!"]
        await asyncio.wait_for(has_room.wait(), 5)
        await claim.run()
        assert texts(await bob) == ["first! second!"]


async def test_messages_that_come_at_one_moment_are_no_more_than_a_process_has_room_for(database: Database) -> None:
    async with open_bot(database, *THINKING, concurrency=2) as bot:
        claim = next(step for step in bot.keeper.steps() if step.name == "claim")
        bot.sessions.on_room(lambda: waking.append(asyncio.ensure_future(claim.run())))
        waking: list[asyncio.Future[bool]] = []
        bot.world.held = asyncio.Event()
        hearing = [asyncio.create_task(bot.hear("hi", "m1", person=f"p{number}")) for number in range(12)]
        await until(lambda: _is_waiting(database, 10))
        assert len(bot.sessions.leases()) == 2
        let_go(bot)
        receipts = await asyncio.gather(*hearing)
        assert {tuple(texts(receipt)) for receipt in receipts} == {("first! second!",)}
        assert bot.world.most_at_once == 2
        await asyncio.gather(*waking)


async def test_a_process_that_takes_no_turns_leaves_every_inbound_to_be_claimed(database: Database) -> None:
    async with open_bot(database, *THINKING, concurrency=0, queues=()) as web, open_bot(database, *THINKING) as worker:
        told: list[str] = []
        web.hub.on_claimable(lambda: told.append("claimable"))
        heard = asyncio.create_task(web.hear("hi", "m1"))
        await until(lambda: bool(told))  # after the commit
        assert (told, web.sessions.leases(), await _is_waiting(database, 1)) == (["claimable"], [], True)
        assert [step.name for step in web.keeper.steps()] == ["recover"]
        await worker.work()
        assert texts(await heard) == ["first! second!"]
        assert (web.world.asked, worker.world.asked) == ([], ["first", "second"])


async def test_a_request_finds_another_processes_reply_though_every_signal_is_lost(database: Database) -> None:
    async with (
        open_bot(database, *THINKING, concurrency=0, timing=QUICK, hub=Hub(None)) as web,
        open_bot(database, *THINKING, hub=Hub(None)) as worker,
    ):
        heard = asyncio.create_task(web.hear("hi", "m1"))
        await until(lambda: _is_waiting(database, 1))
        await worker.work()
        assert texts(await asyncio.wait_for(heard, 20 * QUICK.poll_s)) == ["first! second!"]


async def test_a_repeated_message_waits_for_the_turn_that_its_original_began(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        heard = await begun(bot, "hi", "m1")
        again = asyncio.create_task(bot.hear("hi", "m1"))
        await asyncio.sleep(0.1)
        let_go(bot)
        first, repeat = await asyncio.gather(heard, again)
        assert (repeat.id, texts(repeat)) == (first.id, ["first! second!"])
        assert bot.world.asked == ["first", "second"]


async def test_a_repeated_message_begins_the_turn_that_nobody_knows_to_be_leased(database: Database) -> None:
    """The statement that leased the original was carried out, and its process never heard of it."""
    async with open_bot(database, *THINKING) as bot:
        bot.world.crashes["accept.stored"] = 1
        with pytest.raises(RuntimeError, match="crash"):
            await bot.hear("hi", "m1")
        assert await bot.said("hi", "m1") == ["first! second!"]


async def test_a_turn_goes_on_when_its_request_has_been_given_up(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        heard = await begun(bot, "hi", "m1")
        heard.cancel()
        await asyncio.gather(heard, return_exceptions=True)
        let_go(bot)
        await bot.idle()
        assert await bot.said("hi", "m1") == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def begun(bot: Bot, text: str, key: str) -> asyncio.Task[Receipt]:
    """Let Ann write, and return once her turn asks the world, which answers when the test says so."""
    bot.world.held = asyncio.Event()
    hearing = asyncio.create_task(bot.hear(text, key))
    await asyncio.wait_for(bot.world.begun.wait(), 5)
    return hearing


def let_go(bot: Bot) -> None:
    assert bot.world.held is not None
    bot.world.held.set()


async def _is_waiting(database: Database, inbounds: int) -> bool:
    return len(await claimable(database)) == inbounds


async def _is_queued(bot: Bot, channel: str = "chat") -> bool:
    stored = await bot.database.turns.load(bot.key(channel=channel))
    return stored.last_seq > stored.done_seq


async def sessions_of(database: Database) -> list[int]:
    return await database.engine.read(
        lambda connection: list(connection.execute(select(sessions.c.id).order_by(sessions.c.id)).scalars())
    )


async def erase_session(database: Database, session: int) -> None:
    """Let a session be gone as an erasure leaves it: with another key."""
    gone = update(sessions).where(sessions.c.id == session)
    await database.engine.write(
        lambda connection: connection.execute(gone.values(external_id="erased:1", state={}, paused=True)).rowcount
    )
